package io.pepper.generation;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.platform.Fp16Conversions;
import io.pepper.model.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Tensors whose elements follow from their places. Stateless. */
final class FilledTensor {
    /** The most negative number that the narrowest type of floating point has. */
    private static final double LOWEST_HALF = -65504;

    private static final double LOWEST = -1e9;

    private FilledTensor() {}

    /** A value for each element. */
    @FunctionalInterface
    interface Values {
        double at(int element);
    }

    /** Returns the type of an input. */
    static OnnxJavaType type(TensorInfo info) throws IOException {
        return switch (info.type().orElse("")) {
            case "float" -> OnnxJavaType.FLOAT;
            case "float16" -> OnnxJavaType.FLOAT16;
            case "bfloat16" -> OnnxJavaType.BFLOAT16;
            case "double" -> OnnxJavaType.DOUBLE;
            case "int64" -> OnnxJavaType.INT64;
            case "int32" -> OnnxJavaType.INT32;
            case "int8" -> OnnxJavaType.INT8;
            case "uint8" -> OnnxJavaType.UINT8;
            case "bool" -> OnnxJavaType.BOOL;
            default -> throw new IOException("'" + info + "' has a type that generation cannot make");
        };
    }

    /** Returns a score that hides a token. */
    static double lowest(TensorInfo info) {
        return info.type().orElse("").equals("float16") ? LOWEST_HALF : LOWEST;
    }

    /** Returns a tensor of the type of an input, for the caller to close. */
    static OnnxTensor of(TensorInfo info, Values values, long... shape) throws OrtException, IOException {
        OnnxJavaType type = type(info);
        int elements = 1;
        for (long size : shape) {
            elements = Math.multiplyExact(elements, Math.toIntExact(size));
        }
        ByteBuffer bytes = ByteBuffer.allocateDirect(Math.multiplyExact(elements, type.size))
                .order(ByteOrder.nativeOrder());
        for (int i = 0; i < elements; i++) {
            put(bytes, type, values.at(i));
        }
        return OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), bytes.flip(), shape, type);
    }

    /** Returns a tensor of the type of an input over its content, in direct memory of the machine's order of bytes. */
    static OnnxTensor over(ByteBuffer content, TensorInfo info, long... shape) throws OrtException, IOException {
        return OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), content, shape, type(info));
    }

    private static void put(ByteBuffer bytes, OnnxJavaType type, double value) {
        switch (type) {
            case INT64 -> bytes.putLong((long) value);
            case INT32 -> bytes.putInt((int) value);
            case FLOAT -> bytes.putFloat((float) value);
            case DOUBLE -> bytes.putDouble(value);
            case FLOAT16 -> bytes.putShort(Fp16Conversions.floatToFp16((float) value));
            case BFLOAT16 -> bytes.putShort(Fp16Conversions.floatToBf16((float) value));
            default -> bytes.put((byte) value);
        }
    }
}
