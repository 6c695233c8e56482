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

/**
 * Counts constant tensors: their bytes as operators read them, and their elements where they come from, so that a weight that
 * is read as it stands and turned counts once; and what stands in bodies and functions. Where the shape of a computed constant
 * is not known, its bytes are those of what it is computed from. What is beyond {@link Long#MAX_VALUE} counts as that.
 */
public final class ParameterCount {
    /** Shapes, indices, conditions and texts. */
    private static final Set<String> NO_PARAMETERS = Set.of("int64", "bool", "string");

    /** Operators that make a tensor of nothing but its shape. */
    private static final Set<String> GENERATORS = Set.of("ConstantOfShape", "EyeLike");

    private final ModelGraph graph;
    private final Scope scope;
    private long parameters;
    private long bytes;

    private ParameterCount(ModelGraph graph, Scope scope) {
        this.graph = graph;
        this.scope = scope;
    }

    /**
     * Counts what some operators read.
     *
     * @param graph the model
     * @param scope what is known of the tensors of its main graph
     * @param nodes places of operators of the dataflow
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
     * The elements of tensors that are neither shapes nor indices nor texts.
     *
     * @return how many
     */
    public long parameters() {
        return parameters;
    }

    /**
     * The bytes of all constant tensors but texts.
     *
     * @return how many
     */
    public long bytes() {
        return bytes;
    }

    /** The bytes of a constant as it is read. */
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

    /** The elements of what constants come from: what stands in the model, and what is made of nothing but a shape. */
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
                        tensor.getDimsList().stream().mapToLong(d -> d).toArray()));
    }

    private void addParameters(String type, long... dims) {
        if (!NO_PARAMETERS.contains(type)) {
            parameters = Saturated.add(parameters, Saturated.product(dims));
        }
    }

    /** What stands in attributes and bodies counts as it is. */
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

    /** The tensors in attributes and bodies of operators. */
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
