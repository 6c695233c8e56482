package io.pepper.onnx.internal.shape;

import io.pepper.onnx.internal.model.NodeAttributes;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TensorShapeProto;
import io.pepper.onnx.internal.proto.TypeProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The types of a Loop or Scan: the inputs and outputs of its body. If the body returns a state with another shape, the
 * sizes in which the two differ are unknown.
 */
final class Iteration {
    private static final TypeProto UNKNOWN = TypeProto.getDefaultInstance();

    /** The types of the body's inputs before the states: in a Loop, the number of the iteration and the condition. */
    private final List<TypeProto> before;

    /** Number of the body's outputs before the states. */
    private final int outputsBefore;

    private List<TypeProto> states;
    private final List<TypeProto> slices;
    private final Optional<Long> length;
    private final List<Long> outputAxes;

    private Iteration(
            List<TypeProto> before,
            int outputsBefore,
            List<TypeProto> states,
            List<TypeProto> slices,
            Optional<Long> length,
            List<Long> outputAxes) {
        this.before = before;
        this.outputsBefore = outputsBefore;
        this.states = states;
        this.slices = slices;
        this.length = length;
        this.outputAxes = outputAxes;
    }

    static Iteration loop(List<TypeProto> inputs, Optional<Long> trips) {
        List<TypeProto> before = List.of(scalar(TensorProto.DataType.INT64), scalar(TensorProto.DataType.BOOL));
        List<TypeProto> states = inputs.size() > 2 ? inputs.subList(2, inputs.size()) : List.of();
        return new Iteration(before, 1, states, List.of(), trips, List.of());
    }

    static Iteration scan(NodeProto node, List<TypeProto> inputs) {
        long scanned = node.getAttributeList().stream()
                .filter(attribute -> attribute.getName().equals("num_scan_inputs"))
                .mapToLong(AttributeProto::getI)
                .findFirst()
                .orElse(0);
        int count = (int) Math.max(0, Math.min(scanned, inputs.size()));
        int states = inputs.size() - count;
        List<Long> axes = axes(node, "scan_input_axes");
        List<TypeProto> slices = new ArrayList<>();
        Optional<Long> length = Optional.empty();
        for (int i = 0; i < count; i++) {
            TypeProto sequence = inputs.get(states + i);
            int axis = axis(i < axes.size() ? axes.get(i) : 0, rank(sequence));
            length = length.or(() -> size(sequence, axis));
            slices.add(withoutAxis(sequence, axis));
        }
        return new Iteration(List.of(), 0, inputs.subList(0, states), slices, length, axes(node, "scan_output_axes"));
    }

    private static List<Long> axes(NodeProto node, String name) {
        return NodeAttributes.find(node, name).map(AttributeProto::getIntsList).orElse(List.of());
    }

    /** Returns the integer in a tensor of one element. */
    static Optional<Long> integer(TensorProto tensor) {
        if (tensor.getDataType() != TensorProto.DataType.INT64.getNumber()) {
            return Optional.empty();
        }
        if (tensor.getInt64DataCount() == 1) {
            return Optional.of(tensor.getInt64Data(0));
        }
        ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        return raw.remaining() == Long.BYTES ? Optional.of(raw.getLong()) : Optional.empty();
    }

    /** Returns the types of the body's inputs. */
    List<TypeProto> bodyInputs() {
        List<TypeProto> inputs = new ArrayList<>(before);
        inputs.addAll(states);
        inputs.addAll(slices);
        return inputs;
    }

    /** Removes from the states what the body returns differently; returns whether there was any. */
    boolean widen(List<TypeProto> given) {
        List<TypeProto> common = new ArrayList<>();
        for (int i = 0; i < states.size(); i++) {
            int output = outputsBefore + i;
            common.add(output < given.size() ? common(states.get(i), given.get(output)) : UNKNOWN);
        }
        boolean wider = !common.equals(states);
        states = common;
        return wider;
    }

    /** Removes the shapes of all states, if those that the body returns do not converge. */
    void forget() {
        states = states.stream().map(Iteration::withoutShape).toList();
    }

