package io.pepper.generation;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.pepper.model.TensorInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;

/** The inputs of a text generator that follow from the number of tokens. Thread-safe. */
final class HiddenInputs {
    private static final int SCALAR = 0;
    private static final int MATRIX = 2;

    private final DecoderRoles roles;

    /** The bytes of tensors of which the shape alone is read. It grows, and its content does not matter. */
    private ByteBuffer unread = ByteBuffer.allocateDirect(0);

    HiddenInputs(DecoderRoles roles) {
        this.roles = roles;
    }

    /** Returns a tensor with the shape of a cache that another part has, for a part that reads the shape alone. */
    OnnxTensor shapeOf(String cache, Step step) throws OrtException, IOException {
        OnnxJavaType type = type(info(cache));
        long[] shape = roles.cacheShape(cache, step.past());
        long bytes = type.size;
        for (long size : shape) {
            bytes = Math.multiplyExact(bytes, size);
        }
        return OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), unread(Math.toIntExact(bytes)), shape, type);
    }

    private synchronized ByteBuffer unread(int bytes) {
        if (unread.capacity() < bytes) {
            unread = ByteBuffer.allocateDirect(Math.max(bytes, unread.capacity() * 2));
        }
        return unread.slice(0, bytes).order(ByteOrder.nativeOrder());
    }

    /** Returns a cache before the first token. */
    OnnxTensor empty(String cache) throws OrtException, IOException {
        return CacheTensor.zeros(type(info(cache)), roles.cacheShape(cache, 0));
    }

    /** Returns a mask, positions, or a length. */
    OnnxTensor of(String input, Step step) throws OrtException, IOException {
        TensorInfo info = info(input);
        int rank = info.shape().orElseThrow().size();
        int total = step.past() + step.count();
        if (roles.masks().contains(input)) {
            requireRank(info, rank, MATRIX, MATRIX);
            return filled(info, at -> 1, 1, total);
        }
        if (roles.positions().contains(input)) {
            requireRank(info, rank, 1, MATRIX);
            return rank == 1
                    ? filled(info, at -> (long) step.past() + at, step.count())
                    : filled(info, at -> (long) step.past() + at, 1, step.count());
        }
        requireRank(info, rank, SCALAR, MATRIX);
        long[] shape = new long[rank];
        Arrays.fill(shape, 1);
        long length = length(info, step, total);
        return filled(info, at -> length, shape);
    }

    private TensorInfo info(String input) {
        return Objects.requireNonNull(roles.inputs().get(input));
    }

    /**
     * Returns the value of a length. GroupQueryAttention reads the number of tokens less one as {@code seqlens_k}.
     */
    private static long length(TensorInfo info, Step step, int total) throws IOException {
        String name = info.name().toLowerCase(Locale.ROOT);
        if (info.type().orElse("").equals("bool")) {
            throw new IOException(
                    "'" + info.name() + "' is a switch: set it when the model is opened (withInputValues)");
        }
        if (name.contains("seqlens_k")) {
            return (long) total - 1;
        }
        if (name.contains("past")) {
            return step.past();
        }
        return total;
    }

    private static void requireRank(TensorInfo info, int rank, int least, int most) throws IOException {
        if (rank < least || rank > most) {
            throw new IOException("'" + info + "' has a shape for which generation knows no values");
        }
    }

    private static OnnxJavaType type(TensorInfo info) throws IOException {
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

    /** A value for each element. */
    @FunctionalInterface
    private interface Values {
        long at(int element);
    }

    private static OnnxTensor filled(TensorInfo info, Values values, long... shape) throws OrtException, IOException {
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

    private static void put(ByteBuffer bytes, OnnxJavaType type, long value) throws IOException {
        switch (type) {
            case INT64 -> bytes.putLong(value);
            case INT32 -> bytes.putInt((int) value);
            case INT8, UINT8, BOOL -> bytes.put((byte) value);
            case FLOAT -> bytes.putFloat((float) value);
            case DOUBLE -> bytes.putDouble((double) value);
            default -> throw new IOException("a mask of the type " + type + " cannot be made");
        }
    }
}
