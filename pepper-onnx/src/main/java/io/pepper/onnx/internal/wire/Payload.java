package io.pepper.onnx.internal.wire;

import java.io.IOException;
import java.util.Optional;

/**
 * The elements of a tensor, where they stand.
 *
 * @param source the bytes that hold them, not necessarily the model's own
 * @param position where they begin
 * @param length how many bytes they take there
 * @param form what these bytes are
 */
public record Payload(ByteSource source, long position, long length, Form form) {
    /** What the bytes of a payload are. */
    public enum Form {
        /** The content of a {@code raw_data} field; its tag and length are written anew. */
        RAW,
        /** Complete fields with their tags, as they stand in a message. */
        VERBATIM
    }

    /**
     * Checks the range.
     *
     * @param source the bytes that hold the elements
     * @param position where they begin
     * @param length how many bytes they take there
     * @param form what these bytes are
     * @throws IllegalArgumentException if it is no range of the source
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
     * The elements alone, if the bytes hold them one after the other as a {@code raw_data} field would.
     *
     * @return these bytes; empty if elements are written in another form, or in several fields
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

    /** How many bytes the payload takes within a message. */
    long wireBytes() {
        return form == Form.VERBATIM
                ? length
                : Wire.tagSize(PayloadField.RAW_DATA.number()) + Wire.varintSize(length) + length;
    }
}
