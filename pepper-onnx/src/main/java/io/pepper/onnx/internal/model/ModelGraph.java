package io.pepper.onnx.internal.model;

import io.pepper.graph.DataflowGraph;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.StringStringEntryProto;
import io.pepper.onnx.internal.proto.TensorAnnotation;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The main graph of a model, understood: which of its operators are dataflow and which only make constants, and how the
 * indices of the {@link DataflowGraph} and the places in the file belong together. Immutable.
 */
public final class ModelGraph {
    private final ModelProto model;
    private final DataflowGraph dataflow;
    private final Functions functions;
    private final Constants constants;
    private final int[] nodeOfOperator;
    private final int[] rankOfNode;
    private final NodeFacts[] facts;
    private final List<String> constantOutputs;

    ModelGraph(GraphReader reader, DataflowGraph dataflow) {
        this.model = reader.model;
        this.dataflow = dataflow;
        this.functions = reader.functions;
        this.nodeOfOperator = nodesOf(dataflow, reader.dataflowNodes);
        this.rankOfNode = reader.rankOfNode;
        this.facts = reader.facts;
        this.constants = reader.constants;
        this.constantOutputs = List.copyOf(reader.constantOutputs);
    }

    private static int[] nodesOf(DataflowGraph dataflow, int[] dataflowNodes) {
        int[] nodes = new int[dataflow.operatorCount()];
        Arrays.setAll(nodes, operator -> dataflowNodes[dataflow.operatorPosition(operator)]);
        return nodes;
    }

    /**
     * The model without its large payloads.
     *
     * @return the message that was read
     */
    public ModelProto model() {
        return model;
    }

    /**
     * The operators that work on what flows in.
     *
     * @return the graph
     */
    public DataflowGraph dataflow() {
        return dataflow;
    }

    /**
     * The model's functions.
     *
     * @return all of them
     */
    public Functions functions() {
        return functions;
    }

    /**
     * Returns the constants.
     *
     * @return initializers and the operators that make constants
     */
    public Constants constants() {
        return constants;
    }

    /**
     * The outputs of the model that are constant, in the model's order.
     *
     * @return names of tensors
     */
    public List<String> constantOutputs() {
        return constantOutputs;
    }

    /**
     * Where an operator of the dataflow graph stands in the file.
     *
     * @param operator its index
     * @return its place among the nodes of the main graph
     */
    public int node(int operator) {
        return nodeOfOperator[operator];
    }

    /**
     * Puts nodes into a topological order, which is the file's where that is one.
     *
     * @param nodes places of nodes; sorted by this
     */
    public void sortTopologically(List<Integer> nodes) {
        nodes.sort((a, b) -> Integer.compare(rankOfNode[a], rankOfNode[b]));
    }

    /**
     * The tensors that a node reads, captured ones included.
     *
     * @param node its place among the nodes of the main graph
     * @return their names
     */
    public List<String> reads(int node) {
        return facts[node].reads();
    }

    /**
     * Whether a node gives the same each time.
     *
     * @param node its place among the nodes of the main graph
     * @return false if it, a body or a function of it is random or unknown
     */
    public boolean isRepeatable(int node) {
        return !facts[node].random() && !facts[node].foreign() && functions.repeatable(facts[node].calls());
    }

    /**
     * The functions that a node calls directly.
     *
     * @param node its place among the nodes of the main graph
     * @return functions of this model
     */
    public Set<FunctionId> calls(int node) {
        return Collections.unmodifiableSet(facts[node].calls());
    }

    /**
     * The bytes of the tensors that stand in a node's attributes and bodies.
     *
     * @param node its place among the nodes of the main graph
     * @return 0 or more
     */
    public long storedBytes(int node) {
        return facts[node].storedBytes();
    }

    /**
     * The constants that a part needs: those that its nodes read, those that are its outputs, and those that say how its
     * tensors were quantised.
     *
     * @param nodes places of nodes of the main graph
     * @param outputs names of tensors
     * @return the constants
     */
    public Constants.Needed constantsOf(List<Integer> nodes, Collection<String> outputs) {
        Set<String> read = new LinkedHashSet<>(outputs);
        Set<String> present = new HashSet<>();
        for (int node : nodes) {
            read.addAll(reads(node));
            present.addAll(model.getGraph().getNode(node).getOutputList());
        }
        present.addAll(read);
        for (TensorAnnotation annotation : model.getGraph().getQuantizationAnnotationList()) {
            if (present.contains(annotation.getTensorName())) {
                annotation.getQuantParameterTensorNamesList().stream()
                        .map(StringStringEntryProto::getValue)
                        .forEach(read::add);
            }
        }
        return constants.neededFor(read);
    }
}
