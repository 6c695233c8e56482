package io.pepper.model;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.LongStream;

/** The element types of the ONNX specification ({@code TensorProto.DataType}), in the order of their codes. */
public enum ElementType {
    /** No type. */
    UNDEFINED(0, 0),
    /** 32-bit floating point. */
    FLOAT(1, 32),
    /** Unsigned 8-bit integer. */
    UINT8(2, 8),
    /** Signed 8-bit integer. */
    INT8(3, 8),
    /** Unsigned 16-bit integer. */
    UINT16(4, 16),
    /** Signed 16-bit integer. */
    INT16(5, 16),
    /** Signed 32-bit integer. */
    INT32(6, 32),
    /** Signed 64-bit integer. */
    INT64(7, 64),
    /** Text of any length. */
    STRING(8, 0),
    /** Truth value, a byte each. */
    BOOL(9, 8),
    /** 16-bit floating point. */
    FLOAT16(10, 16),
    /** 64-bit floating point. */
    DOUBLE(11, 64),
    /** Unsigned 32-bit integer. */
    UINT32(12, 32),
    /** Unsigned 64-bit integer. */
    UINT64(13, 64),
    /** Two 32-bit floating point numbers. */
    COMPLEX64(14, 64),
    /** Two 64-bit floating point numbers. */
    COMPLEX128(15, 128),
    /** 16-bit floating point with 8 bits of exponent. */
    BFLOAT16(16, 16),
    /** 8-bit floating point. */
    FLOAT8E4M3FN(17, 8),
    /** 8-bit floating point. */
    FLOAT8E4M3FNUZ(18, 8),
    /** 8-bit floating point. */
    FLOAT8E5M2(19, 8),
    /** 8-bit floating point. */
    FLOAT8E5M2FNUZ(20, 8),
    /** Unsigned 4-bit integer. */
    UINT4(21, 4),
    /** Signed 4-bit integer. */
    INT4(22, 4),
    /** 4-bit floating point. */
    FLOAT4E2M1(23, 4),
    /** 8-bit exponent. */
    FLOAT8E8M0(24, 8),
    /** Unsigned 2-bit integer. */
    UINT2(25, 2),
    /** Signed 2-bit integer. */
    INT2(26, 2);

    private static final ElementType[] BY_CODE = values();

    private final int code;
    private final int bits;

    ElementType(int code, int bits) {
        this.code = code;
        this.bits = bits;
    }

    /**
     * Returns the type with the given code.
     *
     * @param code the type's number in a model
     * @return the type, empty if the supported ONNX specification has no such code
     */
    public static Optional<ElementType> ofCode(int code) {
        return code > 0 && code < BY_CODE.length ? Optional.of(BY_CODE[code]) : Optional.empty();
    }

    /**
     * Returns the type with the given name.
     *
     * @param name the name in lower case, for instance {@code float16}
     * @return the type, empty if no type has that name
     */
    public static Optional<ElementType> named(String name) {
        for (ElementType type : BY_CODE) {
            if (type != UNDEFINED && type.onnxName().equals(name)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /**
     * Returns the type's number in a model.
     *
     * @return 0 to 26
     */
    public int code() {
        return code;
    }

    /**
     * Returns the name in lower case, as ONNX writes it.
     *
     * @return for instance {@code float16}
     */
    public String onnxName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the number of bits of an element.
     *
     * @return 2 to 128, or 0 for strings
     */
    public int bits() {
        return bits;
    }

    /**
     * Returns the number of bytes of a tensor of this type.
     *
     * @param dims its dimensions, each 0 or more
     * @return the bytes, rounded up; empty above {@link Long#MAX_VALUE}
     */
    public OptionalLong bytes(long[] dims) {
        long elements = LongStream.of(dims).anyMatch(dim -> dim == 0) ? 0 : 1;
        try {
            for (long dim : elements == 0 ? new long[0] : dims) {
                elements = Math.multiplyExact(elements, dim);
            }
            if (bits % Byte.SIZE == 0) {
                return OptionalLong.of(Math.multiplyExact(elements, (long) (bits / Byte.SIZE)));
            }
        } catch (ArithmeticException tooLarge) {
            return OptionalLong.empty();
        }
        int perByte = Byte.SIZE / bits;
        return OptionalLong.of(elements / perByte + (elements % perByte == 0 ? 0 : 1));
    }
}
