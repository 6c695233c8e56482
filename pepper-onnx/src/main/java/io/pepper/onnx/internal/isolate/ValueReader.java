package io.pepper.onnx.internal.isolate;

import io.pepper.model.InputShapes;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A reader of records from untrusted bytes. The values have the types that the record declares, take at most a given
 * number of bytes, and are checked by the records' constructors. Memory is allocated for received bytes only, not for
 * announced ones.
 */
final class ValueReader {
    private final DataInputStream in;
    private final long maxBytes;
    private long left;

    /**
     * Creates a reader.
     *
     * @param in the bytes
     * @param maxBytes maximum number of bytes to read until {@link #refill}
     */
    ValueReader(InputStream in, long maxBytes) {
        this.in = new DataInputStream(in);
        this.maxBytes = maxBytes;
        this.left = maxBytes;
    }

    /** Restores the initial byte budget. */
    void refill() {
        left = maxBytes;
    }

    /**
     * Reads a byte.
     *
     * @throws EOFException if the input has ended
     */
    int kind() throws IOException {
        take(1);
        return in.readUnsignedByte();
    }

    /**
     * Reads a value.
     *
     * @throws InvalidAnswerException if it has another type, or exceeds the byte budget
     * @throws IOException if the bytes cannot be read
     */
    <T> T read(Class<T> type) throws IOException {
        return type.cast(value(type));
    }

    private Object value(Type type) throws IOException {
        Class<?> raw = Values.raw(type);
        if (raw.isRecord()) {
            return record(raw);
        }
        if (raw == String.class) {
            return text();
        }
        if (raw == Path.class) {
            return checked(() -> Path.of(text()));
        }
        if (raw == Buffer.class) {
            return buffer();
        }
        if (raw == ByteBuffer.class) {
            return bytesOnly(buffer());
        }
        if (raw == InputShapes.class) {
            return checked(() -> ((SentShapes) record(SentShapes.class)).shapesOfInputs());
        }
        return raw.isInterface() || raw == Optional.class ? container(type, raw) : scalar(raw);
    }

