package io.pepper.predict;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A stream that translates Universal Binary JSON (draft 12, ubjson.org) to the text of the same JSON. It translates
 * value by value, so that memory does not depend on the lengths that a file claims. The reader of the text bounds the
 * nesting. Not thread-safe.
 */
final class UbjsonInput extends InputStream {
    private static final int LONGEST_TEXT = 1 << 20;

    private final DataInputStream in;
    private final String source;
    private final Deque<Container> open = new ArrayDeque<>();
    private byte[] text = {};
    private int at;
    private long offset;
    private boolean begun;

    /** An object or array whose end has not been read yet. */
    private static final class Container {
        private final boolean object;
        private final int type;
        private long left;
        private boolean first = true;

        /**
         * With a type of 0, each value has its own marker. With a count of -1, an end marker follows the last value.
         */
        Container(boolean object, int type, long count) {
            this.object = object;
            this.type = type;
            this.left = count;
        }
    }

    UbjsonInput(InputStream in, String source) {
        this.in = new DataInputStream(in);
        this.source = source;
    }

    /**
     * Returns whether the text starts an object in UBJSON: its first name has a length instead of JSON's quotation
     * mark.
     */
    static boolean beginsLike(String begin) {
        return begin.length() > 1 && begin.charAt(0) == '{' && "iUIlL$#".indexOf(begin.charAt(1)) >= 0;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (at == text.length) {
            StringBuilder next = new StringBuilder();
            if (!step(next)) {
                return -1;
            }
            text = next.toString().getBytes(StandardCharsets.UTF_8);
            at = 0;
        }
        int count = Math.min(length, text.length - at);
        System.arraycopy(text, at, into, from, count);
        at += count;
        return count;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }

    /** Translates up to the next value. */
    private boolean step(StringBuilder to) throws IOException {
        if (open.isEmpty()) {
            if (begun) {
                if (in.read() >= 0) {
                    throw wrong("something follows the end");
                }
                return false;
            }
            begun = true;
            value(marker(), to);
            return true;
        }
        Container container = open.element();
        int marker = container.type;
        boolean ended = container.left == 0;
        if (container.left < 0) {
            marker = marker();
            ended = marker == (container.object ? '}' : ']');
        } else if (!ended) {
            container.left--;
        }
        if (ended) {
            open.pop();
            to.append(container.object ? '}' : ']');
            return true;
        }
        to.append(container.first ? "" : ",");
        container.first = false;
        if (container.object) {
            quote(string(container.left < 0 ? marker : marker()), to);
            to.append(':');
            marker = container.type;
        }
        value(marker == 0 ? marker() : marker, to);
        return true;
    }

    private void value(int marker, StringBuilder to) throws IOException {
        switch (marker) {
            case 'Z' -> to.append("null");
            case 'T' -> to.append("true");
            case 'F' -> to.append("false");
            case 'i', 'U', 'I', 'l', 'L' -> to.append(integer(marker));
            case 'd' -> to.append(Float.intBitsToFloat((int) bytes(Integer.BYTES)));
            case 'D' -> to.append(Double.longBitsToDouble(bytes(Long.BYTES)));
            case 'C' -> quote(String.valueOf((char) bytes(1)), to);
            case 'S' -> quote(string(marker()), to);
            case '[', '{' -> begin(marker == '{', to);
            default -> throw wrong("0x" + Integer.toHexString(marker) + " is not a marker of a value");
        }
    }

    private void begin(boolean object, StringBuilder to) throws IOException {
        to.append(object ? '{' : '[');
        int type = 0;
        long count = -1;
        in.mark(1);
        int next = (int) bytes(1);
        if (next == '$') {
            type = marker();
            if ("iUIlLdDCS[{".indexOf(type) < 0) {
                throw wrong("0x" + Integer.toHexString(type) + " is not the type of a container's values");
            }
            next = marker();
            if (next != '#') {
                throw wrong("a type without a count");
            }
        }
        if (next == '#') {
            count = integer(marker());
            if (count < 0) {
                throw wrong("a count of " + count);
            }
        } else {
            in.reset();
            offset--;
        }
        open.push(new Container(object, type, count));
    }

    private String string(int marker) throws IOException {
        long length = integer(marker);
        if (length < 0 || length > LONGEST_TEXT) {
            throw wrong("a text of " + length + " bytes");
        }
        byte[] bytes = in.readNBytes((int) length);
        if (bytes.length < length) {
            throw ended();
        }
        offset += length;
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static void quote(String plain, StringBuilder to) {
        to.append('"');
        for (int i = 0; i < plain.length(); i++) {
            char each = plain.charAt(i);
            if (each < ' ' || each == '"' || each == '\\') {
                to.append(String.format("\\u%04x", (int) each));
            } else {
                to.append(each);
            }
        }
        to.append('"');
    }

    private long integer(int marker) throws IOException {
        return switch (marker) {
            case 'i' -> (byte) bytes(Byte.BYTES);
            case 'U' -> bytes(Byte.BYTES);
            case 'I' -> (short) bytes(Short.BYTES);
            case 'l' -> (int) bytes(Integer.BYTES);
            case 'L' -> bytes(Long.BYTES);
            default -> throw wrong("0x" + Integer.toHexString(marker) + " is not a marker of an integer");
        };
    }

    /** Reads a marker; skips no-ops. */
    private int marker() throws IOException {
        int marker = (int) bytes(1);
        while (marker == 'N') {
            marker = (int) bytes(1);
        }
        return marker;
    }

    private long bytes(int count) throws IOException {
        long value = 0;
        for (int i = 0; i < count; i++) {
            int next = in.read();
            if (next < 0) {
                throw ended();
            }
            offset++;
            value = value << Byte.SIZE | next;
        }
        return value;
    }

    private PredictorFormatException ended() {
        return new PredictorFormatException(source, "byte " + offset, "the file ends here", new EOFException());
    }

    private PredictorFormatException wrong(String problem) {
        return new PredictorFormatException(source, "byte " + offset, problem + " (UBJSON)");
    }
}
