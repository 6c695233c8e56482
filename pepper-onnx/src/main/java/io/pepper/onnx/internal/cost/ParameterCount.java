package io.pepper.onnx.internal.cost;

import io.pepper.onnx.TensorInfo;
import io.pepper.onnx.internal.model.Constants;
import io.pepper.onnx.internal.model.ElementType;
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
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Counts the elements and bytes of the constant tensors that operators read: each tensor once, as it is read, and what stands
 * in bodies and functions. Where the shape of a computed constant is not known, what it is computed from is counted instead.
 */
public final class ParameterCount {
    /** Shapes, indices, conditions and texts. */
    private static final Set<String> NO_PARAMETERS = Set.of("int64", "bool", "string");

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
        read.forEach(count::addConstant);
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

    private void addConstant(String name) {
        TypeProto type = scope.types().get(name);
        if (type == null || !add(ValueTypes.info(name, type))) {
            Constants.Needed needed = graph.constants().neededFor(List.of(name));
            GraphProto main = graph.model().getGraph();
            main.getInitializerList().stream()
                    .filter(initializer -> needed.initializers().contains(initializer.getName()))
                    .forEach(this::add);
            addStored(needed.nodes().stream().mapToObj(main::getNode).toList());
        }
    }

    private void add(TensorProto tensor) {
        ElementType.ofCode(tensor.getDataType())
                .ifPresent(type -> add(
                        type, tensor.getDimsList().stream().mapToLong(d -> d).toArray()));
    }

    private boolean add(TensorInfo info) {
        Optional<ElementType> type = info.type().flatMap(ElementType::named);
        boolean known = type.isPresent()
                && info.shape().isPresent()
                && info.shape().get().stream().allMatch(d -> d.size().isPresent());
        if (known) {
            add(
                    type.get(),
                    info.shape().get().stream()
                            .mapToLong(d -> d.size().getAsLong())
                            .toArray());
        }
        return known;
    }

    private void add(ElementType type, long... dims) {
        OptionalLong size = type.bits() == 0 ? OptionalLong.of(0) : type.bytes(dims);
        bytes = Math.addExact(bytes, size.orElse(0));
        if (!NO_PARAMETERS.contains(type.onnxName())) {
            long elements = 1;
            for (long dim : dims) {
                elements = Math.multiplyExact(elements, dim);
            }
            parameters = Math.addExact(parameters, elements);
        }
    }

    /** The tensors in attributes and bodies of operators. */
    private void addStored(List<NodeProto> nodes) {
        Deque<NodeProto> open = new ArrayDeque<>(nodes);
        while (!open.isEmpty()) {
            for (AttributeProto attribute : open.pop().getAttributeList()) {
                if (attribute.hasT()) {
                    add(attribute.getT());
                }
                attribute.getTensorsList().forEach(this::add);
                if (attribute.hasG()) {
                    attribute.getG().getInitializerList().forEach(this::add);
                    attribute.getG().getNodeList().forEach(open::push);
                }
            }
        }
    }
}
