package io.pepper.onnx.internal.model;

import io.pepper.graph.DataflowGraph;
import io.pepper.graph.Indices;
import io.pepper.graph.InvalidGraphException;
import io.pepper.model.MalformedModelException;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.SparseTensorProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * A reader of a model's main graph. It first builds one graph of everything, including constants, to check it and to
 * find an order. Then it finds the constants in that order; the rest of the graph is the dataflow.
 */
public final class GraphReader {
    final ModelProto model;
    final TensorSizes sizes;
    final Functions functions;
    final NodeFacts[] facts;
    final int[] rankOfNode;
    final boolean[] constantNode;

    /** The bytes of each named constant of the graph: dense and sparse initializers. */
    final Map<String, Long> initializers = new LinkedHashMap<>();

    final List<String> constantOutputs = new ArrayList<>();

    /** The nodes that are dataflow, in the file's order. */
    final int[] dataflowNodes;

    final Constants constants;

    private final DataflowGraph dataflow;

    private final String source;
    private final GraphProto graph;
    private final List<String> inputs = new ArrayList<>();

    /**
     * Reads a model.
     *
     * @param source the model's name in messages
     * @param model the message, with or without its large payloads
     * @param payloadBytes the size of a tensor's payload
     * @return the graph
     * @throws MalformedModelException if the graph is invalid: cycles, names defined twice or never, impossible tensors
     */
    public static ModelGraph read(String source, ModelProto model, ToLongFunction<TensorProto> payloadBytes)
            throws MalformedModelException {
        if (!model.hasGraph()) {
            throw new MalformedModelException(source, "graph", "is missing");
        }
        try {
            GraphReader reader = new GraphReader(source, model, payloadBytes);
            return new ModelGraph(reader, reader.dataflow);
        } catch (InvalidGraphException invalid) {
            throw new MalformedModelException(source, "graph", String.valueOf(invalid.getMessage()), invalid);
        }
    }

    private GraphReader(String source, ModelProto model, ToLongFunction<TensorProto> payloadBytes)
            throws MalformedModelException {
        this.source = source;
        this.model = model;
        this.graph = model.getGraph();
        this.sizes = new TensorSizes(source, payloadBytes);
        functions = Functions.of(model, source, sizes);
        facts = new NodeFacts[graph.getNodeCount()];
        for (int node = 0; node < facts.length; node++) {
            facts[node] = NodeReader.read(graph.getNode(node), functions.ids(), sizes);
        }
        readInitializers();
        readInputs();
        DataflowGraph everything = everything();
        rankOfNode = new int[facts.length];
        constantNode = new boolean[facts.length];
        BitSet constantTensors = findConstants(everything);
        dataflow = dataflow(everything, constantTensors);
        dataflowNodes =
                IntStream.range(0, facts.length).filter(n -> !constantNode[n]).toArray();
        constants = new Constants(this);
    }

    private void readInitializers() throws MalformedModelException {
        for (TensorProto initializer : graph.getInitializerList()) {
            addInitializer(initializer.getName(), sizes.bytes(initializer));
        }
        for (SparseTensorProto sparse : graph.getSparseInitializerList()) {
            addInitializer(sparse.getValues().getName(), sizes.bytes(sparse));
        }
    }

    private void addInitializer(String name, long bytes) throws MalformedModelException {
        if (name.isEmpty()) {
            throw new MalformedModelException(source, "graph.initializer", "one has no name");
        }
        // ONNX Runtime uses the last of several initializers with one name, with a warning.
        initializers.put(name, bytes);
    }

    private void readInputs() throws MalformedModelException {
        for (ValueInfoProto input : graph.getInputList()) {
            if (input.getName().isEmpty()) {
                throw new MalformedModelException(source, "graph.input", "one has no name");
            }
            if (!initializers.containsKey(input.getName())) {
                inputs.add(input.getName());
            }
        }
    }

    private DataflowGraph everything() throws MalformedModelException {
        DataflowGraph.Builder builder = DataflowGraph.builder(inputs.size() + initializers.size() + facts.length);
        inputs.forEach(builder::input);
        initializers.keySet().forEach(builder::input);
        for (int node = 0; node < facts.length; node++) {
            addOperator(builder, node, facts[node].reads());
        }
        for (ValueInfoProto output : graph.getOutputList()) {
            if (output.getName().isEmpty()) {
                throw new MalformedModelException(source, "graph.output", "one has no name");
            }
            addOutput(builder, output.getName());
        }
        return builder.build();
    }

    private void addOutput(DataflowGraph.Builder builder, String name) throws MalformedModelException {
        try {
            builder.output(name);
        } catch (InvalidGraphException invalid) {
            throw invalid;
        } catch (IllegalArgumentException twice) {
            throw new MalformedModelException(source, "graph.output", String.valueOf(twice.getMessage()), twice);
        }
    }

    private void addOperator(DataflowGraph.Builder builder, int node, List<String> reads) {
        NodeProto proto = graph.getNode(node);
        builder.operator(proto.getName(), proto.getOpType(), reads, NodeReader.named(proto.getOutputList()));
    }

    /**
     * Visits all operators in order, so that the inputs of an operator are classified before it; returns the constant
     * tensors.
     */
    private BitSet findConstants(DataflowGraph everything) {
        BitSet constant = new BitSet();
        for (String initializer : initializers.keySet()) {
            constant.set(everything.tensor(initializer).orElseThrow());
        }
        for (int operator = 0; operator < everything.operatorCount(); operator++) {
            int node = everything.operatorPosition(operator);
            rankOfNode[node] = operator;
            constantNode[node] = isRepeatable(node) && areAll(constant, everything.reads(operator));
            if (constantNode[node]) {
                everything.writes(operator).stream().forEach(constant::set);
            }
        }
        for (int output : everything.outputs()) {
            if (constant.get(output)) {
                constantOutputs.add(everything.tensorName(output));
            }
        }
        return constant;
    }

    private static boolean areAll(BitSet constant, Indices tensors) {
        for (int i = 0; i < tensors.size(); i++) {
            if (!constant.get(tensors.get(i))) {
                return false;
            }
        }
        return true;
    }

    private DataflowGraph dataflow(DataflowGraph everything, BitSet constantTensors) {
        BitSet operators = new BitSet();
        for (int node = 0; node < facts.length; node++) {
            if (!constantNode[node]) {
                operators.set(rankOfNode[node]);
            }
        }
        BitSet tensors = new BitSet();
        tensors.set(0, everything.tensorCount());
        tensors.andNot(constantTensors);
        return everything.subgraph(operators, tensors);
    }

    private boolean isRepeatable(int node) {
        NodeFacts fact = facts[node];
        return !fact.random() && !fact.foreign() && functions.repeatable(fact.calls());
    }
}
