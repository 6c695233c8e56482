package io.pepper.onnx.testmodels;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TensorProto.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

/**
 * Constant tensors. Random real elements lie around zero; those of a matrix and of the kernels of a convolution are scaled
 * by the number of elements that the layer sums up, so that long chains of layers neither vanish nor overflow.
 */
public final class Tensors {
    private static final long UNSCALED = 24;

    private Tensors() {}

    /** Random floats in raw_data. */
    public static TensorProto floats(String name, Random random, long... dims) {
        ByteBuffer raw = littleEndian(count(dims) * Float.BYTES);
        float limit = limit(dims);
        while (raw.hasRemaining()) {
            raw.putFloat(real(random, limit));
        }
        return raw(name, DataType.FLOAT, raw, dims);
    }

    /** Random floats in float_data. */
    public static TensorProto floatField(String name, Random random, long... dims) {
        TensorProto.Builder tensor = tensor(name, DataType.FLOAT, dims);
        float limit = limit(dims);
        for (int i = count(dims); i > 0; i--) {
            tensor.addFloatData(real(random, limit));
        }
        return tensor.build();
    }

    /** Random doubles in raw_data. */
    public static TensorProto doubles(String name, Random random, long... dims) {
        ByteBuffer raw = littleEndian(count(dims) * Double.BYTES);
        float limit = limit(dims);
        while (raw.hasRemaining()) {
            raw.putDouble(real(random, limit));
        }
        return raw(name, DataType.DOUBLE, raw, dims);
    }

    /** Random doubles in double_data. */
    public static TensorProto doubleField(String name, Random random, long... dims) {
        TensorProto.Builder tensor = tensor(name, DataType.DOUBLE, dims);
        float limit = limit(dims);
        for (int i = count(dims); i > 0; i--) {
            tensor.addDoubleData(real(random, limit));
        }
        return tensor.build();
    }

    /** Random half-precision floats in raw_data. */
    public static TensorProto halves(String name, Random random, long... dims) {
        ByteBuffer raw = littleEndian(count(dims) * Short.BYTES);
        float limit = limit(dims);
        while (raw.hasRemaining()) {
            raw.putShort(half(real(random, limit)));
        }
        return raw(name, DataType.FLOAT16, raw, dims);
    }

    /** Random bytes of type int8 or uint8 in raw_data. */
    public static TensorProto bytes(String name, DataType type, Random random, long... dims) {
        byte[] elements = new byte[count(dims)];
        random.nextBytes(elements);
        return raw(name, type, ByteBuffer.wrap(elements), dims);
    }

    /** One byte of type int8 or uint8 in int32_data, without dimensions. */
    public static TensorProto byteScalar(String name, DataType type, int value) {
        return tensor(name, type).addInt32Data(value).build();
    }

    /** One float in float_data, without dimensions. */
    public static TensorProto scalar(String name, float value) {
        return tensor(name, DataType.FLOAT).addFloatData(value).build();
    }

    /** One integer in int64_data, without dimensions. */
    public static TensorProto scalar(String name, long value) {
        return tensor(name, DataType.INT64).addInt64Data(value).build();
    }

    /** One boolean in int32_data, without dimensions. */
    public static TensorProto scalar(String name, boolean value) {
        return tensor(name, DataType.BOOL).addInt32Data(value ? 1 : 0).build();
    }

    /** A vector of the given floats in float_data. */
    public static TensorProto vector(String name, float... values) {
        TensorProto.Builder tensor = tensor(name, DataType.FLOAT, values.length);
        for (float value : values) {
            tensor.addFloatData(value);
        }
        return tensor.build();
    }

    /** A vector of the given integers in int64_data. */
    public static TensorProto vector(String name, long... values) {
        TensorProto.Builder tensor = tensor(name, DataType.INT64, values.length);
        for (long value : values) {
            tensor.addInt64Data(value);
        }
        return tensor.build();
    }

    /** Small random integers, 0 to 8, in raw_data. */
    public static TensorProto integers(String name, Random random, long... dims) {
        ByteBuffer raw = littleEndian(count(dims) * Long.BYTES);
        while (raw.hasRemaining()) {
            raw.putLong(random.nextInt(9));
        }
        return raw(name, DataType.INT64, raw, dims);
    }

    /** The nearest half-precision float towards zero. The magnitude must be below 65504; a tiny one gives zero. */
    public static short half(float value) {
        int bits = Float.floatToIntBits(value);
        int exponent = ((bits >>> 23) & 0xff) - 127 + 15;
        int sign = (bits >>> 16) & 0x8000;
        return (short) (exponent <= 0 ? sign : sign | (exponent << 10) | ((bits >>> 13) & 0x3ff));
    }

    private static float real(Random random, float limit) {
        return (random.nextFloat() * 2 - 1) * limit;
    }

    /* Uniform in +-sqrt(6 / n) has the variance 2 / n, which a sum of n products and a Relu keep. */
    private static float limit(long... dims) {
        long summed =
                switch (dims.length) {
                    case 2 -> dims[0];
                    case 4 -> dims[1] * dims[2] * dims[3];
                    default -> UNSCALED;
                };
        return (float) Math.sqrt(6.0 / summed);
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static TensorProto raw(String name, DataType type, ByteBuffer raw, long... dims) {
        ByteString bytes = UnsafeByteOperations.unsafeWrap(raw.rewind());
        return tensor(name, type, dims).setRawData(bytes).build();
    }

    private static TensorProto.Builder tensor(String name, DataType type, long... dims) {
        TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(type.getNumber());
        for (long dim : dims) {
            tensor.addDims(dim);
        }
        return tensor;
    }

    private static int count(long... dims) {
        long product = 1;
        for (long dim : dims) {
            product = Math.multiplyExact(product, dim);
        }
        return Math.toIntExact(product);
    }
}
