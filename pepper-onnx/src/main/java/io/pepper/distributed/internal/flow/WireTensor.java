package io.pepper.distributed.internal.flow;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import io.pepper.distributed.internal.proto.FlowHeader;
import io.pepper.distributed.internal.proto.FlowTensor;
import io.pepper.model.ElementType;
import io.pepper.onnx.internal.session.Sessions;
import io.pepper.session.internal.TensorCodec;
import io.pepper.session.internal.TensorMemory;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * A tensor as it travels: its description, and its elements as raw little-endian bytes. Immutable, as long as its
 * memory is not written to.
 */
final class WireTensor {
    private static final int BYTES_OF_LENGTH = Integer.BYTES;

    private final FlowTensor header;
    private final ByteBuffer data;
    private final Object owner;

    private WireTensor(FlowTensor header, ByteBuffer data, Object owner) {
        this.header = header;
        this.data = data;
        this.owner = owner;
    }

    /** Returns the description. */
    FlowTensor header() {
        return header;
    }

    /** Returns the elements. Their memory lasts as long as {@link #keep} is called later. */
    ByteBuffer data() {
        return data.duplicate();
    }

    /** Keeps the memory of the elements until now. */
    @SuppressWarnings("ReachabilityFenceUsage") // The writing is in another class.
    void keep() {
        Reference.reachabilityFence(owner);
    }

    /** Refers to the elements of a tensor, which must stay open as long as they are read. */
    static WireTensor of(String name, OnnxValue value) throws IOException {
        return of(name, value, tensor -> TensorMemory.of(tensor).orElseGet(tensor::getByteBuffer));
    }

    /**
     * Refers to the elements of a tensor that was created from a direct buffer, and copies those of others, so that the
     * tensor may be closed. As long as the frame is to be of use, the buffer must not be written to.
     */
    static WireTensor referring(String name, OnnxValue value) throws IOException {
        return of(name, value, tensor -> TensorMemory.owner(tensor)
                .flatMap(owner -> TensorMemory.of(tensor))
                .orElseGet(tensor::getByteBuffer));
    }

    private static WireTensor of(String name, OnnxValue value, Function<OnnxTensor, ByteBuffer> reading)
            throws IOException {
        if (!(value instanceof OnnxTensor tensor)) {
            throw new IOException("'" + name + "' is not a tensor; only tensors travel between nodes");
        }
        if (tensor.isClosed()) {
            throw new IllegalArgumentException("tensor '" + name + "' is closed");
        }
        String type = Sessions.elementType(tensor.getInfo());
        ElementType element =
                ElementType.named(type).orElseThrow(() -> new IOException("'" + name + "': no ONNX type " + type));
        ByteBuffer data = element == ElementType.STRING
                ? texts(TensorCodec.strings(name, tensor))
                : TensorCodec.littleEndian(reading.apply(tensor), element.bits() / Byte.SIZE);
        FlowTensor.Builder header =
                FlowTensor.newBuilder().setName(name).setType(element.code()).setBytes(data.remaining());
        for (long size : tensor.getInfo().getShape()) {
            header.addDims(size);
        }
        return new WireTensor(header.build(), data, TensorMemory.owner(tensor).orElse(data));
    }

    private static ByteBuffer texts(List<String> texts) {
        byte[][] parts = texts.stream()
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new);
        int size = Arrays.stream(parts)
                .mapToInt(part -> part.length + BYTES_OF_LENGTH)
                .sum();
        ByteBuffer all = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        for (byte[] part : parts) {
            all.putInt(part.length).put(part);
        }
        return all.flip();
    }

    /**
     * Creates a tensor from what has arrived.
     *
     * @param header a description that {@link FrameDecoder} has checked
     * @param data its elements in a direct buffer, which the tensor keeps
     * @return the tensor, for the caller to close
     * @throws IOException if the elements do not fit the description, or ONNX Runtime refuses them
     */
    static OnnxTensor read(FlowTensor header, ByteBuffer data) throws IOException {
        String source = "tensor '" + header.getName() + "'";
        ElementType type = ElementType.ofCode(header.getType())
                .orElseThrow(() -> new FrameException(source + " has no known type: " + header.getType()));
        long[] dims = dims(header);
        if (type == ElementType.STRING) {
            return TensorCodec.texts(source, readTexts(source, dims, data.order(ByteOrder.LITTLE_ENDIAN)), dims);
        }
        ByteBuffer own = TensorCodec.littleEndian(data, type.bits() / Byte.SIZE).order(ByteOrder.nativeOrder());
        return TensorCodec.tensor(source, type, own, dims);
    }

    /** Returns the sizes of a tensor. */
    static long[] dims(FlowTensor header) {
        long[] dims = new long[header.getDimsCount()];
        for (int axis = 0; axis < dims.length; axis++) {
            dims[axis] = header.getDims(axis);
        }
        return dims;
    }

    /** Returns the bytes of all tensors of a frame. */
    static long bytes(FlowHeader header) {
        long bytes = 0;
        for (int i = 0; i < header.getTensorsCount(); i++) {
            bytes += header.getTensors(i).getBytes();
        }
        return bytes;
    }

    /** Every element takes four bytes at least, so that the number of elements is bounded by the bytes. */
    private static String[] readTexts(String source, long[] dims, ByteBuffer data) throws FrameException {
        long count = elements(dims);
        if (count > data.remaining() / BYTES_OF_LENGTH) {
            throw new FrameException(source + " has " + data.remaining() + " bytes, too few for " + count + " texts");
        }
        String[] texts = new String[(int) count];
        for (int i = 0; i < texts.length; i++) {
            int length = data.remaining() < BYTES_OF_LENGTH ? -1 : data.getInt();
            if (length < 0 || length > data.remaining()) {
                throw new FrameException(source + ": the length of text " + i + " is wrong");
            }
            texts[i] = text(source, data.slice(data.position(), length));
            data.position(data.position() + length);
        }
        if (data.hasRemaining()) {
            throw new FrameException(source + " has " + data.remaining() + " bytes after its last text");
        }
        return texts;
    }

    private static String text(String source, ByteBuffer bytes) throws FrameException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(bytes)
                    .toString();
        } catch (CharacterCodingException wrong) {
            throw new FrameException(source + " has a text that is not UTF-8", wrong);
        }
    }

    private static long elements(long... dims) {
        long count = 1;
        for (long dim : dims) {
            count = count == 0 || dim == 0 ? 0 : count > Integer.MAX_VALUE / dim ? Integer.MAX_VALUE : count * dim;
        }
        return Arrays.stream(dims).anyMatch(dim -> dim == 0) ? 0 : count;
    }
}
