package io.pepper.onnx.internal.model;

import io.pepper.model.ElementType;
import io.pepper.onnx.internal.proto.TensorProto;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

/**
 * A small tensor of known elements: truth values, integers, or floating point of 32 or 64 bits. Each element is a
 * double. For 64-bit integers beyond 2^53, such as the end of a slice, it is only known that they are far. Immutable by
 * convention: the elements are never written.
 */
final class SmallTensor {
    /** Maximum number of elements of an evaluated tensor. */
    static final int MAX_ELEMENTS = 1024;

    private static final int MAX_AXES = 16;
    private static final double MAX_EXACT = 0x1p53;

    /** Represents 64-bit integers that a double cannot hold. */
    private static final double FAR = 0x1p63;

    private final ElementType type;
    private final List<Long> shape;
    private final double[] elements;

    private SmallTensor(ElementType type, List<Long> shape, double[] elements) {
        this.type = type;
        this.shape = shape;
        this.elements = elements;
    }

    ElementType type() {
        return type;
    }

    /** Returns the size along each axis. */
    List<Long> shape() {
        return shape;
    }

    /** Returns the elements in row-major order. */
    double[] elements() {
        return elements;
    }

    /** Returns a tensor if its type and size can be evaluated and each element is exact. */
    static Optional<SmallTensor> of(ElementType type, List<Long> shape, double[] elements) {
        if (elements.length != count(shape)) {
            return Optional.empty();
        } else if (isFloating(type)) {
            return Optional.of(new SmallTensor(type, List.copyOf(shape), elements));
        }
        boolean exact =
                Arrays.stream(elements).allMatch(element -> element == Math.rint(element) && fits(type, element));
        double[] positive =
                Arrays.stream(elements).map(SmallTensor::withoutNegativeZero).toArray();
        return exact ? Optional.of(new SmallTensor(type, List.copyOf(shape), positive)) : Optional.empty();
    }

    private static double withoutNegativeZero(double element) {
        return element == 0 ? 0 : element;
    }

    /** Returns the number of elements of a shape; -1 if there are too many. */
    static int count(List<Long> shape) {
        long elements = 1;
        for (long size : shape) {
            elements = size < 0 || size > MAX_ELEMENTS ? -1 : elements * size;
            if (elements < 0 || elements > MAX_ELEMENTS) {
                return -1;
            }
        }
        return shape.size() > MAX_AXES ? -1 : (int) elements;
    }

    static SmallTensor scalar(ElementType type, double element) {
        return new SmallTensor(type, List.of(), new double[] {element});
    }

    /** Returns a tensor of whole numbers along one axis. */
    static Optional<SmallTensor> integers(List<Long> numbers) {
        return of(
                ElementType.INT64,
                List.of((long) numbers.size()),
                numbers.stream().mapToDouble(Long::doubleValue).toArray());
    }

    /** Returns the elements of a tensor that contains them itself. */
    static Optional<SmallTensor> of(TensorProto tensor) {
        Optional<ElementType> type = ElementType.ofCode(tensor.getDataType()).filter(SmallTensor::isFollowed);
        int count = count(tensor.getDimsList());
        if (type.isEmpty() || count < 0 || tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
            return Optional.empty();
        }
        double[] elements = tensor.getRawData().isEmpty()
                ? fields(tensor)
                : raw(type.get(), tensor.getRawData().asReadOnlyByteBuffer());
        return of(type.get(), tensor.getDimsList(), elements);
    }

    private static double[] fields(TensorProto tensor) {
        if (tensor.getInt32DataCount() > 0) {
            return tensor.getInt32DataList().stream()
                    .mapToDouble(Integer::doubleValue)
                    .toArray();
        } else if (tensor.getInt64DataCount() > 0) {
            return tensor.getInt64DataList().stream()
                    .mapToDouble(SmallTensor::exact)
                    .toArray();
        } else if (tensor.getUint64DataCount() > 0) {
            return tensor.getUint64DataList().stream()
                    .mapToDouble(SmallTensor::exact)
                    .toArray();
        } else if (tensor.getDoubleDataCount() > 0) {
            return tensor.getDoubleDataList().stream()
                    .mapToDouble(Double::doubleValue)
                    .toArray();
        }
        return tensor.getFloatDataList().stream()
                .mapToDouble(Float::doubleValue)
                .toArray();
    }

    private static double exact(long number) {
        return Math.abs((double) number) < MAX_EXACT ? number : (number < 0 ? -FAR : FAR);
    }

    /** Returns whether an element is only known to be far, so that nothing can be computed with it. */
    boolean isFar() {
        return !isFloating(type) && Arrays.stream(elements).anyMatch(element -> Math.abs(element) == FAR);
    }

    private static double[] raw(ElementType type, ByteBuffer bytes) {
        ByteBuffer data = bytes.order(ByteOrder.LITTLE_ENDIAN);
        double[] elements = new double[data.remaining() / (type.bits() / Byte.SIZE)];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = switch (type) {
                case BOOL, UINT8 -> data.get() & 0xFF;
                case INT8 -> data.get();
                case UINT16 -> data.getShort() & 0xFFFF;
                case INT16 -> data.getShort();
                case UINT32 -> data.getInt() & 0xFFFFFFFFL;
                case INT32 -> data.getInt();
                case FLOAT -> data.getFloat();
                case DOUBLE -> data.getDouble();
                default -> exact(data.getLong());
            };
        }
        return elements;
    }

    static boolean isFloating(ElementType type) {
        return type == ElementType.FLOAT || type == ElementType.DOUBLE;
    }

    static boolean isFollowed(ElementType type) {
        return isFloating(type) || type == ElementType.BOOL || fits(type, 0);
    }

    /** Returns whether a whole number is in the range of an integer type, or 0 or 1 for a truth value. */
    private static boolean fits(ElementType type, double number) {
        return switch (type) {
            case BOOL -> number == 0 || number == 1;
            case INT64 -> Math.abs(number) < MAX_EXACT || Math.abs(number) == FAR;
            case INT8, INT16, INT32 -> {
                double most = Math.scalb(1.0, type.bits() - 1);
                yield number >= -most && number < most;
            }
            case UINT8, UINT16, UINT32, UINT64 ->
                number >= 0 && number < Math.min(Math.scalb(1.0, type.bits()), MAX_EXACT);
            default -> false;
        };
    }

    /** Returns the same elements in another shape. */
    Optional<SmallTensor> in(List<Long> other) {
        return of(type, other, elements);
    }

    /** Applies a function to each element; 32-bit floating point is rounded. */
    Optional<SmallTensor> each(ElementType result, DoubleUnaryOperator change) {
        double[] changed = Arrays.stream(elements).map(change).toArray();
        return of(result, shape, rounded(result, changed));
    }

    static double[] rounded(ElementType type, double[] elements) {
        return type == ElementType.FLOAT
                ? Arrays.stream(elements).map(element -> (float) element).toArray()
                : elements;
    }

    /** Returns the elements as whole numbers. */
    List<Long> whole() {
        return Arrays.stream(elements).mapToObj(element -> (long) element).toList();
    }

    /** Returns an axis of this tensor; negative ones count from the end. Returns -1 if there is no such axis. */
    int axis(long axis) {
        long counted = axis < 0 ? axis + shape.size() : axis;
        return counted >= 0 && counted < shape.size() ? (int) counted : -1;
    }
}
