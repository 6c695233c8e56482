package io.pepper.onnx.internal.model;

import com.google.protobuf.ByteString;
import io.pepper.model.ElementType;
import io.pepper.model.MalformedModelException;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TensorShapeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/** Inputs that are set to a value. */
public final class KnownInputs {
    private static final int MAX_DIGITS = 400;

    private KnownInputs() {}

    /**
     * Returns whether an input looks like a flag or a number that a user may set: it has such a type, and at most one
     * axis or one element.
     */
    static boolean isSmall(ValueInfoProto input) {
        TensorShapeProto shape = input.getType().getTensorType().getShape();
        return type(input).isPresent()
                && (shape.getDimCount() <= 1 || shape.getDimList().stream().allMatch(size -> size.getDimValue() == 1));
    }

    private static Optional<ElementType> type(ValueInfoProto input) {
        return ElementType.ofCode(input.getType().getTensorType().getElemType()).filter(SmallTensor::isFollowed);
    }

    /**
     * Returns the tensor of an input with a value.
     *
     * @param source the model's name in messages
     * @param input the input
     * @param value {@code true}, {@code false} or a number, for all of its elements
     * @return the tensor, under the input's name; open sizes are 1
     * @throws MalformedModelException if the input has too many elements to be set
     * @throws IllegalArgumentException if the value does not fit the input's type, or the type cannot be set
     */
    public static TensorProto tensor(String source, ValueInfoProto input, String value) throws MalformedModelException {
        TensorProto.Builder tensor = TensorProto.newBuilder().setName(input.getName());
        for (TensorShapeProto.Dimension dimension :
                input.getType().getTensorType().getShape().getDimList()) {
            boolean known = dimension.hasDimValue() && dimension.getDimValue() >= 0;
            tensor.addDims(known ? dimension.getDimValue() : 1);
        }
        int elements = SmallTensor.count(tensor.getDimsList());
        if (elements < 0) {
            throw new MalformedModelException(
                    source,
                    "input '" + input.getName() + "'",
                    "is too large to be set: at most " + SmallTensor.MAX_ELEMENTS + " elements can be");
        }
        ElementType type = type(input)
                .orElseThrow(() -> new IllegalArgumentException("input '" + input.getName() + "' is "
                        + ValueTypes.info(input)
                                .type()
                                .map(name -> "of type " + name)
                                .orElse("no tensor")
                        + "; only truth values, integers of 8 to 64 bits, float and double can be set"));
        byte[] element = element(type, input.getName(), value);
        ByteBuffer all = ByteBuffer.allocate(elements * element.length);
        for (int i = 0; i < elements; i++) {
            all.put(element);
        }
        return tensor.setDataType(type.code())
                .setRawData(ByteString.copyFrom(all.flip()))
                .build();
    }

    private static byte[] element(ElementType type, String input, String value) {
        if (type == ElementType.BOOL) {
            return switch (value) {
                case "true", "1" -> new byte[] {1};
                case "false", "0" -> new byte[] {0};
                default -> throw none(type, input, value, "true or false");
            };
        }
        BigDecimal number = number(type, input, value);
        ByteBuffer bytes = ByteBuffer.allocate(type.bits() / Byte.SIZE).order(ByteOrder.LITTLE_ENDIAN);
        if (type == ElementType.FLOAT || type == ElementType.DOUBLE) {
            boolean wide = type == ElementType.DOUBLE;
            if (!Double.isFinite(wide ? number.doubleValue() : number.floatValue())) {
                throw none(type, input, value, "a number of at most " + (wide ? Double.MAX_VALUE : Float.MAX_VALUE));
            }
            return (wide ? bytes.putDouble(number.doubleValue()) : bytes.putFloat(number.floatValue())).array();
        }
        boolean signed = type.name().startsWith("I");
        BigInteger least = signed ? BigInteger.ONE.shiftLeft(type.bits() - 1).negate() : BigInteger.ZERO;
        BigInteger most =
                BigInteger.ONE.shiftLeft(signed ? type.bits() - 1 : type.bits()).subtract(BigInteger.ONE);
        boolean whole = number.stripTrailingZeros().scale() <= 0;
        if (!whole || number.compareTo(new BigDecimal(least)) < 0 || number.compareTo(new BigDecimal(most)) > 0) {
            throw none(type, input, value, "a whole number of " + least + " to " + most);
        }
        byte[] bits = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(number.toBigInteger().longValue())
                .array();
        return bytes.put(bits, 0, bytes.capacity()).array();
    }

    private static BigDecimal number(ElementType type, String input, String value) {
        if (value.equals("true") || value.equals("false")) {
            throw none(type, input, value, "a number: 1 for true, 0 for false");
        }
        try {
            BigDecimal number = new BigDecimal(value);
            if (number.signum() == 0) {
                return BigDecimal.ZERO;
            }
            if (value.length() <= MAX_DIGITS && Math.abs((long) number.precision() - number.scale()) <= MAX_DIGITS) {
                return number;
            }
        } catch (NumberFormatException none) {
            throw (IllegalArgumentException)
                    none(type, input, value, "a number").initCause(none);
        }
        throw none(type, input, value, "a number of fewer digits");
    }

    private static IllegalArgumentException none(ElementType type, String input, String value, String takes) {
        return new IllegalArgumentException("'" + value + "' is not a value for input '" + input + "' of type "
                + type.onnxName() + ", which takes " + takes);
    }

    /**
     * Returns the elements of such a tensor.
     *
     * @param tensor a tensor of {@link #tensor}
     * @return its elements, in the kind of buffer for types of that width
     */
    public static Buffer values(TensorProto tensor) {
        ByteBuffer bytes = ByteBuffer.wrap(tensor.getRawData().toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
        ElementType type = ElementType.ofCode(tensor.getDataType()).orElseThrow();
        return switch (type) {
            case FLOAT -> bytes.asFloatBuffer();
            case DOUBLE -> bytes.asDoubleBuffer();
            case INT64, UINT64 -> bytes.asLongBuffer();
            case INT32, UINT32 -> bytes.asIntBuffer();
            case INT16, UINT16 -> bytes.asShortBuffer();
            default -> bytes;
        };
    }
}
