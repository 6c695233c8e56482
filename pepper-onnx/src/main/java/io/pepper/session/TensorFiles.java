package io.pepper.session;

import ai.onnxruntime.OnnxTensor;
import io.pepper.document.WholeFile;
import io.pepper.session.internal.NpyCodec;
import io.pepper.session.internal.TensorCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Tensors in files: {@code .npy} of NumPy, and {@code .pb}, a {@code TensorProto} of ONNX as its test data are. Stateless and therefore
 * thread-safe.
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
     * @throws IllegalArgumentException if the name ends otherwise
     * @throws io.pepper.model.MalformedModelException if it is no such file
     * @throws IOException if it cannot be read, or ONNX Runtime's Java interface has no such type
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
     * @param file a file whose name ends in {@code .npy} or {@code .pb}; it is replaced
     * @param name the tensor's name, which {@code .pb} keeps
     * @param tensor the tensor
     * @throws IllegalArgumentException if the name ends otherwise
     * @throws IOException if it cannot be written, or the file cannot hold its type
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
