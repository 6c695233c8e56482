package io.pepper.session.internal;

import ai.onnxruntime.OnnxTensor;
import io.pepper.model.ElementType;
import io.pepper.onnx.internal.session.Sessions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A codec for NumPy's {@code .npy} (NEP 1, versions 1 to 3). It writes numbers and truth values in little-endian and
 * row-major order. It reads either order of bytes and of axes, and also texts. Sizes are checked before memory is
 * allocated.
 */
public final class NpyCodec {
    private static final int ALIGNMENT = 64;
    private static final Charset UTF_32LE = Charset.forName("UTF-32LE");
    private static final Charset UTF_32BE = Charset.forName("UTF-32BE");

    private NpyCodec() {}

    /**
     * Writes a tensor.
     *
     * @param name the name in messages
     * @param tensor a tensor of numbers or truth values
     * @return the file's bytes
     * @throws IOException if NumPy has no such type
     */
    public static byte[] write(String name, OnnxTensor tensor) throws IOException {
        if (tensor.isClosed()) {
            throw new IllegalArgumentException("tensor '" + name + "' is closed");
        }
        String type = Sessions.elementType(tensor.getInfo());
        Optional<String> descr = ElementType.named(type).flatMap(NpyHeader::descr);
        if (descr.isEmpty()) {
            throw new IOException("tensor '" + name + "': .npy has no type for " + type);
        }
        long[] shape = tensor.getInfo().getShape();
        String sizes = Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(", "));
        StringBuilder header = new StringBuilder("{'descr': '" + descr.get() + "', 'fortran_order': False, 'shape': ("
                + sizes + (shape.length == 1 ? "," : "") + "), }");
        while ((NpyHeader.SHORT_PREFIX + header.length() + 1) % ALIGNMENT != 0) {
            header.append(' ');
        }
        header.append('\n');
        ByteBuffer data = tensor.getByteBuffer();
        ByteBuffer file = ByteBuffer.allocate(NpyHeader.SHORT_PREFIX + header.length() + data.remaining())
                .order(ByteOrder.LITTLE_ENDIAN);
        file.put(NpyHeader.MAGIC).put((byte) 1).put((byte) 0).putShort((short) header.length());
        file.put(header.toString().getBytes(StandardCharsets.ISO_8859_1));
        file.put(data);
        return file.array();
    }

    /**
     * Reads a tensor.
     *
     * @param source the file's name
     * @param bytes the file's content
     * @return the tensor, which the caller closes
     * @throws io.pepper.model.MalformedModelException if it is not such a file, or has an unsupported type
     * @throws IOException if ONNX Runtime refuses the tensor
     */
    public static OnnxTensor read(String source, byte[] bytes) throws IOException {
        NpyHeader header = NpyHeader.of(source, bytes);
        int count = header.elements(source, bytes.length - header.offset());
        int width = (int) header.width();
        if (header.type() == ElementType.STRING) {
            String[] texts = new String[count];
            forEach(header, count, (from, to) -> texts[to] = text(header, bytes, header.offset() + from * width));
            return TensorCodec.texts(source, texts, header.shape());
        }
        boolean turned = header.bigEndian() != (ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN);
        ByteBuffer data = ByteBuffer.allocateDirect(count * width).order(ByteOrder.nativeOrder());
        forEach(header, count, (from, to) -> {
            int at = header.offset() + from * width;
            for (int i = 0; i < width; i++) {
                data.put(to * width + i, bytes[turned ? at + width - 1 - i : at + i]);
            }
        });
        return TensorCodec.tensor(source, header.type(), data, header.shape());
    }

    /** Copies an element, given its index in the file and in the tensor. */
    @FunctionalInterface
    private interface Move {
        void element(int from, int to);
    }

    private static void forEach(NpyHeader header, int count, Move move) {
        long[] shape = header.shape();
        int[] index = new int[shape.length];
        for (int from = 0; from < count; from++) {
            int to = from;
            if (header.columns()) {
                to = 0;
                for (int axis = 0; axis < shape.length; axis++) {
                    to = to * (int) shape[axis] + index[axis];
                }
                for (int axis = 0; axis < shape.length && ++index[axis] == shape[axis]; axis++) {
                    index[axis] = 0;
                }
            }
            move.element(from, to);
        }
    }

    /** Returns a text without the zeros that pad it. */
    private static String text(NpyHeader header, byte[] bytes, int at) {
        int end = at + (int) header.width();
        int step = header.wide() ? Integer.BYTES : 1;
        while (end > at && isZero(bytes, end - step, step)) {
            end -= step;
        }
        if (!header.wide()) {
            return new String(bytes, at, end - at, StandardCharsets.UTF_8);
        }
        return new String(bytes, at, end - at, header.bigEndian() ? UTF_32BE : UTF_32LE);
    }

    private static boolean isZero(byte[] bytes, int at, int length) {
        for (int i = at; i < at + length; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }
}
