package io.pepper.onnx.internal.wire;

import java.io.IOException;
import java.util.Optional;

/**
 * The elements of a tensor at their place.
 *
 * @param source the bytes that contain them, not necessarily the model's own
 * @param position the position of the first byte
 * @param length number of bytes
 * @param form the encoding of the bytes
 */
public record Payload(ByteSource source, long position, long length, Form form) {
    /** The encoding of a payload. */
    public enum Form {
        /** The content of a {@code raw_data} field; its tag and length are written separately. */
        RAW,
        /** Complete fields with their tags, as in a message. */
        VERBATIM
    }

    /**
     * Creates a payload.
     *
     * @param source the bytes that contain the elements
     * @param position the position of the first byte
     * @param length number of bytes
     * @param form the encoding of the bytes
     * @throws IllegalArgumentException if the range is not within the source
     */
    public Payload {
        if (position < 0 || length < 0 || position > source.size() - length) {
            throw new IllegalArgumentException(
                    source.name() + ": " + length + " bytes at " + position + " of " + source.size());
        }
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

    /**
     * Returns the elements alone, if the bytes contain them consecutively like a {@code raw_data} field.
     *
     * @return these bytes; empty if elements have another encoding, or are in several fields
     * @throws IOException if the bytes cannot be read
     */
    public Optional<Payload> elements() throws IOException {
        if (form == Form.RAW) {
            return Optional.of(this);
        }
        byte[] head = new Payload(source, position, Math.min(length, 2 * Wire.MAX_VARINT_BYTES), form).read();
        FieldReader field = new FieldReader(new ArraySource(source.name(), head));
        try {
            field.read(length);
        } catch (WireFault notAField) {
            return Optional.empty();
        }
        PayloadField kind = PayloadField.of(field.number());
        boolean plain = (kind == PayloadField.FLOAT_DATA || kind == PayloadField.DOUBLE_DATA)
                && field.wireType() == Wire.DELIMITED
                && field.contentEnd() == length;
        return plain
                ? Optional.of(new Payload(source, position + field.contentStart(), field.contentLength(), Form.RAW))
                : Optional.empty();
    }

    /** Returns the number of bytes that the payload takes in a message. */
    long wireBytes() {
        return form == Form.VERBATIM
                ? length
                : Wire.tagSize(PayloadField.RAW_DATA.number()) + Wire.varintSize(length) + length;
    }
}
