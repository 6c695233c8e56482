package io.pepper.serving.internal;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.TensorInfo;
import io.pepper.model.ElementType;
import io.pepper.onnx.internal.session.Sessions;
import io.pepper.session.internal.TensorCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Conversions between tensors of ONNX Runtime and tensors in messages. */
public final class TensorBytes {
    private TensorBytes() {}

    /**
     * Returns a tensor for a message.
     *
     * @param name the tensor's name
     * @param tensor the tensor, which must stay open while the result is used
     * @return the tensor; its values are the tensor's own where these are in memory of Java, or else a copy
     * @throws IllegalArgumentException if the tensor is closed
     * @throws IOException if it cannot be read, or the protocol cannot carry its type
     */
    public static WireTensor of(String name, OnnxTensor tensor) throws IOException {
        if (tensor.isClosed()) {
            throw new IllegalArgumentException("tensor '" + name + "' is closed");
        }
        TensorInfo info = tensor.getInfo();
        String element = Sessions.elementType(info);
        DataType type = ElementType.named(element)
                .flatMap(DataType::of)
                .orElseThrow(() -> new IOException(
                        "tensor '" + name + "' is " + element + ", which the Open Inference Protocol cannot carry"));
        TensorHeader header = new TensorHeader(
                name, type, Arrays.stream(info.getShape()).boxed().toList());
        return new WireTensor(header, type == DataType.BYTES ? texts(name, tensor) : numbers(header, tensor));
    }

    /** Returns the values; a tensor that Java made shares its buffer, for which ONNX Runtime requires a direct one. */
    private static ByteBuffer numbers(TensorHeader header, OnnxTensor tensor) {
        return TensorCodec.littleEndian(
                TensorCodec.elements(tensor), header.type().width());
    }

    private static ByteBuffer texts(String name, OnnxTensor tensor) throws IOException {
        List<byte[]> elements = TensorCodec.strings(name, tensor).stream()
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
        return prefixed(name, elements);
    }

    /**
     * Returns the binary form of texts.
     *
     * @param name the tensor's name in messages
     * @param elements the bytes of each element
     * @return each element with its length before it
     * @throws ServingException if they have more than 2 GiB
     */
    public static ByteBuffer prefixed(String name, List<byte[]> elements) throws ServingException {
        long bytes = elements.stream()
                .mapToLong(element -> Integer.BYTES + (long) element.length)
                .sum();
        if (bytes > Integer.MAX_VALUE) {
            throw new ServingException(
                    ServingException.Reason.TOO_LARGE, "tensor '" + name + "' has " + bytes + " bytes of text", null);
        }
        ByteBuffer data = ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
        elements.forEach(element -> data.putInt(element.length).put(element));
        return data.flip();
    }

    /**
     * Returns a tensor of ONNX Runtime.
     *
     * @param source the origin in messages
     * @param tensor a tensor of a message; its buffer must not be used afterwards
     * @return the tensor, which the caller closes
     * @throws ServingException if the values do not fit the header, or a text is not UTF-8
     * @throws IOException if ONNX Runtime refuses it
     */
    public static OnnxTensor tensor(String source, WireTensor tensor) throws IOException {
        TensorHeader header = tensor.header();
        header.checkBytes(tensor.data().remaining());
        String named = source + ": tensor '" + header.name() + "'";
        if (header.type() == DataType.BYTES) {
            return TensorCodec.texts(named, strings(header, tensor.data()), header.sizes());
        }
        ByteBuffer values = TensorCodec.littleEndian(
                tensor.data().duplicate(), header.type().width());
        return TensorCodec.tensor(
                named, header.type().element(), values.order(ByteOrder.nativeOrder()), header.sizes());
    }

    private static String[] strings(TensorHeader header, ByteBuffer data) throws ServingException {
        String[] texts = new String[Math.toIntExact(header.elements().orElseThrow())];
        ByteBuffer rest = data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < texts.length; i++) {
            int length = rest.remaining() < Integer.BYTES ? -1 : rest.getInt();
            if (length < 0 || length > rest.remaining()) {
                throw ServingException.invalid("tensor '" + header.name() + "': element " + i + " of " + texts.length
                        + " has not the bytes that its length states");
            }
            ByteBuffer text = rest.slice(rest.position(), length);
            rest.position(rest.position() + length);
            try {
                texts[i] = StandardCharsets.UTF_8.newDecoder().decode(text).toString();
            } catch (CharacterCodingException other) {
                throw new ServingException(
                        ServingException.Reason.INVALID,
                        "tensor '" + header.name() + "': element " + i + " is not UTF-8",
                        other);
            }
        }
        if (rest.hasRemaining()) {
            throw ServingException.invalid(
                    "tensor '" + header.name() + "': has " + rest.remaining() + " bytes after its last element");
        }
        return texts;
    }
}
