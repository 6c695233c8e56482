package io.pepper.onnx.internal.wire;

import java.io.IOException;

/**
 * The elements of a tensor, where they stand.
 *
 * @param source the bytes that hold them
 * @param position where they begin
 * @param length how many bytes they take there
 * @param form what these bytes are
 */
public record Payload(ByteSource source, long position, long length, Form form) {
    /** What the bytes of a payload are. */
    public enum Form {
        /** The content of a {@code raw_data} field. */
        RAW,
        /** Complete fields with their tags, as they stand in a message. */
        VERBATIM
    }

    /**
     * Reads a small payload.
     *
     * @return its bytes
     * @throws IOException if they cannot be read
     */
    public byte[] read() throws IOException {
        byte[] bytes = new byte[Math.toIntExact(length)];
        for (int done = 0; done < bytes.length; ) {
            done += source.read(position + done, bytes, done, bytes.length - done);
        }
        return bytes;
    }

    /** How many bytes the payload takes within a message. */
    long wireBytes() {
        return form == Form.VERBATIM ? length : 1 + Wire.varintBytes(length) + length;
    }
}
