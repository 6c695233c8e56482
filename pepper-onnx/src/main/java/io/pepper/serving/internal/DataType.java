package io.pepper.serving.internal;

import io.pepper.model.ElementType;
import java.util.Optional;

/** The element types of the protocol. */
public enum DataType {
    /** Truth value, a byte each: 0 or 1. */
    BOOL(ElementType.BOOL),
    /** Unsigned 8-bit integer. */
    UINT8(ElementType.UINT8),
    /** Unsigned 16-bit integer. */
    UINT16(ElementType.UINT16),
    /** Unsigned 32-bit integer. */
    UINT32(ElementType.UINT32),
    /** Unsigned 64-bit integer. */
    UINT64(ElementType.UINT64),
    /** Signed 8-bit integer. */
    INT8(ElementType.INT8),
    /** Signed 16-bit integer. */
    INT16(ElementType.INT16),
    /** Signed 32-bit integer. */
    INT32(ElementType.INT32),
    /** Signed 64-bit integer. */
    INT64(ElementType.INT64),
    /** 16-bit floating point. */
    FP16(ElementType.FLOAT16),
    /** 16-bit floating point with 8 bits of exponent. */
    BF16(ElementType.BFLOAT16),
    /** 32-bit floating point. */
    FP32(ElementType.FLOAT),
    /** 64-bit floating point. */
    FP64(ElementType.DOUBLE),
    /** Text: in binary form, each element is its length in four bytes and its bytes. */
    BYTES(ElementType.STRING);

    private final ElementType element;

    DataType(ElementType element) {
        this.element = element;
    }

    /**
     * Returns the type with a name.
     *
     * @param name the name in a message, for instance {@code FP32}
     * @return the type; empty if the protocol has no such type
     */
    public static Optional<DataType> named(String name) {
        for (DataType type : values()) {
            if (type.name().equals(name)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /**
     * Returns the type for an element type of ONNX.
     *
     * @param element the type of a tensor's elements
     * @return the type; empty if the protocol cannot carry it
     */
    public static Optional<DataType> of(ElementType element) {
        for (DataType type : values()) {
            if (type.element == element) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /**
     * Returns the element type of ONNX.
     *
     * @return the element type
     */
    public ElementType element() {
        return element;
    }

    /**
     * Returns the bytes of an element in binary form.
     *
     * @return 1 to 8, or 0 for texts
     */
    public int width() {
        return element.bits() / Byte.SIZE;
    }
}
