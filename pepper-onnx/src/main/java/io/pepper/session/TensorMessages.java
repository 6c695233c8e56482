package io.pepper.session;

import ai.onnxruntime.OnnxTensor;
import io.pepper.session.internal.TensorCodec;
import java.io.IOException;
import java.util.Map;

/**
 * Tensors as bytes, to be sent to a {@link Stage} elsewhere: each is a message {@code TensorProto} of ONNX, which every ONNX library
 * reads, with its name, type and shape. A copy, bit by bit. Stateless and therefore thread-safe.
 */
public final class TensorMessages {
    private TensorMessages() {}

    /**
     * Writes a tensor.
     *
     * @param name its name
     * @param tensor a tensor
     * @return a {@code TensorProto}
     * @throws IllegalArgumentException if the tensor is closed
     * @throws IOException if it cannot be read
     */
    public static byte[] write(String name, OnnxTensor tensor) throws IOException {
        return TensorCodec.write(name, tensor);
    }

    /**
     * Reads a tensor.
     *
     * @param source what messages call where it comes from
     * @param message a {@code TensorProto}
     * @return its name, which may be empty, and the tensor, for the caller to close
     * @throws io.pepper.model.MalformedModelException if it is none, or its data do not fit its shape
     * @throws IOException if ONNX Runtime's Java interface has no such type
     */
    public static Map.Entry<String, OnnxTensor> read(String source, byte[] message) throws IOException {
        TensorCodec.Named named = TensorCodec.read(source, message);
        return Map.entry(named.name(), named.tensor());
    }
}
