package io.pepper.onnx.internal.wire;

import java.io.ByteArrayOutputStream;
import java.util.function.Consumer;

/** Writes the wire format by hand, right or wrong. */
final class WireBytes {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    static byte[] of(Consumer<WireBytes> content) {
        WireBytes wire = new WireBytes();
        content.accept(wire);
        return wire.bytes.toByteArray();
    }

    /** A model whose graph has one initializer with that content. */
    static byte[] tensor(Consumer<WireBytes> content) {
        return of(model -> model.message(7, graph -> graph.message(5, content)));
    }

    WireBytes varint(long value) {
        byte[] buffer = new byte[Wire.MAX_VARINT_BYTES];
        return raw(buffer, Wire.putVarint(buffer, 0, value));
    }

    WireBytes raw(int... values) {
        for (int value : values) {
            bytes.write(value);
        }
        return this;
    }

    private WireBytes raw(byte[] values, int length) {
        bytes.write(values, 0, length);
        return this;
    }

    WireBytes tag(long number, int type) {
        return varint(number << 3 | type);
    }

    WireBytes number(int field, long value) {
        return tag(field, Wire.VARINT).varint(value);
    }

    WireBytes fixed32(int field, int value) {
        return tag(field, Wire.FIXED32).raw(value, value >> 8, value >> 16, value >> 24);
    }

    WireBytes content(int field, byte[] content) {
        return tag(field, Wire.DELIMITED).varint(content.length).raw(content, content.length);
    }

    WireBytes message(int field, Consumer<WireBytes> content) {
        return content(field, of(content));
    }
}