    private Object record(Class<?> type) throws IOException {
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = value(components[i].getGenericType());
        }
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(Values.types(components));
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException refused) {
            throw new InvalidAnswerException(
                    "has a " + type.getSimpleName() + " that is refused: " + refused.getCause());
        } catch (ReflectiveOperationException impossible) {
            throw new IllegalArgumentException(type + " cannot be made", impossible);
        }
    }

    private Object container(Type type, Class<?> raw) throws IOException {
        if (raw == Optional.class) {
            return flag() ? Optional.of(value(Values.argument(type, 0))) : Optional.empty();
        }
        int count = count(1);
        if (raw == Map.class) {
            Map<Object, Object> map = new LinkedHashMap<>();
            for (int i = 0; i < count; i++) {
                map.put(value(Values.argument(type, 0)), value(Values.argument(type, 1)));
            }
            return map;
        }
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            values.add(value(Values.argument(type, 0)));
        }
        if (raw == List.class) {
            return values;
        }
        if (raw == Set.class) {
            return new LinkedHashSet<>(values);
        }
        throw Values.unknown(type);
    }

    private Object scalar(Class<?> raw) throws IOException {
        if (raw == boolean.class || raw == Boolean.class) {
            return flag();
        }
        if (raw == int.class || raw == Integer.class) {
            return integer();
        }
        if (raw == long.class || raw == Long.class) {
            return number();
        }
        if (raw == double.class || raw == Double.class) {
            return Double.longBitsToDouble(number());
        }
        if (raw == OptionalLong.class) {
            boolean present = flag();
            long value = number();
            return present ? OptionalLong.of(value) : OptionalLong.empty();
        }
        if (raw == OptionalDouble.class) {
            boolean present = flag();
            double value = Double.longBitsToDouble(number());
            return present ? OptionalDouble.of(value) : OptionalDouble.empty();
        }
        if (raw == Duration.class) {
            long seconds = number();
            int nanos = integer();
            return checked(() -> Duration.ofSeconds(seconds, nanos));
        }
        if (raw.isEnum()) {
            return constant(raw);
        }
        throw Values.unknown(raw);
    }

    private Object constant(Class<?> type) throws IOException {
        String name = text();
        for (Object constant : type.getEnumConstants()) {
            if (((Enum<?>) constant).name().equals(name)) {
                return constant;
            }
        }
        throw new InvalidAnswerException("has no " + type.getSimpleName() + " '" + name + "'");
    }

    private boolean flag() throws IOException {
        take(1);
        int flag = in.readUnsignedByte();
        if (flag > 1) {
            throw new InvalidAnswerException("has a flag of " + flag);
        }
        return flag == 1;
    }

    private int integer() throws IOException {
        take(Integer.BYTES);
        return in.readInt();
    }

    private long number() throws IOException {
        take(Long.BYTES);
        return in.readLong();
    }

    /** Reads a number of elements of at least the given size each, which must fit into the byte budget. */
    private int count(int bytesEach) throws IOException {
        int count = integer();
        if (count < 0 || count > left / bytesEach) {
            throw new InvalidAnswerException("announces " + count + " elements where " + left + " bytes may come");
        }
        return count;
    }

    private String text() throws IOException {
        return new String(bytes(count(1)), StandardCharsets.UTF_8);
    }

    private byte[] bytes(int count) throws IOException {
        take(count);
        return arrived(count);
    }

    private byte[] arrived(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException();
        }
        return bytes;
    }

    private Buffer buffer() throws IOException {
        BufferKind kind = BufferKind.of(kind());
        int count = count(kind.bytes());
        take((long) count * kind.bytes());
        return switch (kind) {
            case FLOAT -> floats(count);
            case DOUBLE -> doubles(count);
            case INT -> ints(count);
            case LONG -> longs(count);
            case SHORT -> shorts(count);
            case BYTE -> ByteBuffer.wrap(arrived(count));
        };
    }

    private static ByteBuffer bytesOnly(Buffer read) throws InvalidAnswerException {
        if (read instanceof ByteBuffer bytes) {
            return bytes;
        }
        throw new InvalidAnswerException("has numbers where bytes are expected");
    }

    private FloatBuffer floats(int count) throws IOException {
        FloatBuffer values = FloatBuffer.allocate(count);
        while (values.hasRemaining()) {
            values.put(in.readFloat());
        }
        return values.flip();
    }

    private DoubleBuffer doubles(int count) throws IOException {
        DoubleBuffer values = DoubleBuffer.allocate(count);
        while (values.hasRemaining()) {
            values.put(in.readDouble());
        }
        return values.flip();
    }

    private IntBuffer ints(int count) throws IOException {
        IntBuffer values = IntBuffer.allocate(count);
        while (values.hasRemaining()) {
            values.put(in.readInt());
        }
        return values.flip();
    }

    private LongBuffer longs(int count) throws IOException {
        LongBuffer values = LongBuffer.allocate(count);
        while (values.hasRemaining()) {
            values.put(in.readLong());
        }
        return values.flip();
    }

    private ShortBuffer shorts(int count) throws IOException {
        ShortBuffer values = ShortBuffer.allocate(count);
        while (values.hasRemaining()) {
            values.put(in.readShort());
        }
        return values.flip();
    }

    private void take(long bytes) throws InvalidAnswerException {
        if (bytes > left) {
            throw new InvalidAnswerException("has more than " + maxBytes + " bytes");
        }
        left -= bytes;
    }

    @FunctionalInterface
    private interface Reading<T> {
        T read() throws IOException;
    }

    /** Values that the class library refuses are errors in the bytes. */
    private static <T> T checked(Reading<T> reading) throws IOException {
        try {
            return reading.read();
        } catch (IllegalArgumentException | ArithmeticException refused) {
            throw new InvalidAnswerException(String.valueOf(refused.getMessage()));
        }
    }
}
