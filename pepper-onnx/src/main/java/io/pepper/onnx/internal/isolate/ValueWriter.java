package io.pepper.onnx.internal.isolate;

import io.pepper.model.InputShapes;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
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
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;

/** A writer of records, component by component, for {@link ValueReader}. */
final class ValueWriter {
    private final DataOutputStream out;

    ValueWriter(OutputStream out) {
        this.out = new DataOutputStream(out);
    }

    void kind(int kind) throws IOException {
        out.writeByte(kind);
    }

    void flush() throws IOException {
        out.flush();
    }

    /**
     * Writes a value.
     *
     * @throws IllegalArgumentException if values of its type cannot be sent
     */
    void write(Type type, Object value) throws IOException {
        if (value instanceof Record record) {
            record(record);
        } else if (value instanceof String || value instanceof Path) {
            bytes(value.toString().getBytes(StandardCharsets.UTF_8));
        } else if (value instanceof Buffer buffer) {
            buffer(buffer);
        } else if (value instanceof InputShapes sizes) {
            record(new SentShapes(sizes.shapes(), sizes.dimensions()));
        } else if (!container(type, value)) {
            scalar(type, value);
        }
    }

    private void record(Record record) throws IOException {
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            try {
                component.getAccessor().setAccessible(true);
                write(component.getGenericType(), component.getAccessor().invoke(record));
            } catch (ReflectiveOperationException impossible) {
                throw new IllegalArgumentException(component + " cannot be read", impossible);
            }
        }
    }

    private boolean container(Type type, Object value) throws IOException {
        if (value instanceof List<?> || value instanceof Set<?>) {
            Collection<?> all = (Collection<?>) value;
            out.writeInt(all.size());
            for (Object each : all) {
                write(Values.argument(type, 0), each);
            }
        } else if (value instanceof Map<?, ?> map) {
            entries(Values.argument(type, 0), Values.argument(type, 1), map);
        } else if (value instanceof Optional<?> optional) {
            out.writeBoolean(optional.isPresent());
            if (optional.isPresent()) {
                write(Values.argument(type, 0), optional.get());
            }
        } else {
            return false;
        }
        return true;
    }

    private void entries(Type key, Type value, Map<?, ?> map) throws IOException {
        out.writeInt(map.size());
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            write(key, entry.getKey());
            write(value, entry.getValue());
        }
    }

    private void scalar(Type type, Object value) throws IOException {
        if (value instanceof Boolean flag) {
            out.writeBoolean(flag);
        } else if (value instanceof Integer number) {
            out.writeInt(number);
        } else if (value instanceof Long number) {
            out.writeLong(number);
        } else if (value instanceof Double number) {
            out.writeDouble(number);
        } else if (value instanceof OptionalLong number) {
            out.writeBoolean(number.isPresent());
            out.writeLong(number.orElse(0));
        } else if (value instanceof OptionalDouble number) {
            out.writeBoolean(number.isPresent());
            out.writeDouble(number.orElse(0));
        } else if (value instanceof Duration duration) {
            out.writeLong(duration.getSeconds());
            out.writeInt(duration.getNano());
        } else if (value instanceof Enum<?> constant) {
            bytes(constant.name().getBytes(StandardCharsets.UTF_8));
        } else {
            throw Values.unknown(type);
        }
    }

    private void bytes(byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /** Writes the elements between position and limit in big-endian order. */
    private void buffer(Buffer buffer) throws IOException {
        BufferKind kind = BufferKind.of(buffer);
        out.writeByte(kind.letter());
        out.writeInt(buffer.remaining());
        if (kind == BufferKind.BYTE && buffer.hasArray()) {
            out.write((byte[]) buffer.array(), buffer.arrayOffset() + buffer.position(), buffer.remaining());
            return;
        }
        for (int i = buffer.position(); i < buffer.limit(); i++) {
            switch (kind) {
                case FLOAT -> out.writeFloat(((FloatBuffer) buffer).get(i));
                case DOUBLE -> out.writeDouble(((DoubleBuffer) buffer).get(i));
                case INT -> out.writeInt(((IntBuffer) buffer).get(i));
                case LONG -> out.writeLong(((LongBuffer) buffer).get(i));
                case SHORT -> out.writeShort(((ShortBuffer) buffer).get(i));
                case BYTE -> out.writeByte(((ByteBuffer) buffer).get(i));
            }
        }
    }
}
