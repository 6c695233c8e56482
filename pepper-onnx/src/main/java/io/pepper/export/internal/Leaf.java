package io.pepper.export.internal;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.TensorInfo.OnnxTensorType;
import ai.onnxruntime.platform.Fp16Conversions;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** A tensor, a map or a single object of an output, copied out of ONNX Runtime. */
sealed interface Leaf {
    /** Returns the index in a sequence; empty if the output is not a sequence. */
    List<Long> prefix();

    List<Long> shape();

    int count();

    boolean sameElement(int index, Leaf other);

    /** Returns the absolute difference of two elements. Both leaves must be of the same kind. */
    double difference(int index, Leaf other);

    double magnitude(int index);

    boolean sameKind(Leaf other);

    /** A leaf of strings, or of the keys and values of a map. */
    record Objects(List<Long> prefix, List<Long> shape, List<Object> values) implements Leaf {
        @Override
        public int count() {
            return values.size();
        }

        @Override
        public boolean sameElement(int index, Leaf other) {
            return values.get(index).equals(((Objects) other).values.get(index));
        }

        @Override
        public double difference(int index, Leaf other) {
            Object theirs = ((Objects) other).values.get(index);
            if (values.get(index) instanceof Number a && theirs instanceof Number b) {
                return distance(a.doubleValue(), b.doubleValue());
            }
            return values.get(index).equals(theirs) ? 0 : Double.POSITIVE_INFINITY;
        }

        @Override
        public double magnitude(int index) {
            return values.get(index) instanceof Number number ? Math.abs(number.doubleValue()) : 0;
        }

        @Override
        public boolean sameKind(Leaf other) {
            return other instanceof Objects && shape.equals(other.shape()) && count() == other.count();
        }
    }

    /** A leaf of elements with a fixed width. */
    record Numbers(List<Long> prefix, List<Long> shape, OnnxTensorType type, ByteBuffer data) implements Leaf {
        private int width() {
            return Math.max(1, OnnxJavaType.mapFromOnnxTensorType(type).size);
        }

        @Override
        public int count() {
            return data.limit() / width();
        }

        @Override
        public boolean sameElement(int index, Leaf other) {
            int width = width();
            ByteBuffer theirs = ((Numbers) other).data;
            return data.slice(index * width, width).equals(theirs.slice(index * width, width));
        }

        @Override
        public double difference(int index, Leaf other) {
            var theirs = (Numbers) other;
            if (width() == Long.BYTES && type != OnnxTensorType.ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE) {
                long a = data.getLong(index * Long.BYTES);
                long b = theirs.data.getLong(index * Long.BYTES);
                double distance = distance(value(index), theirs.value(index));
                return a == b ? 0 : Math.max(1, distance);
            }
            return distance(value(index), theirs.value(index));
        }

        @Override
        public double magnitude(int index) {
            return Math.abs(value(index));
        }

        double value(int index) {
            return switch (type) {
                case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT -> data.getFloat(index * Float.BYTES);
                case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE -> data.getDouble(index * Double.BYTES);
                case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16 ->
                    Fp16Conversions.fp16ToFloat(data.getShort(index * Short.BYTES));
                case ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16 ->
                    Fp16Conversions.bf16ToFloat(data.getShort(index * Short.BYTES));
                case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 -> data.getLong(index * Long.BYTES);
                case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64 -> unsigned(data.getLong(index * Long.BYTES));
                case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32 -> data.getInt(index * Integer.BYTES);
                case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32 -> Integer.toUnsignedLong(data.getInt(index * Integer.BYTES));
                case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16 -> data.getShort(index * Short.BYTES);
                case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16 -> Short.toUnsignedInt(data.getShort(index * Short.BYTES));
                case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8 -> data.get(index);
                default -> Byte.toUnsignedInt(data.get(index));
            };
        }

        private static double unsigned(long bits) {
            return bits >= 0 ? bits : (bits >>> 1 | (bits & 1)) * 2.0;
        }

        @Override
        public boolean sameKind(Leaf other) {
            return other instanceof Numbers numbers
                    && type == numbers.type
                    && shape.equals(numbers.shape)
                    && data.limit() == numbers.data.limit();
        }
    }

    /** Returns the distance of two numbers: 0 for two NaNs, infinite if only one is NaN or if infinities differ. */
    static double distance(double a, double b) {
        if (a == b || (Double.isNaN(a) && Double.isNaN(b))) {
            return 0;
        }
        double distance = Math.abs(a - b);
        return Double.isNaN(distance) ? Double.POSITIVE_INFINITY : distance;
    }

    /** Returns the index of an element in the output, from its row-major position in this leaf. */
    default List<Long> index(int position) {
        var index = new Long[prefix().size() + shape().size()];
        long rest = position;
        for (int axis = shape().size() - 1; axis >= 0; axis--) {
            long size = Math.max(1, shape().get(axis));
            index[prefix().size() + axis] = rest % size;
            rest /= size;
        }
        for (int i = 0; i < prefix().size(); i++) {
            index[i] = prefix().get(i);
        }
        return Arrays.asList(index);
    }
}
