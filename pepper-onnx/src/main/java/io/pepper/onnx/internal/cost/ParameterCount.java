package io.pepper.onnx.internal.cost;

import io.pepper.model.Dimension;
import io.pepper.model.ElementType;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.internal.model.Constants;
import io.pepper.onnx.internal.model.FunctionId;
import io.pepper.onnx.internal.model.ModelGraph;
import io.pepper.onnx.internal.model.ValueTypes;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.FunctionProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.shape.Scope;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * Counts of constant tensors: their bytes as operators read them, and their elements at their origin, so that a weight
 * counts once even if it is read both directly and transposed. Constants in bodies and functions are included. If the
 * shape of a computed constant is unknown, its bytes are those of its sources. Weights of which several are packed in a
 * byte count each as a parameter, and together as the bytes that they are stored in. Counts stop at {@link
 * Long#MAX_VALUE}.
 */
public final class ParameterCount {
    /** Types of shapes, indices, conditions and texts. */
    private static final Set<String> NO_PARAMETERS = Set.of("int64", "bool", "string");

    /** Operators that generate a tensor from its shape alone. */
    private static final Set<String> GENERATORS = Set.of("ConstantOfShape", "EyeLike");

    private final ModelGraph graph;
    private final Scope scope;
    private final PackedWeights packed;
    private long parameters;
    private long bytes;

    private ParameterCount(ModelGraph graph, Scope scope) {
        this.graph = graph;
        this.scope = scope;
        this.packed = PackedWeights.of(graph.model().getGraph().getNodeList());
    }

    /**
     * Counts the constants that operators read.
     *
     * @param graph the model
     * @param scope the known types of the tensors of its main graph
     * @param nodes indices of operators of the dataflow
     * @return the counts
     */
    public static ParameterCount of(ModelGraph graph, Scope scope, Collection<Integer> nodes) {
        ParameterCount count = new ParameterCount(graph, scope);
        Set<String> read = new LinkedHashSet<>();
        Set<FunctionId> called = new LinkedHashSet<>();
        for (int node : nodes) {
            graph.reads(node).stream().filter(graph.constants()::contains).forEach(read::add);
            called.addAll(graph.calls(node));
            count.addStored(List.of(graph.model().getGraph().getNode(node)));
        }
        read.forEach(count::addRead);
        count.addSources(graph.constants().neededFor(read));
        Set<FunctionId> needed = graph.functions().closure(called);
        for (FunctionProto function : graph.model().getFunctionsList()) {
            if (needed.contains(FunctionId.of(function))) {
                count.addStored(function.getNodeList());
            }
        }
        return count;
    }

    /**
     * Returns the number of elements of tensors that are neither shapes nor indices nor texts.
     *
     * @return 0 or more
     */
    public long parameters() {
        return parameters;
    }

    /**
     * Returns the bytes of all constant tensors except texts.
     *
     * @return 0 or more
     */
    public long bytes() {
        return bytes;
    }

    /** Adds the bytes of a constant as it is read. */
    private void addRead(String name) {
        TypeProto type = scope.types().get(name);
        OptionalLong size = type == null
                ? OptionalLong.empty()
                : ValueTypes.info(name, type).bytes();
        if (size.isPresent()) {
            bytes = Saturated.add(bytes, size.getAsLong());
        } else {
            long sum = bytes;
            Constants.Needed needed = graph.constants().neededFor(List.of(name));
            for (String initializer : needed.initializers()) {
                sum = Saturated.add(sum, graph.constants().bytes(initializer));
            }
            for (int node : needed.nodes().stream().toArray()) {
                sum = Saturated.add(sum, graph.storedBytes(node));
            }
            bytes = sum;
        }
    }

    /**
     * Adds the elements of the sources of constants: tensors in the model, and tensors generated from a shape alone.
     */
    private void addSources(Constants.Needed needed) {
        GraphProto main = graph.model().getGraph();
        main.getInitializerList().stream()
                .filter(initializer -> needed.initializers().contains(initializer.getName()))
                .forEach(this::addParameters);
        main.getSparseInitializerList().stream()
                .filter(sparse ->
                        needed.initializers().contains(sparse.getValues().getName()))
                .forEach(sparse -> addParameters(sparse.getValues()));
        for (int place : needed.nodes().stream().toArray()) {
            NodeProto node = main.getNode(place);
            if (GENERATORS.contains(node.getOpType()) && node.getOutputCount() > 0) {
                TypeProto type = scope.types().get(node.getOutput(0));
                Optional<TensorInfo> made = Optional.ofNullable(type).map(t -> ValueTypes.info(node.getOutput(0), t));
                made.ifPresent(this::addParameters);
            } else {
                stored(List.of(node)).forEach(this::addParameters);
            }
        }
    }

    private void addParameters(TensorInfo made) {
        List<Dimension> dims = made.shape().orElse(List.of(Dimension.unknown()));
        if (dims.stream().allMatch(d -> d.size().isPresent())) {
            addParameters(
                    made.type().orElse(""),
                    dims.stream().mapToLong(d -> d.size().getAsLong()).toArray());
        }
    }

    private void addParameters(TensorProto tensor) {
        ElementType.ofCode(tensor.getDataType())
                .ifPresent(type -> addParameters(
                        type.onnxName(),
                        LongStream.concat(
                                        tensor.getDimsList().stream().mapToLong(d -> d),
                                        LongStream.of(packed.perElement(tensor.getName(), type)))
                                .toArray()));
    }

    private void addParameters(String type, long... dims) {
        if (!NO_PARAMETERS.contains(type)) {
            parameters = Saturated.add(parameters, Saturated.product(dims));
        }
    }

    /** Adds tensors in attributes and bodies. */
    private void addStored(List<NodeProto> nodes) {
        for (TensorProto tensor : stored(nodes)) {
            addParameters(tensor);
            Optional<ElementType> type = ElementType.ofCode(tensor.getDataType());
            if (type.isPresent() && type.get().bits() > 0) {
                long[] dims = tensor.getDimsList().stream().mapToLong(d -> d).toArray();
                bytes = Saturated.add(bytes, type.get().bytes(dims).orElse(0));
            }
        }
    }

    /** Returns the tensors in attributes and bodies of operators. */
    private static List<TensorProto> stored(List<NodeProto> nodes) {
        List<TensorProto> found = new ArrayList<>();
        Deque<NodeProto> open = new ArrayDeque<>(nodes);
        while (!open.isEmpty()) {
            for (AttributeProto attribute : open.pop().getAttributeList()) {
                if (attribute.hasT()) {
                    found.add(attribute.getT());
                }
                found.addAll(attribute.getTensorsList());
                if (attribute.hasG()) {
                    found.addAll(attribute.getG().getInitializerList());
                    attribute.getG().getNodeList().forEach(open::push);
                }
            }
        }
        return found;
    }
}
