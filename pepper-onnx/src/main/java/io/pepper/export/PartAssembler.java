package io.pepper.export;

import io.pepper.graph.DataflowGraph;
import io.pepper.onnx.internal.model.Constants;
import io.pepper.onnx.internal.model.FunctionId;
import io.pepper.onnx.internal.model.ModelGraph;
import io.pepper.onnx.internal.model.ValueTypes;
import io.pepper.onnx.internal.model.Weights;
import io.pepper.onnx.internal.proto.FunctionProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.StringStringEntryProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import io.pepper.partition.Partition;
import io.pepper.partition.Segment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * An assembler of the parts' models. A part consists of its operators, the constants that they need, the functions that
 * they call, and all other information of the whole model that concerns them.
 */
final class PartAssembler {
    private final ModelGraph graph;
    private final Partition partition;
    private final Map<String, ValueInfoProto> types;
    private final List<ValueInfoProto> values;

    /**
     * Creates an assembler.
     *
     * @param graph the whole model
     * @param partition a partition of its dataflow
     * @param types the known types and shapes of the tensors that parts read and produce
     * @param values the known types and shapes of the tensors that the model describes
     */
    PartAssembler(
            ModelGraph graph, Partition partition, Map<String, ValueInfoProto> types, List<ValueInfoProto> values) {
        this.values = values;
        this.graph = graph;
        this.partition = partition;
        this.types = types;
    }

    PartModel part(Segment segment) {
        boolean last = segment.index() == partition.segments().size() - 1;
        List<String> inputs = names(segment.inputs().toArray());
        List<String> outputs = outputs(segment, last);
        List<Integer> nodes = new ArrayList<>();
        segment.operators().stream().forEach(operator -> nodes.add(graph.node(operator)));
        segment.recomputed().stream().forEach(operator -> nodes.add(graph.node(operator)));
        Constants.Needed constants = graph.constantsOf(nodes, outputs);
        int dataflow = nodes.size();
        constants.nodes().stream().forEach(nodes::add);
        graph.sortTopologically(nodes);

        GraphProto assembled = graph(nodes, constants.initializers(), inputs, outputs);
        Set<FunctionId> called = new LinkedHashSet<>();
        nodes.forEach(node -> called.addAll(graph.calls(node)));
        Set<FunctionId> functions = graph.functions().closure(called);
        return new PartModel(
                model(assembled, functions),
                inputs.stream().map(name -> ValueTypes.info(type(name))).toList(),
                outputs.stream().map(name -> ValueTypes.info(type(name))).toList(),
                segment.operators().size(),
                segment.recomputed().size(),
                nodes.size() - dataflow,
                Weights.bytes(graph, nodes, constants.initializers(), functions));
    }

    private List<String> names(int... tensors) {
        DataflowGraph dataflow = graph.dataflow();
        List<String> names = new ArrayList<>(tensors.length);
        for (int tensor : tensors) {
            names.add(dataflow.tensorName(tensor));
        }
        return names;
    }

    private ValueInfoProto type(String tensor) {
        return Objects.requireNonNull(types.get(tensor), tensor);
    }

    /**
     * Returns the part's outputs: those of the model in its order, with constant ones in the last part, then those that
     * later parts read.
     */
    private List<String> outputs(Segment segment, boolean last) {
        Set<String> made = new LinkedHashSet<>(names(segment.outputs().toArray()));
        Set<String> constant = last ? Set.copyOf(graph.constantOutputs()) : Set.of();
        Set<String> outputs = new LinkedHashSet<>();
        for (ValueInfoProto output : graph.model().getGraph().getOutputList()) {
            if (made.contains(output.getName()) || constant.contains(output.getName())) {
                outputs.add(output.getName());
            }
        }
        outputs.addAll(made);
        return List.copyOf(outputs);
    }

    private GraphProto graph(List<Integer> nodes, Set<String> initializers, List<String> inputs, List<String> outputs) {
        GraphProto whole = graph.model().getGraph();
        GraphProto.Builder part = whole.toBuilder()
                .clearNode()
                .clearInitializer()
                .clearSparseInitializer()
                .clearInput()
                .clearOutput()
                .clearValueInfo()
                .clearQuantizationAnnotation();
        Set<String> inside = new HashSet<>(initializers);
        for (int node : nodes) {
            NodeProto proto = whole.getNode(node);
            part.addNode(proto);
            inside.addAll(proto.getOutputList());
        }
        inside.removeAll(outputs);
        whole.getInitializerList().stream()
                .filter(initializer -> initializers.contains(initializer.getName()))
                .forEach(part::addInitializer);
        whole.getSparseInitializerList().stream()
                .filter(sparse -> initializers.contains(sparse.getValues().getName()))
                .forEach(part::addSparseInitializer);
        inputs.forEach(name -> part.addInput(type(name)));
        whole.getInputList().stream()
                .filter(input -> initializers.contains(input.getName()))
                .forEach(part::addInput);
        outputs.forEach(name -> part.addOutput(type(name)));
        values.stream().filter(value -> inside.contains(value.getName())).forEach(part::addValueInfo);
        inside.addAll(inputs);
        inside.addAll(outputs);
        whole.getQuantizationAnnotationList().stream()
                .filter(annotation -> inside.contains(annotation.getTensorName()))
                .forEach(part::addQuantizationAnnotation);
        return part.build();
    }

    private ModelProto model(GraphProto part, Set<FunctionId> functions) {
        ModelProto.Builder model =
                graph.model().toBuilder().clearTrainingInfo().clearFunctions().clearMetadataProps();
        model.setGraph(part);
        for (FunctionProto function : graph.model().getFunctionsList()) {
            if (functions.contains(FunctionId.of(function))) {
                model.addFunctions(function);
            }
        }
        for (StringStringEntryProto entry : graph.model().getMetadataPropsList()) {
            if (!entry.getKey().startsWith(PartMetadata.PREFIX)) {
                model.addMetadataProps(entry);
            }
        }
        return model.build();
    }
}
