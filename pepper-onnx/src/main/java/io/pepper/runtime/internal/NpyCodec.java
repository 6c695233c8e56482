package io.pepper.runtime.internal;

import ai.onnxruntime.OnnxTensor;
import io.pepper.onnx.MalformedModelException;
import io.pepper.onnx.internal.model.ElementType;
import io.pepper.onnx.internal.session.Sessions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Tensors as NumPy's {@code .npy} (NEP 1, versions 1 to 3): numbers and truth values in little-endian order, row by row. Sizes are
 * checked before anything is allocated.
 */
public final class NpyCodec {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int ALIGNMENT = 64;
    private static final int SHORT_PREFIX = 10;
    private static final int LONG_PREFIX = 12;
    private static final Pattern HEADER = Pattern.compile(
            "\\{\\s*'descr':\\s*'([^']*)',\\s*'fortran_order':\\s*(True|False),\\s*'shape':\\s*\\(([0-9, ]*)\\),?\\s*\\}\\s*");
    private static final Map<String, ElementType> TYPES = Map.of(
            "<f4", ElementType.FLOAT,
            "<f8", ElementType.DOUBLE,
            "<f2", ElementType.FLOAT16,
            "|i1", ElementType.INT8,
            "|u1", ElementType.UINT8,
            "<i2", ElementType.INT16,
            "<i4", ElementType.INT32,
            "<i8", ElementType.INT64,
            "|b1", ElementType.BOOL);

    private NpyCodec() {}

    /**
     * Writes a tensor.
     *
     * @param name what messages call it
     * @param tensor a tensor of numbers or truth values
     * @return the file's bytes
     * @throws IOException if NumPy has no such type
     */
    public static byte[] write(String name, OnnxTensor tensor) throws IOException {
        String type = Sessions.elementType(tensor.getInfo());
        Optional<String> descr = TYPES.entrySet().stream()
                .filter(entry -> entry.getValue().onnxName().equals(type))
                .map(Map.Entry::getKey)
                .findFirst();
        if (descr.isEmpty()) {
            throw new IOException("tensor '" + name + "': .npy has no type for " + type);
        }
        long[] shape = tensor.getInfo().getShape();
        String sizes = Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(", "));
        StringBuilder header = new StringBuilder("{'descr': '" + descr.get() + "', 'fortran_order': False, 'shape': ("
                + sizes + (shape.length == 1 ? "," : "") + "), }");
        while ((SHORT_PREFIX + header.length() + 1) % ALIGNMENT != 0) {
            header.append(' ');
        }
        header.append('\n');
        ByteBuffer data = tensor.getByteBuffer();
        ByteBuffer file = ByteBuffer.allocate(SHORT_PREFIX + header.length() + data.remaining())
                .order(ByteOrder.LITTLE_ENDIAN);
        file.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) header.length());
        file.put(header.toString().getBytes(StandardCharsets.ISO_8859_1));
        file.put(data);
        return file.array();
    }

    /**
     * Reads a tensor.
     *
     * @param source the file's name
     * @param bytes what is in it
     * @return the tensor, for the caller to close
     * @throws MalformedModelException if it is no such file
     * @throws IOException if its type or order is not known here
     */
    public static OnnxTensor read(String source, byte[] bytes) throws IOException {
        if (bytes.length < LONG_PREFIX || !Arrays.equals(Arrays.copyOf(bytes, MAGIC.length), MAGIC)) {
            throw new MalformedModelException(source, "file", "is no .npy");
        }
        ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int version = bytes[MAGIC.length];
        int prefix = version == 1 ? SHORT_PREFIX : LONG_PREFIX;
        long length = version == 1
                ? Short.toUnsignedInt(file.getShort(SHORT_PREFIX - Short.BYTES))
                : Integer.toUnsignedLong(file.getInt(SHORT_PREFIX - Short.BYTES));
        if (version < 1 || version > 3 || length > bytes.length - prefix) {
            throw new MalformedModelException(source, "header", "is of version " + version + " and length " + length);
        }
        String header = new String(bytes, prefix, (int) length, StandardCharsets.ISO_8859_1);
        Matcher fields = HEADER.matcher(header);
        if (!fields.matches()) {
            throw new MalformedModelException(source, "header", "is not understood: " + header.strip());
        }
        ElementType type = TYPES.get(fields.group(1));
        if (type == null || fields.group(2).equals("True")) {
            throw new MalformedModelException(
                    source,
                    type == null ? "descr" : "fortran_order",
                    type == null ? "is '" + fields.group(1) + "', not one of " + TYPES.keySet() : "is True");
        }
        return tensor(source, bytes, prefix + (int) length, type, shape(source, fields.group(3)));
    }

    private static long[] shape(String source, String text) throws MalformedModelException {
        try {
            return Arrays.stream(text.split(","))
                    .map(String::strip)
                    .filter(size -> !size.isEmpty())
                    .mapToLong(Long::parseLong)
                    .toArray();
        } catch (NumberFormatException wrong) {
            throw new MalformedModelException(source, "shape", "is '" + text + "'", wrong);
        }
    }

    private static OnnxTensor tensor(String source, byte[] bytes, int offset, ElementType type, long... shape)
            throws IOException {
        OptionalLong wanted = type.bytes(shape);
        int found = bytes.length - offset;
        if (wanted.isEmpty() || wanted.getAsLong() != found) {
            throw new MalformedModelException(
                    source,
                    "data",
                    "has " + found + " bytes, not those of " + type.onnxName() + Arrays.toString(shape));
        }
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new IOException(source + ": .npy is read on little-endian machines only");
        }
        ByteBuffer data = ByteBuffer.allocateDirect(found).order(ByteOrder.nativeOrder());
        data.put(bytes, offset, found);
        return TensorCodec.tensor(source, type, data.flip(), shape);
    }
}
