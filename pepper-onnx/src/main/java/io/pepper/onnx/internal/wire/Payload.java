package io.pepper.onnx.internal.wire;

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

    /** How many bytes the payload takes within a message. */
    long wireBytes() {
        return form == Form.VERBATIM ? length : 1 + Wire.varintBytes(length) + length;
    }
}
