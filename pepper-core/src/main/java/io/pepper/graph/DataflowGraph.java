package io.pepper.graph;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jgrapht.Graph;
import org.jspecify.annotations.Nullable;

/**
 * The dataflow graph of a model: operators, the tensors that flow between them, and the producer and readers of each
 * tensor.
 *
 * <p>The graph is bipartite. Operators have the indices 0 to {@code operatorCount() - 1} in a topological order: each
 * tensor that an operator reads is an input of the graph or is produced by an operator with a smaller index. Tensors
 * have separate indices: first the inputs of the graph, then the results of each operator, operator by operator. An
 * operator that uses a tensor twice ({@code Mul(x, x)}) reads it twice.
 *
 * <p>Constants are not part of the dataflow: the code that builds the graph leaves them out.
 *
 * <p>Memory is O(operators + tensors + reads); every query takes O(1) time, except for those that state another time.
 * The graph is immutable and therefore thread-safe. The same calls on a {@link Builder} always result in the same
 * indices.
 *
 * <pre>{@code
 * DataflowGraph graph = DataflowGraph.builder()
 *         .input("x")
 *         .operator("conv", "Conv", List.of("x"), List.of("c"))
 *         .operator("square", "Mul", List.of("c", "c"), List.of("y"))
 *         .output("y")
 *         .build();
 * }</pre>
 */
public final class DataflowGraph {
    private final String[] operatorNames;
    private final String[] operatorTypes;
    private final int[] positions;
    private final String[] tensorNames;
    private final int[] producers;
    private final Rows reads;
    private final Rows writes;
    private final Rows readers;
    private final Indices inputs;
    private final Indices outputs;

    /** The indices by name, computed at the first request. Threads that compute it at the same time get equal maps. */
    private volatile @Nullable Map<String, Integer> tensorIndex;

    private DataflowGraph(Subgraph part) {
        operatorNames = part.operatorNames;
        operatorTypes = part.operatorTypes;
        positions = part.positions;
        tensorNames = part.tensorNames;
        producers = part.producers;
        reads = part.reads;
        writes = part.writes;
        readers = part.readers;
        inputs = Indices.of(part.inputs);
        outputs = Indices.of(part.outputs);
    }

    DataflowGraph(GraphAssembly assembly) {
        operatorNames = assembly.operatorNames;
        operatorTypes = assembly.operatorTypes;
        positions = assembly.positions;
        tensorNames = assembly.tensorNames;
        producers = assembly.producers;
        reads = assembly.reads;
        writes = assembly.writes;
        readers = assembly.readers;
        inputs = Indices.of(assembly.inputs);
        outputs = Indices.of(assembly.outputs);
    }

    /**
     * Returns the subgraph of some operators and tensors, in the same order, in O(operators + tensors + edges) time.
     * Reads, writes, inputs and outputs of other tensors are dropped.
     *
     * @param operators the operators to keep
     * @param tensors the tensors to keep, including all that kept operators write
     * @return the subgraph; this graph if everything is kept
     * @throws IllegalArgumentException if a tensor is kept and its producer is not, or the other way round
     */
    public DataflowGraph subgraph(BitSet operators, BitSet tensors) {
        boolean all = operators.cardinality() == operatorCount() && tensors.cardinality() == tensorCount();
        return all ? this : new DataflowGraph(new Subgraph(this, operators, tensors));
    }

    /**
     * Returns a builder of a graph.
     *
     * @return a new, empty builder
     */
    public static Builder builder() {
        return builder(0);
    }

    /**
     * Returns a builder of a graph of about a known size, which needs less time than one that has to grow.
     *
     * @param tensors the expected number of tensors, 0 or more; the graph may have more or fewer
     * @return a new, empty builder
     * @throws IllegalArgumentException if the number is negative
     */
    public static Builder builder(int tensors) {
        return new Builder(tensors);
    }

    /**
     * Returns the number of operators.
     *
     * @return 0 or more
     */
    public int operatorCount() {
        return operatorNames.length;
    }

    /**
     * Returns the number of tensors, inputs of the graph included.
     *
     * @return 0 or more
     */
    public int tensorCount() {
        return tensorNames.length;
    }

    /**
     * Returns the number of edges, reads and writes together.
     *
     * @return 0 or more
     */
    public int edgeCount() {
        return reads.size() + writes.size();
    }

    /**
     * Returns the name of an operator, which need not be unique.
     *
     * @param operator the operator's index
     * @return the name; empty if it has none
     */
    public String operatorName(int operator) {
        return operatorNames[operator];
    }

    /**
     * Returns the type of an operator, for instance {@code Conv}.
     *
     * @param operator the operator's index
     * @return the type
     */
    public String operatorType(int operator) {
        return operatorTypes[operator];
    }

    /**
     * Returns a readable label of an operator.
     *
     * @param operator the operator's index
     * @return its name or, if it has none, its type and position ({@code Conv#17})
     */
    public String operatorLabel(int operator) {
        return label(operatorNames[operator], operatorTypes[operator], positions[operator]);
    }

    static String label(String name, String type, int position) {
        return name.isEmpty() ? type + "#" + position : name;
    }

    /**
     * Returns the position at which an operator was added to the builder.
     *
     * @param operator the operator's index
     * @return its position, from 0
     */
    public int operatorPosition(int operator) {
        return positions[operator];
    }

    /**
     * Returns the tensors that an operator reads, one entry per use, in their original order.
     *
     * @param operator the operator's index
     * @return indices of tensors
     */
    public Indices reads(int operator) {
        return reads.row(operator);
    }

