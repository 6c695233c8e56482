package io.pepper.onnx.internal.shape;

import io.pepper.model.Dimension;
import io.pepper.model.InputShapes;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.internal.model.ValueTypes;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.TensorShapeProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The inputs of a graph with the user's sizes, and the sizes that stay open. */
final class SizedInputs {
    private final GraphProto graph;
    private final Set<String> constants;
    private final InputShapes sizes;

    /**
     * Checks the sizes.
     *
     * @param graph the graph
     * @param constants the names of inputs that are initializers
     * @param sizes the user's sizes
     * @throws IllegalArgumentException if a size belongs to no input, or contradicts the model
     */
    SizedInputs(GraphProto graph, Set<String> constants, InputShapes sizes) {
        this.graph = graph;
        this.constants = constants;
        this.sizes = sizes;
        Set<String> inputs = new LinkedHashSet<>();
        Set<String> symbols = new LinkedHashSet<>();
        for (ValueInfoProto input : graph.getInputList()) {
            if (!constants.contains(input.getName())) {
                inputs.add(input.getName());
                ValueTypes.info(input).shape().stream()
                        .flatMap(List::stream)
                        .flatMap(dimension -> dimension.symbol().stream())
                        .forEach(symbols::add);
            }
        }
        refuseStrangers("input", sizes.shapes().keySet(), inputs);
        refuseStrangers("dimension", sizes.dimensions().keySet(), symbols);
    }

    private static void refuseStrangers(String what, Set<String> given, Set<String> known) {
        for (String name : given) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException(
                        "the model has no " + what + " '" + name + "'; it has " + (known.isEmpty() ? "none" : known));
            }
        }
    }

    /** Returns the graph with these sizes. */
    GraphProto graph() {
        if (sizes.isEmpty()) {
            return graph;
        }
        GraphProto.Builder sized = graph.toBuilder();
        for (int i = 0; i < graph.getInputCount(); i++) {
            if (!constants.contains(graph.getInput(i).getName())) {
                sized.setInput(i, sized(graph.getInput(i)));
            }
        }
        return sized.build();
    }

    private static TensorShapeProto shape(TypeProto type) {
        return type.getTensorType().getShape();
    }

    private ValueInfoProto sized(ValueInfoProto input) {
        List<Long> given = sizes.shapes().get(input.getName());
        TensorShapeProto stated = shape(input.getType());
        boolean ranked = input.getType().getTensorType().hasShape();
        if (given != null && ranked && given.size() != stated.getDimCount()) {
            throw new IllegalArgumentException("input '" + input.getName() + "' has " + stated.getDimCount()
                    + " dimensions, found " + given.size() + " in " + given);
        }
        if (given == null && !ranked) {
            return input;
        }
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        int rank = given != null ? given.size() : stated.getDimCount();
        for (int axis = 0; axis < rank; axis++) {
            TensorShapeProto.Dimension dim =
                    ranked ? stated.getDim(axis) : TensorShapeProto.Dimension.getDefaultInstance();
            shape.addDim(sized(input.getName(), axis, dim, given == null ? null : given.get(axis)));
        }
        ValueInfoProto.Builder sized = input.toBuilder();
        sized.getTypeBuilder().getTensorTypeBuilder().setShape(shape);
        return sized.build();
    }

    private TensorShapeProto.Dimension sized(
            String input, int axis, TensorShapeProto.Dimension dim, @Nullable Long given) {
        boolean fixed = dim.hasDimValue() && dim.getDimValue() >= 0;
        if (given != null && fixed && dim.getDimValue() != given) {
            throw new IllegalArgumentException("input '" + input + "' has " + dim.getDimValue() + " in dimension "
                    + axis + ", which cannot be " + given);
        }
        Long named = dim.hasDimParam() ? sizes.dimensions().get(dim.getDimParam()) : null;
        if (given != null && named != null && !given.equals(named)) {
            throw new IllegalArgumentException("input '" + input + "' has '" + dim.getDimParam() + "' in dimension "
                    + axis + ", which cannot be both " + named + " and " + given);
        }
        Long size = given != null ? given : named;
        return size == null
                ? dim
                : TensorShapeProto.Dimension.newBuilder().setDimValue(size).build();
    }

    /**
     * Returns the sizes that stay open: names of dimensions, and {@code input[axis]} for a dimension without a name.
     */
    List<String> open() {
        Set<String> open = new LinkedHashSet<>();
        for (ValueInfoProto input : graph().getInputList()) {
            if (!constants.contains(input.getName()) && input.getType().hasTensorType()) {
                TensorInfo info = ValueTypes.info(input);
                List<Dimension> dims = info.shape().orElse(List.of());
                for (int axis = 0; axis < dims.size(); axis++) {
                    if (dims.get(axis).size().isEmpty()) {
                        open.add(dims.get(axis).symbol().orElse(input.getName() + "[" + axis + "]"));
                    }
                }
                if (info.shape().isEmpty()) {
                    open.add(input.getName());
                }
            }
        }
        return new ArrayList<>(open);
    }
}
