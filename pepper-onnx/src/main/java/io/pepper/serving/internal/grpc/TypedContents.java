package io.pepper.serving.internal.grpc;

import com.google.protobuf.ByteString;
import io.pepper.serving.internal.ServingException;
import io.pepper.serving.internal.TensorBytes;
import io.pepper.serving.internal.TensorHeader;
import io.pepper.serving.internal.proto.InferTensorContents;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The conversion of a tensor's elements in the field of their type to binary form. */
final class TypedContents {
    private TypedContents() {}

    /** Returns the elements in binary form, if they are as many as the shape has and in the right field. */
    static ByteBuffer bytes(TensorHeader header, InferTensorContents contents) throws ServingException {
        long expected = header.elements().orElse(-1);
        int found = count(header, contents);
        if (found != expected || found != countAll(contents)) {
            throw ServingException.invalid("tensor '" + header.name() + "': " + header + " needs " + expected
                    + " elements in the contents of its type, found " + found + " there, and " + countAll(contents)
                    + " in all");
        }
        if (header.bytes().isEmpty()) {
            return TensorBytes.prefixed(
                    header.name(),
                    contents.getBytesContentsList().stream()
                            .map(ByteString::toByteArray)
                            .toList());
        }
        ByteBuffer data = ByteBuffer.allocateDirect(
                        Math.toIntExact(header.bytes().getAsLong()))
                .order(ByteOrder.LITTLE_ENDIAN);
        fill(header, contents, data);
        return data.flip();
    }

    private static int countAll(InferTensorContents contents) {
        return contents.getBoolContentsCount()
                + contents.getIntContentsCount()
                + contents.getInt64ContentsCount()
                + contents.getUintContentsCount()
                + contents.getUint64ContentsCount()
                + contents.getFp32ContentsCount()
                + contents.getFp64ContentsCount()
                + contents.getBytesContentsCount();
    }

    private static int count(TensorHeader header, InferTensorContents contents) throws ServingException {
        return switch (header.type()) {
            case BOOL -> contents.getBoolContentsCount();
            case INT8, INT16, INT32 -> contents.getIntContentsCount();
            case INT64 -> contents.getInt64ContentsCount();
            case UINT8, UINT16, UINT32 -> contents.getUintContentsCount();
            case UINT64 -> contents.getUint64ContentsCount();
            case FP32 -> contents.getFp32ContentsCount();
            case FP64 -> contents.getFp64ContentsCount();
            case BYTES -> contents.getBytesContentsCount();
            case FP16, BF16 ->
                throw ServingException.invalid(
                        "tensor '" + header.name() + "': " + header.type() + " can only be sent as raw contents");
        };
    }

    private static void fill(TensorHeader header, InferTensorContents contents, ByteBuffer data)
            throws ServingException {
        switch (header.type()) {
            case BOOL -> contents.getBoolContentsList().forEach(value -> data.put((byte) (value ? 1 : 0)));
            case INT64 -> contents.getInt64ContentsList().forEach(data::putLong);
            case UINT64 -> contents.getUint64ContentsList().forEach(data::putLong);
            case FP32 -> contents.getFp32ContentsList().forEach(data::putFloat);
            case FP64 -> contents.getFp64ContentsList().forEach(data::putDouble);
            case INT8, INT16, INT32 -> {
                for (int value : contents.getIntContentsList()) {
                    put(header, data, value, -1L << (header.type().width() * Byte.SIZE - 1));
                }
            }
            default -> {
                for (int value : contents.getUintContentsList()) {
                    put(header, data, Integer.toUnsignedLong(value), 0);
                }
            }
        }
    }

    /** Puts an integer of the tensor's width, whose smallest value is given. */
    private static void put(TensorHeader header, ByteBuffer data, long value, long least) throws ServingException {
        long values = 1L << (header.type().width() * Byte.SIZE);
        if (value < least || value - least >= values) {
            throw ServingException.invalid("tensor '" + header.name() + "': " + value + " is no " + header.type());
        }
        switch (header.type().width()) {
            case Byte.BYTES -> data.put((byte) value);
            case Short.BYTES -> data.putShort((short) value);
            default -> data.putInt((int) value);
        }
    }
}
