package io.pepper.onnx.internal.wire;

import java.io.IOException;

/** Reads the heads of fields one after another; what a field holds is not looked into. */
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
     * Reads the head of the field at the reader's position.
     *
     * @param end where the message ends that holds the field
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

    /** Goes to the field after this one. */
    void skip() {
        reader.seek(contentEnd);
    }

    /** Says that no field is at hand. */
    void leave() {
        number = 0;
    }

    WireReader reader() {
        return reader;
    }

    /** Where the field begins, tag included. */
    long start() {
        return start;
    }

    /** The field's number, 0 if none is at hand. */
    int number() {
        return number;
    }

    int wireType() {
        return wireType;
    }

    /** Where the content begins: after the tag and, if there is one, the length. */
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
