package io.pepper.onnx.internal.model;

import io.pepper.model.Dimension;
import io.pepper.model.ElementType;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.internal.proto.TensorShapeProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The conversion of types from messages to their public form. */
public final class ValueTypes {
    /** Deeper nesting of sequences and optionals is shown as {@code …}. */
    private static final int MAX_DEPTH = 8;

    /** The spellings of exporters for a size without a name. */
    private static final Set<String> UNNAMED = Set.of("", "?");

    private ValueTypes() {}

    /**
     * Returns the public form of a value's description.
     *
     * @param value the message
     * @return the description
     */
    public static TensorInfo info(ValueInfoProto value) {
        return info(value.getName(), value.getType());
    }

    /**
     * Returns the public form of a value's type.
     *
     * @param name the value's name
     * @param type its type
     * @return the description
     */
    public static TensorInfo info(String name, TypeProto type) {
        if (type.getValueCase() == TypeProto.ValueCase.TENSOR_TYPE) {
            TypeProto.Tensor tensor = type.getTensorType();
            Optional<List<Dimension>> shape =
                    tensor.hasShape() ? Optional.of(dimensions(tensor.getShape())) : Optional.empty();
            return new TensorInfo(name, elementName(tensor.getElemType()), shape);
        }
        Optional<String> written = type.getValueCase() == TypeProto.ValueCase.VALUE_NOT_SET
                ? Optional.empty()
                : Optional.of(typeName(type));
        return new TensorInfo(name, written, Optional.empty());
    }

    /**
     * Returns whether a type suffices for an input of a model: ONNX Runtime requires the element type.
     *
     * @param type the type
     * @return true if it does
     */
    public static boolean isUsable(TypeProto type) {
        return switch (type.getValueCase()) {
            case VALUE_NOT_SET -> false;
            case TENSOR_TYPE -> type.getTensorType().getElemType() != 0;
            default -> true;
        };
    }

    private static Optional<String> elementName(int code) {
        if (code == 0) {
            return Optional.empty();
        }
        return Optional.of(ElementType.ofCode(code).map(ElementType::onnxName).orElse("type" + code));
    }

    private static List<Dimension> dimensions(TensorShapeProto shape) {
        List<Dimension> dimensions = new ArrayList<>(shape.getDimCount());
        for (TensorShapeProto.Dimension dim : shape.getDimList()) {
            if (dim.hasDimValue() && dim.getDimValue() >= 0) {
                dimensions.add(Dimension.of(dim.getDimValue()));
            } else if (dim.hasDimParam() && !UNNAMED.contains(dim.getDimParam())) {
                dimensions.add(Dimension.of(dim.getDimParam()));
            } else {
                dimensions.add(Dimension.unknown());
            }
        }
        return dimensions;
    }

    /**
     * Returns the type of a value that is not a tensor, in the notation of the operator documentation: {@code
     * seq(tensor(float))}.
     */
    private static String typeName(TypeProto outer) {
        StringBuilder written = new StringBuilder();
        StringBuilder closing = new StringBuilder();
        TypeProto type = outer;
        for (int depth = 0; depth < MAX_DEPTH; depth++) {
            switch (type.getValueCase()) {
                case SEQUENCE_TYPE -> {
                    written.append("seq(");
                    type = type.getSequenceType().getElemType();
                }
                case OPTIONAL_TYPE -> {
                    written.append("optional(");
                    type = type.getOptionalType().getElemType();
                }
                case MAP_TYPE -> {
                    String key = elementName(type.getMapType().getKeyType()).orElse("?");
                    written.append("map(").append(key).append(',');
                    type = type.getMapType().getValueType();
                }
                default -> {
                    return written.append(innermost(type)).append(closing).toString();
                }
            }
            closing.append(')');
        }
        return written.append('…').append(closing).toString();
    }

    private static String innermost(TypeProto type) {
        return switch (type.getValueCase()) {
            case TENSOR_TYPE ->
                "tensor(" + elementName(type.getTensorType().getElemType()).orElse("?") + ")";
            case SPARSE_TENSOR_TYPE ->
                "sparse_tensor("
                        + elementName(type.getSparseTensorType().getElemType()).orElse("?") + ")";
            case OPAQUE_TYPE -> "opaque(" + type.getOpaqueType().getName() + ")";
            default -> "?";
        };
    }
}
