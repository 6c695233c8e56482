package io.pepper.onnx.internal.wire;

import org.jspecify.annotations.Nullable;

/** The fields of a TensorProto that contain its values. */
enum PayloadField {
    FLOAT_DATA(4, "float_data", Wire.FIXED32),
    INT32_DATA(5, "int32_data", Wire.VARINT),
    STRING_DATA(6, "string_data", Wire.DELIMITED),
    INT64_DATA(7, "int64_data", Wire.VARINT),
    RAW_DATA(9, "raw_data", Wire.DELIMITED),
    DOUBLE_DATA(10, "double_data", Wire.FIXED64),
    UINT64_DATA(11, "uint64_data", Wire.VARINT);

    private static final int NUMBERS = 12;
    private static final @Nullable PayloadField[] TABLE = table();

    private final int number;
    private final String label;
    private final int entryType;

    PayloadField(int number, String label, int entryType) {
        this.number = number;
        this.label = label;
        this.entryType = entryType;
    }

    private static @Nullable PayloadField[] table() {
        @Nullable PayloadField[] table = new @Nullable PayloadField[NUMBERS];
        for (PayloadField field : values()) {
            table[field.number] = field;
        }
        return table;
    }

    /** Returns the field with a number; null if it contains no values. */
    static @Nullable PayloadField of(int number) {
        return number < NUMBERS ? TABLE[number] : null;
    }

    int number() {
        return number;
    }

    String label() {
        return label;
    }

    /**
     * Returns whether protobuf reads this wire type as values of the field: packed, or one entry. Others are unknown
     * fields.
     */
    boolean reads(int wireType) {
        return wireType == Wire.DELIMITED || wireType == entryType;
    }

    /** Returns the unit of the length of a packed chunk, in bytes. */
    int unit() {
        return switch (entryType) {
            case Wire.FIXED32 -> Float.BYTES;
            case Wire.FIXED64 -> Double.BYTES;
            default -> 1;
        };
    }
}
