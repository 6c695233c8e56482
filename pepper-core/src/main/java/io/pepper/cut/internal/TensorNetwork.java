package io.pepper.cut.internal;

import org.jgrapht.Graph;
import org.jgrapht.alg.flow.PushRelabelMFImpl;
import org.jgrapht.graph.DefaultWeightedEdge;
import org.jgrapht.graph.SimpleDirectedWeightedGraph;

/**
 * A flow network of operators and tensors, in which tensors have a capacity. It finds the tensors of least total weight
 * that separate a source from a sink (Ford and Fulkerson's theorem, by JGraphT's push-relabel algorithm). A tensor has
 * two vertices with an edge of its weight between them, so that it counts once for all its readers.
 */
public final class TensorNetwork {
    /** Sums of weights up to here are exact in the double-precision numbers of JGraphT. */
    private static final long GREATEST_SUM = 1L << 53;

    private final int operators;
    private final int source;
    private final int sink;
    private final double infinity;
    private final Graph<Integer, DefaultWeightedEdge> network =
            new SimpleDirectedWeightedGraph<>(DefaultWeightedEdge.class);

    /**
     * Creates a network without connections.
     *
     * @param operators the number of operators
     * @param weights the weight of each tensor, 0 or more
     * @throws ArithmeticException if the sum of the weights is more than 2^53
     */
    public TensorNetwork(int operators, long... weights) {
        this.operators = operators;
        source = operators + 2 * weights.length;
        sink = source + 1;
        long sum = 1;
        for (long weight : weights) {
            sum = Math.addExact(sum, weight);
        }
        if (sum > GREATEST_SUM) {
            throw new ArithmeticException("tensors weigh " + sum + " together, where 2^53 is the most");
        }
        infinity = (double) sum;
        for (int vertex = 0; vertex <= sink; vertex++) {
            network.addVertex(vertex);
        }
        for (int tensor = 0; tensor < weights.length; tensor++) {
            join(in(tensor), out(tensor), (double) weights[tensor]);
        }
    }

    private int in(int tensor) {
        return operators + 2 * tensor;
    }

    private int out(int tensor) {
        return in(tensor) + 1;
    }

    private void join(int from, int to, double capacity) {
        DefaultWeightedEdge edge = network.addEdge(from, to);
        if (edge != null) {
            network.setEdgeWeight(edge, capacity);
        }
    }

    /**
     * States that an operator produces a tensor.
     *
     * @param operator the operator's index
     * @param tensor the tensor's index
     */
    public void write(int operator, int tensor) {
        join(operator, in(tensor), infinity);
    }

    /**
     * States that an operator reads a tensor.
     *
     * @param tensor the tensor's index
     * @param operator the operator's index
     */
    public void read(int tensor, int operator) {
        join(out(tensor), operator, infinity);
    }

    /**
     * States that if an operator is on the side of the source, so is another one.
     *
     * @param operator the operator's index
     * @param other the other's index
     */
    public void follow(int operator, int other) {
        join(operator, other, infinity);
    }

    /**
     * States that a tensor must not be in the cut.
     *
     * @param tensor the tensor's index
     */
    public void keep(int tensor) {
        network.setEdgeWeight(network.getEdge(in(tensor), out(tensor)), infinity);
    }

    /**
     * States that a tensor comes from the source.
     *
     * @param tensor the tensor's index
     */
    public void begin(int tensor) {
        join(source, in(tensor), infinity);
    }

    /**
     * States that an operator is on the side of the source.
     *
     * @param operator the operator's index
     */
    public void hold(int operator) {
        join(source, operator, infinity);
    }

    /**
     * States that the sink needs a tensor.
     *
     * @param tensor the tensor's index
     */
    public void end(int tensor) {
        join(out(tensor), sink, infinity);
    }

    /**
     * States that an operator is on the side of the sink.
     *
     * @param operator the operator's index
     */
    public void release(int operator) {
        join(operator, sink, infinity);
    }

    /**
     * Returns the sides of the minimum cut that is nearest to the source.
     *
     * @return the sides
     */
    public Sides cut() {
        PushRelabelMFImpl<Integer, DefaultWeightedEdge> flow = new PushRelabelMFImpl<>(network);
        double weight = flow.calculateMinCut(source, sink);
        boolean[] before = new boolean[sink + 1];
        flow.getSourcePartition().forEach(vertex -> before[vertex] = true);
        return new Sides(operators, before, weight >= infinity);
    }

    /** The two sides of a cut. */
    public static final class Sides {
        private final int operators;
        private final boolean[] before;
        private final boolean impossible;

        Sides(int operators, boolean[] before, boolean impossible) {
            this.operators = operators;
            this.before = before;
            this.impossible = impossible;
        }

        /**
         * Returns whether no set of tensors separates the source from the sink.
         *
         * @return true if there is no cut
         */
        public boolean isImpossible() {
            return impossible;
        }

        /**
         * Returns whether an operator is on the side of the source.
         *
         * @param operator the operator's index
         * @return true if there is no cut
         */
        public boolean isBefore(int operator) {
            return before[operator];
        }

        /**
         * Returns whether a tensor belongs to the cut.
         *
         * @param tensor the tensor's index
         * @return true if there is no cut
         */
        public boolean isCut(int tensor) {
            return before[operators + 2 * tensor] && !before[operators + 2 * tensor + 1];
        }
    }
}