    /** Returns the types of the operator's outputs. */
    List<TypeProto> outputs(List<TypeProto> given, int count) {
        List<TypeProto> outputs = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int output = outputsBefore + i;
            TypeProto type = output < given.size() ? given.get(output) : UNKNOWN;
            if (i < states.size()) {
                outputs.add(common(states.get(i), type));
            } else {
                int place = i - states.size();
                outputs.add(withAxis(type, place < outputAxes.size() ? outputAxes.get(place) : 0));
            }
        }
        return outputs;
    }

    /** Returns the number of iterations, if it is certain. */
    Optional<Long> length() {
        return length;
    }

    private static TypeProto scalar(TensorProto.DataType type) {
        TypeProto.Tensor tensor = TypeProto.Tensor.newBuilder()
                .setElemType(type.getNumber())
                .setShape(TensorShapeProto.getDefaultInstance())
                .build();
        return TypeProto.newBuilder().setTensorType(tensor).build();
    }

    private static int rank(TypeProto type) {
        return type.getTensorType().getShape().getDimCount();
    }

    private static int axis(long axis, int rank) {
        return (int) (axis < 0 ? axis + rank : axis);
    }

    private static Optional<Long> size(TypeProto type, int axis) {
        List<TensorShapeProto.Dimension> dims = type.getTensorType().getShape().getDimList();
        boolean known = axis >= 0 && axis < dims.size() && dims.get(axis).hasDimValue();
        return known ? Optional.of(dims.get(axis).getDimValue()) : Optional.empty();
    }

    private static TypeProto withoutAxis(TypeProto type, int axis) {
        if (axis < 0 || axis >= rank(type)) {
            return withoutShape(type);
        }
        TypeProto.Builder slice = type.toBuilder();
        slice.getTensorTypeBuilder().getShapeBuilder().removeDim(axis);
        return slice.build();
    }

    private TypeProto withAxis(TypeProto type, long axis) {
        int place = axis(axis, rank(type) + 1);
        if (!type.hasTensorType() || !type.getTensorType().hasShape() || place < 0 || place > rank(type)) {
            return withoutShape(type);
        }
        TensorShapeProto.Dimension.Builder dimension = TensorShapeProto.Dimension.newBuilder();
        length.ifPresent(dimension::setDimValue);
        TypeProto.Builder stacked = type.toBuilder();
        stacked.getTensorTypeBuilder().getShapeBuilder().addDim(place, dimension);
        return stacked.build();
    }

    /** Returns a type with the shape of another type. */
    static TypeProto withShape(TypeProto type, TypeProto other) {
        if (!other.getTensorType().hasShape()) {
            return type;
        }
        TypeProto.Builder shaped = type.toBuilder();
        shaped.getTensorTypeBuilder().setShape(other.getTensorType().getShape());
        return shaped.build();
    }

    static TypeProto withoutShape(TypeProto type) {
        if (!type.hasTensorType()) {
            return type;
        }
        TypeProto.Builder bare = type.toBuilder();
        bare.getTensorTypeBuilder().clearShape();
        return bare.build();
    }

    /** Returns the common information of two types. */
    static TypeProto common(TypeProto one, TypeProto other) {
        if (one.equals(other)) {
            return one;
        }
        if (!one.hasTensorType()
                || !other.hasTensorType()
                || one.getTensorType().getElemType() != other.getTensorType().getElemType()) {
            return UNKNOWN;
        }
        boolean ranked = one.getTensorType().hasShape() && other.getTensorType().hasShape();
        if (!ranked || rank(one) != rank(other)) {
            return withoutShape(one);
        }
        TypeProto.Builder common = one.toBuilder();
        TensorShapeProto.Builder shape = common.getTensorTypeBuilder().getShapeBuilder();
        for (int axis = 0; axis < rank(one); axis++) {
            if (!shape.getDim(axis).equals(other.getTensorType().getShape().getDim(axis))) {
                shape.setDim(axis, TensorShapeProto.Dimension.getDefaultInstance());
            }
        }
        return common.build();
    }
}
