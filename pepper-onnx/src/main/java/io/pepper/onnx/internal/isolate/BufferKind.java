package io.pepper.onnx.internal.isolate;

import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;

/** The kinds of buffers that can be sent between processes. */
enum BufferKind {
    FLOAT('F', Float.BYTES),
    DOUBLE('D', Double.BYTES),
    INT('I', Integer.BYTES),
    LONG('L', Long.BYTES),
    SHORT('S', Short.BYTES),
    BYTE('B', Byte.BYTES);

    private final char letter;
    private final int bytes;

    BufferKind(char letter, int bytes) {
        this.letter = letter;
        this.bytes = bytes;
    }

    /** Returns the size of an element in bytes. */
    int bytes() {
        return bytes;
    }

    /** Returns the letter of this kind in the protocol. */
    char letter() {
        return letter;
    }

    static BufferKind of(int letter) throws InvalidAnswerException {
        for (BufferKind kind : values()) {
            if (kind.letter == letter) {
                return kind;
            }
        }
        throw new InvalidAnswerException("has no kind of buffer " + letter);
    }

    static BufferKind of(Buffer buffer) {
        if (buffer instanceof FloatBuffer) {
            return FLOAT;
        }
        if (buffer instanceof DoubleBuffer) {
            return DOUBLE;
        }
        if (buffer instanceof IntBuffer) {
            return INT;
        }
        if (buffer instanceof LongBuffer) {
            return LONG;
        }
        if (buffer instanceof ShortBuffer) {
            return SHORT;
        }
        if (buffer instanceof ByteBuffer) {
            return BYTE;
        }
        throw Values.unknown(buffer.getClass());
    }
}
