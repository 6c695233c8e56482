package io.pepper.session;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.pepper.internal.text.WholeFile;
import io.pepper.model.InputValues;
import io.pepper.session.internal.NpyCodec;
import io.pepper.session.internal.TensorCodec;
import java.io.IOException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reading and writing of tensors in files: {@code .npy} of NumPy, and {@code .pb}, an ONNX {@code TensorProto} as in
 * ONNX test data. Stateless and therefore thread-safe.
 */
public final class TensorFiles {
    private static final String NPY = ".npy";
    private static final String PB = ".pb";

    private TensorFiles() {}

    /**
     * Reads a tensor.
     *
     * @param file a file whose name ends in {@code .npy} or {@code .pb}
     * @return the tensor, for the caller to close
     * @throws IllegalArgumentException if the name has another ending
     * @throws io.pepper.model.MalformedModelException if the file is malformed
     * @throws IOException if the file cannot be read, or ONNX Runtime's Java interface lacks the type
     */
    public static OnnxTensor read(Path file) throws IOException {
        boolean npy = isNpy(file);
        byte[] bytes = Files.readAllBytes(file);
        return npy
                ? NpyCodec.read(file.toString(), bytes)
                : TensorCodec.read(file.toString(), bytes).tensor();
    }

    /**
     * Writes a tensor.
     *
     * @param file a file whose name ends in {@code .npy} or {@code .pb}; an existing file is replaced
     * @param name the tensor's name, which only {@code .pb} keeps
     * @param tensor the tensor
     * @throws IllegalArgumentException if the name has another ending
     * @throws IOException if the file cannot be written, or its format lacks the type
     */
    public static void write(Path file, String name, OnnxTensor tensor) throws IOException {
        WholeFile.write(file, isNpy(file) ? NpyCodec.write(name, tensor) : TensorCodec.write(name, tensor));
    }

    /**
     * Returns a copy of the values of a tensor, for verification and timing.
     *
     * @param tensor a tensor of numbers, booleans or strings
     * @return its shape and its values
     * @throws IOException if ONNX Runtime's Java interface cannot read strings
     */
    public static InputValues values(OnnxTensor tensor) throws IOException {
        List<Long> shape = Arrays.stream(tensor.getInfo().getShape()).boxed().toList();
        if (tensor.getInfo().type != OnnxJavaType.STRING) {
            return new InputValues(shape, Optional.of(buffer(tensor)), List.of());
        }
        List<String> texts = new ArrayList<>();
        try {
            collect(tensor.getValue(), texts);
        } catch (OrtException refused) {
            throw new IOException(refused.getMessage(), refused);
        }
        return new InputValues(shape, Optional.empty(), texts);
    }

    private static void collect(Object value, List<String> texts) {
        if (value instanceof Object[] row) {
            for (Object each : row) {
                collect(each, texts);
            }
        } else {
            texts.add(String.valueOf(value));
        }
    }

    /** Returns a copy of the values, as a buffer of their width. */
    private static Buffer buffer(OnnxTensor tensor) {
        ByteBuffer bytes = tensor.getByteBuffer().order(ByteOrder.nativeOrder());
        return switch (tensor.getInfo().type) {
            case FLOAT -> bytes.asFloatBuffer();
            case DOUBLE -> bytes.asDoubleBuffer();
            case INT32 -> bytes.asIntBuffer();
            case INT64 -> bytes.asLongBuffer();
            case INT16, FLOAT16, BFLOAT16 -> bytes.asShortBuffer();
            default -> bytes;
        };
    }

    private static boolean isNpy(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (!name.endsWith(NPY) && !name.endsWith(PB)) {
            throw new IllegalArgumentException(file + ": the name of a tensor's file ends in .npy or .pb");
        }
        return name.endsWith(NPY);
    }
}
