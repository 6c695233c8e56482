package io.pepper.onnx.internal.wire;

import java.io.IOException;

/** A reader of the headers of consecutive fields, without their contents. */
final class FieldReader {
    private final WireReader reader;
    private final long size;
    private long start;
    private int number;
    private int wireType;
    private long contentStart;
    private long contentEnd;

    FieldReader(ByteSource source) {
        this.size = source.size();
        this.reader = new WireReader(source);
    }

    /**
     * Reads the header of the field at the reader's position.
     *
     * @param end the end of the enclosing message
     */
    void read(long end) throws IOException, WireFault {
        number = 0;
        start = reader.position();
        long tag = reader.varint();
        if (tag >>> 32 != 0) {
            throw new WireFault("has a tag of more than 32 bits");
        }
        number = (int) (tag >>> 3);
        wireType = (int) tag & 7;
        if (number == 0) {
            throw new WireFault("has a field of number 0");
        }
        contentStart = reader.position();
        contentEnd = endOfContent(end);
        if (contentEnd > end) {
            throw new WireFault("is cut off");
        }
    }

    private long endOfContent(long end) throws IOException, WireFault {
        return switch (wireType) {
            case Wire.VARINT -> {
                reader.varint();
                yield reader.position();
            }
            case Wire.FIXED64 -> contentStart + Long.BYTES;
            case Wire.FIXED32 -> contentStart + Integer.BYTES;
            case Wire.DELIMITED -> endOfDelimited(end);
            case Wire.START_GROUP, Wire.END_GROUP -> throw new WireFault("is a group, which ONNX does not use");
            default -> throw new WireFault("has wire type " + wireType + ", which does not exist");
        };
    }

    private long endOfDelimited(long end) throws IOException, WireFault {
        long length = reader.varint();
        contentStart = reader.position();
        long left = end - contentStart;
        if (length < 0 || length > left) {
            throw new WireFault("declares " + Long.toUnsignedString(length) + " bytes where " + left + " are left"
                    + (end == size ? ": the file is cut off or damaged; copy or download it again" : ""));
        }
        return contentStart + length;
    }

    /** Moves to the field after this one. */
    void skip() {
        reader.seek(contentEnd);
    }

    /** Forgets the current field. */
    void leave() {
        number = 0;
    }

    WireReader reader() {
        return reader;
    }

    /** Returns the start of the field, including its tag. */
    long start() {
        return start;
    }

    /** Returns the field's number; 0 without a current field. */
    int number() {
        return number;
    }

    int wireType() {
        return wireType;
    }

    /** Returns the start of the content: after the tag and the length, if there is one. */
    long contentStart() {
        return contentStart;
    }

    long contentEnd() {
        return contentEnd;
    }

    long contentLength() {
        return contentEnd - contentStart;
    }
}