    /**
     * Returns the tensors that an operator produces, in their original order.
     *
     * @param operator the operator's index
     * @return indices of tensors
     */
    public Indices writes(int operator) {
        return writes.row(operator);
    }

    /**
     * Returns the name of a tensor, which is unique in the graph.
     *
     * @param tensor the tensor's index
     * @return the name
     */
    public String tensorName(int tensor) {
        return tensorNames[tensor];
    }

    /**
     * Returns the tensor with a name.
     *
     * @param name the name looked for
     * @return its index; empty if the graph has no such tensor
     */
    public OptionalInt tensor(String name) {
        Map<String, Integer> byName = tensorIndex;
        if (byName == null) {
            byName = new HashMap<>(2 * tensorNames.length);
            for (int tensor = 0; tensor < tensorNames.length; tensor++) {
                byName.put(tensorNames[tensor], tensor);
            }
            tensorIndex = byName;
        }
        Integer index = byName.get(name);
        return index == null ? OptionalInt.empty() : OptionalInt.of(index);
    }

    /**
     * Returns the operator that produces a tensor.
     *
     * @param tensor the tensor's index
     * @return the operator's index; empty for an input of the graph
     */
    public OptionalInt producer(int tensor) {
        return producers[tensor] < 0 ? OptionalInt.empty() : OptionalInt.of(producers[tensor]);
    }

    /**
     * Returns the operators that read a tensor, one entry per use, in ascending order.
     *
     * @param tensor the tensor's index
     * @return indices of operators
     */
    public Indices readers(int tensor) {
        return readers.row(tensor);
    }

    /**
     * Returns the inputs of the graph, in their original order.
     *
     * @return indices of tensors
     */
    public Indices inputs() {
        return inputs;
    }

    /**
     * Returns the outputs of the graph, in their original order. An output may also be an input of the graph.
     *
     * @return indices of tensors
     */
    public Indices outputs() {
        return outputs;
    }

    /**
     * Returns the operators that an output of the graph needs, directly or through others. Takes O(operators + edges).
     *
     * @return indices of operators, ascending
     */
    public Indices usedOperators() {
        boolean[] wanted = new boolean[tensorCount()];
        outputs.stream().forEach(tensor -> wanted[tensor] = true);
        boolean[] used = new boolean[operatorCount()];
        for (int operator = used.length - 1; operator >= 0; operator--) {
            Indices made = writes(operator);
            for (int i = 0; i < made.size() && !used[operator]; i++) {
                used[operator] = wanted[made.get(i)];
            }
            Indices read = reads(operator);
            for (int i = 0; i < read.size() && used[operator]; i++) {
                wanted[read.get(i)] = true;
            }
        }
        int[] found = new int[used.length];
        int count = 0;
        for (int operator = 0; operator < used.length; operator++) {
            if (used[operator]) {
                found[count++] = operator;
            }
        }
        return Indices.window(found, 0, count);
    }

    /**
     * Returns a read-only view as a directed JGraphT multigraph, for any of JGraphT's algorithms, exporters and
     * traversals. Vertices are the operators in their order, then the tensors; the numbers of edges are those of {@link
     * Edge}. Every attempt to change the view fails with {@link UnsupportedOperationException}. Creating it takes
     * O(operators + tensors + edges).
     *
     * @return a new view
     */
    public Graph<Node, Edge> asJGraphT() {
        return new JGraphTView(this);
    }

    @Override
    public String toString() {
        return "DataflowGraph[" + operatorCount() + " operators, " + tensorCount() + " tensors, " + edgeCount()
                + " edges]";
    }

    /**
     * A builder of {@link DataflowGraph}s, which accepts operators, inputs and outputs in any order.
     *
     * <p>Operators that are added in topological order keep their order; otherwise, an operator is preceded by exactly
     * those later ones that it needs (a stable topological order, found by an iterative depth-first search). Building
     * takes time and memory linear in the size of the graph. A failing call leaves the builder unchanged. Not
     * thread-safe.
     */
    public static final class Builder {
        private final GraphDraft draft;

        private Builder(int tensors) {
            draft = new GraphDraft(tensors);
        }

        /**
         * Adds an input of the graph.
         *
         * @param tensor the name of the tensor
         * @return this builder
         * @throws IllegalArgumentException if the name is empty
         * @throws InvalidGraphException if the tensor already has a producer
         */
        public Builder input(String tensor) {
            draft.addInput(tensor);
            return this;
        }

        /**
         * Adds an operator.
         *
         * @param name its name; may be empty, need not be unique
         * @param type its type, for instance {@code Conv}
         * @param reads the names of the tensors that it reads, one entry per use
         * @param writes the names of the tensors that it produces
         * @return this builder
         * @throws IllegalArgumentException if the name of a tensor is empty
         * @throws InvalidGraphException if a tensor in {@code writes} already has a producer
         */
        public Builder operator(String name, String type, List<String> reads, List<String> writes) {
            draft.addOperator(name, type, reads, writes);
            return this;
        }

        /**
         * Makes a tensor an output of the graph.
         *
         * @param tensor the name of the tensor
         * @return this builder
         * @throws IllegalArgumentException if the name is empty or already an output
         */
        public Builder output(String tensor) {
            draft.addOutput(tensor);
            return this;
        }

        /**
         * Builds the graph. The builder can be extended and used again.
         *
         * @return the graph
         * @throws InvalidGraphException if operators depend on each other in a cycle, or if a tensor without a producer
         *     is read or is an output
         */
        public DataflowGraph build() {
            return new DataflowGraph(GraphAssembly.of(draft));
        }
    }
}
