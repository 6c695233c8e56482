package io.pepper.session;

import ai.onnxruntime.OnnxTensor;
import io.pepper.internal.text.WholeFile;
import io.pepper.session.internal.NpyCodec;
import io.pepper.session.internal.TensorCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

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

    private static boolean isNpy(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (!name.endsWith(NPY) && !name.endsWith(PB)) {
            throw new IllegalArgumentException(file + ": the name of a tensor's file ends in .npy or .pb");
        }
        return name.endsWith(NPY);
    }
}
