package io.pepper.graph;

import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.jgrapht.Graph;
import org.jspecify.annotations.Nullable;

/**
 * The dataflow graph of a model: operators, the tensors that flow between them, and who makes and reads what.
 *
 * <p>The graph is bipartite. Operators have the indices 0 to {@code operatorCount() - 1} in a topological order: whatever
 * an operator reads is made by an operator of smaller index or is an input of the graph. Tensors have indices of their
 * own: first the inputs of the graph, then what each operator makes, operator by operator. An operator that uses a tensor
 * twice ({@code Mul(x, x)}) reads it twice.
 *
 * <p>Constants are not part of the dataflow: whoever builds the graph leaves them out.
 *
 * <p>Memory is O(operators + tensors + reads); every question is answered in O(1), except {@link #asJGraphT()}. The
 * graph is immutable and therefore thread-safe. The same calls on a {@link Builder} always give the same indices.
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

    /** By name, made when it is first asked for; the same whoever makes it. */
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
     * Returns the graph of some operators and tensors, in the same order, in O(operators + tensors + edges). What is not kept is
     * neither read, nor written, nor an input or an output.
     *
     * @param operators the operators to keep
     * @param tensors the tensors to keep; of operators that are kept, all that they write
     * @return this graph if all is kept
     * @throws IllegalArgumentException if a tensor is kept and its producer is not, or the other way round
     */
    public DataflowGraph subgraph(BitSet operators, BitSet tensors) {
        boolean all = operators.cardinality() == operatorCount() && tensors.cardinality() == tensorCount();
        return all ? this : new DataflowGraph(new Subgraph(this, operators, tensors));
    }

    /**
     * A builder for one graph.
     *
     * @return a new, empty builder
     */
    public static Builder builder() {
        return new Builder();
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
     * The name given to an operator; need not be unique.
     *
     * @param operator the operator's index
     * @return the name, empty if it was given none
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
     * Returns the position at which an operator was given to the builder.
     *
     * @param operator the operator's index
     * @return its place, counted from 0
     */
    public int operatorPosition(int operator) {
        return positions[operator];
    }

    /**
     * The tensors that an operator reads, one entry a use, in the order given.
     *
     * @param operator the operator's index
     * @return indices of tensors
     */
    public Indices reads(int operator) {
        return reads.row(operator);
    }

    /**
     * The tensors that an operator makes, in the order given.
     *
     * @param operator the operator's index
     * @return indices of tensors
     */
    public Indices writes(int operator) {
        return writes.row(operator);
    }

    /**
     * A tensor's name, unique in the graph.
     *
     * @param tensor the tensor's index
     * @return the name
     */
    public String tensorName(int tensor) {
        return tensorNames[tensor];
    }

    /**
     * The tensor of a name.
     *
     * @param name the name looked for
     * @return its index, empty if the graph has no such tensor
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
     * The operator that makes a tensor.
     *
     * @param tensor the tensor's index
     * @return the operator's index, empty for an input of the graph
     */
    public OptionalInt producer(int tensor) {
        return producers[tensor] < 0 ? OptionalInt.empty() : OptionalInt.of(producers[tensor]);
    }

    /**
     * The operators that read a tensor, one entry a use, in ascending order.
     *
     * @param tensor the tensor's index
     * @return indices of operators
     */
    public Indices readers(int tensor) {
        return readers.row(tensor);
    }

    /**
     * The inputs of the graph, in the order given.
     *
     * @return indices of tensors
     */
    public Indices inputs() {
        return inputs;
    }

    /**
     * The outputs of the graph, in the order given. An output may also be an input of the graph.
     *
     * @return indices of tensors
     */
    public Indices outputs() {
        return outputs;
    }

    /**
     * The operators that an output of the graph needs, directly or through others. Takes O(operators + edges).
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
        return Indices.of(IntStream.range(0, used.length).filter(i -> used[i]).toArray());
    }

    /**
     * A read-only view as a directed JGraphT multigraph, for any of JGraphT's algorithms, exporters and traversals.
     * Vertices are the operators in their order, then the tensors; edges are numbered as {@link Edge} says. Every attempt
     * to change it fails with {@link UnsupportedOperationException}. Making it takes O(operators + tensors + edges).
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
     * Collects operators, inputs and outputs, in any order, and builds a {@link DataflowGraph} of them.
     *
     * <p>Operators given in topological order keep their order; otherwise each is preceded by just those that it needs
     * and that were given later (a stable topological order, found by an iterative depth-first search). Building takes
     * time and memory linear in what was given. A call that fails leaves the builder as it was. Not thread-safe.
     */
    public static final class Builder {
        private final GraphDraft draft = new GraphDraft();

        private Builder() {}

        /**
         * Adds an input of the graph.
         *
         * @param tensor the name of the tensor
         * @return this builder
         * @throws IllegalArgumentException if the name is empty
         * @throws InvalidGraphException if the tensor has a producer already
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
         * @param reads the names of the tensors that it reads, one entry a use
         * @param writes the names of the tensors that it makes
         * @return this builder
         * @throws IllegalArgumentException if the name of a tensor is empty
         * @throws InvalidGraphException if a tensor in {@code writes} has a producer already
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
         * @throws IllegalArgumentException if the name is empty, or is an output already
         */
        public Builder output(String tensor) {
            draft.addOutput(tensor);
            return this;
        }

        /**
         * Builds the graph. The builder may be added to and used again.
         *
         * @return the graph
         * @throws InvalidGraphException if operators depend on each other in a cycle, or a tensor is read or is an output
         *     although nobody makes it
         */
        public DataflowGraph build() {
            return new DataflowGraph(GraphAssembly.of(draft));
        }
    }
}
