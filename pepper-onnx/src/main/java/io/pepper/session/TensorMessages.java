package io.pepper.session;

import ai.onnxruntime.OnnxTensor;
import io.pepper.session.internal.TensorCodec;
import java.io.IOException;
import java.util.Map;

/**
 * Reading and writing of tensors as bytes, for a {@link Stage} elsewhere. Each message is an ONNX {@code TensorProto}
 * with name, type and shape, which every ONNX library reads. Values are copied bit by bit. Stateless and therefore
 * thread-safe.
 */
public final class TensorMessages {
    private TensorMessages() {}

    /**
     * Writes a tensor.
     *
     * @param name the tensor's name
     * @param tensor the tensor
     * @return a {@code TensorProto}
     * @throws IllegalArgumentException if the tensor is closed
     * @throws IOException if the tensor cannot be read
     */
    public static byte[] write(String name, OnnxTensor tensor) throws IOException {
        return TensorCodec.write(name, tensor);
    }

    /**
     * Reads a tensor.
     *
     * @param source the origin of the message, for error messages
     * @param message a {@code TensorProto}
     * @return the name, which may be empty, and the tensor, for the caller to close
     * @throws io.pepper.model.MalformedModelException if the message is malformed, or its data do not fit its shape
     * @throws IOException if ONNX Runtime's Java interface lacks the type
     */
    public static Map.Entry<String, OnnxTensor> read(String source, byte[] message) throws IOException {
        TensorCodec.Named named = TensorCodec.read(source, message);
        return Map.entry(named.name(), named.tensor());
    }
}
