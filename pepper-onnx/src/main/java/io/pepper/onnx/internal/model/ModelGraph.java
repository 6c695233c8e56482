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
 * The analysed main graph of a model: its dataflow operators and those that only compute constants, and the mapping
 * from indices of the {@link DataflowGraph} to indices in the file. Immutable.
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
     * Returns the model without its large payloads.
     *
     * @return the message that was read
     */
    public ModelProto model() {
        return model;
    }

    /**
     * Returns the graph of the operators that depend on inputs.
     *
     * @return the graph
     */
    public DataflowGraph dataflow() {
        return dataflow;
    }

    /**
     * Returns the model's functions.
     *
     * @return all functions
     */
    public Functions functions() {
        return functions;
    }

    /**
     * Returns the constants.
     *
     * @return initializers and the operators that compute constants
     */
    public Constants constants() {
        return constants;
    }

    /**
     * Returns the outputs of the model that are constant, in the model's order.
     *
     * @return names of tensors
     */
    public List<String> constantOutputs() {
        return constantOutputs;
    }

    /**
     * Returns the index in the file of an operator of the dataflow graph.
     *
     * @param operator its index in the dataflow graph
     * @return its index among the nodes of the main graph
     */
    public int node(int operator) {
        return nodeOfOperator[operator];
    }

    /**
     * Sorts nodes topologically; keeps the file's order if that is topological.
     *
     * @param nodes indices of nodes, which are sorted in place
     */
    public void sortTopologically(List<Integer> nodes) {
        nodes.sort((a, b) -> Integer.compare(rankOfNode[a], rankOfNode[b]));
    }

    /**
     * Returns the tensors that a node reads, including captured ones.
     *
     * @param node its index among the nodes of the main graph
     * @return their names
     */
    public List<String> reads(int node) {
        return facts[node].reads();
    }

    /**
     * Returns whether a node gives the same result each time.
     *
     * @param node its index among the nodes of the main graph
     * @return false if it, one of its bodies or functions is random or unknown
     */
    public boolean isRepeatable(int node) {
        return !facts[node].random() && !facts[node].foreign() && functions.repeatable(facts[node].calls());
    }

    /**
     * Returns the functions that a node calls directly.
     *
     * @param node its index among the nodes of the main graph
     * @return functions of this model
     */
    public Set<FunctionId> calls(int node) {
        return Collections.unmodifiableSet(facts[node].calls());
    }

    /**
     * Returns the bytes of the tensors in a node's attributes and bodies.
     *
     * @param node its index among the nodes of the main graph
     * @return 0 or more
     */
    public long storedBytes(int node) {
        return facts[node].storedBytes();
    }

    /**
     * Returns the constants that a part needs: those that its nodes read, its constant outputs, and those that describe
     * the quantisation of its tensors.
     *
     * @param nodes indices of nodes of the main graph
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
