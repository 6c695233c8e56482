package io.pepper.onnx.internal.session;

import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TensorShapeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** The shapes and first elements of tensors, as far as the model states them. */
final class ConstantFacts {
    private static final Set<String> SAME_SHAPE = Set.of("Identity", "Cast", "DequantizeLinear", "QuantizeLinear");
    private static final int MAX_STEPS = 16;

    private final Map<String, List<Long>> shapes = new HashMap<>();
    private final Map<String, TensorProto> constants = new HashMap<>();
    private final Map<String, NodeProto> producers = new HashMap<>();

    void constant(String name, TensorProto tensor) {
        constants.put(name, tensor);
        shapes.put(name, tensor.getDimsList());
    }

    void declared(ValueInfoProto value) {
        TensorShapeProto shape = value.getType().getTensorType().getShape();
        if (shape.getDimCount() > 0) {
            List<Long> sizes = shape.getDimList().stream()
                    .map(TensorShapeProto.Dimension::getDimValue)
                    .toList();
            shapes.putIfAbsent(value.getName(), sizes);
        }
    }

    void node(NodeProto node) {
        node.getOutputList().forEach(output -> producers.put(output, node));
        if (node.getOpType().equals("Constant") && node.getOutputCount() == 1) {
            for (AttributeProto attribute : node.getAttributeList()) {
                value(attribute).ifPresent(tensor -> constant(node.getOutput(0), tensor));
            }
        }
    }

    private static Optional<TensorProto> value(AttributeProto attribute) {
        return switch (attribute.getName()) {
            case "value" -> Optional.of(attribute.getT());
            case "value_int" -> Optional.of(integers(List.of(attribute.getI())).build());
            case "value_ints" ->
                Optional.of(integers(attribute.getIntsList())
                        .addDims(attribute.getIntsCount())
                        .build());
            default -> Optional.empty();
        };
    }

    private static TensorProto.Builder integers(List<Long> values) {
        return TensorProto.newBuilder()
                .setDataType(TensorProto.DataType.INT64.getNumber())
                .addAllInt64Data(values);
    }

    /** Returns the size of an axis; negative axes count from the end. Empty if the model does not state it. */
    OptionalLong size(String tensor, long axis) {
        String name = tensor;
        for (int step = 0; step < MAX_STEPS; step++) {
            List<Long> shape = shapes.get(name);
            if (shape != null) {
                long index = axis < 0 ? axis + shape.size() : axis;
                return index >= 0 && index < shape.size() && shape.get((int) index) > 0
                        ? OptionalLong.of(shape.get((int) index))
                        : OptionalLong.empty();
            }
            NodeProto producer = producers.get(name);
            if (producer == null || !SAME_SHAPE.contains(producer.getOpType()) || producer.getInputCount() == 0) {
                return OptionalLong.empty();
            }
            name = producer.getInput(0);
        }
        return OptionalLong.empty();
    }

    /** Returns the first element of a constant of integers; empty for other tensors. */
    OptionalLong firstInteger(String tensor) {
        TensorProto constant = constants.get(tensor);
        if (constant == null) {
            return OptionalLong.empty();
        }
        boolean wide = constant.getDataType() == TensorProto.DataType.INT64.getNumber();
        if (!wide && constant.getDataType() != TensorProto.DataType.INT32.getNumber()) {
            return OptionalLong.empty();
        }
        if (constant.getInt64DataCount() > 0) {
            return OptionalLong.of(constant.getInt64Data(0));
        }
        if (constant.getInt32DataCount() > 0) {
            return OptionalLong.of(constant.getInt32Data(0));
        }
        ByteBuffer raw = constant.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        if (raw.remaining() < (wide ? Long.BYTES : Integer.BYTES)) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(wide ? raw.getLong() : raw.getInt());
    }
}
