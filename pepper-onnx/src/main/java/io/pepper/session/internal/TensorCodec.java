package io.pepper.session.internal;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtUtil;
import ai.onnxruntime.TensorInfo;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.pepper.model.ElementType;
import io.pepper.model.MalformedModelException;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.session.NativeRuntime;
import io.pepper.onnx.internal.session.Sessions;
import io.pepper.onnx.internal.session.UnsignedTensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A codec between tensors of ONNX Runtime and messages of ONNX ({@code TensorProto}). Sizes are checked before memory
 * is allocated.
 */
public final class TensorCodec {
    private static final Map<ElementType, OnnxJavaType> TYPES = Map.ofEntries(
            Map.entry(ElementType.FLOAT, OnnxJavaType.FLOAT),
            Map.entry(ElementType.DOUBLE, OnnxJavaType.DOUBLE),
            Map.entry(ElementType.FLOAT16, OnnxJavaType.FLOAT16),
            Map.entry(ElementType.BFLOAT16, OnnxJavaType.BFLOAT16),
            Map.entry(ElementType.INT8, OnnxJavaType.INT8),
            Map.entry(ElementType.UINT8, OnnxJavaType.UINT8),
            Map.entry(ElementType.INT16, OnnxJavaType.INT16),
            Map.entry(ElementType.INT32, OnnxJavaType.INT32),
            Map.entry(ElementType.INT64, OnnxJavaType.INT64),
            Map.entry(ElementType.BOOL, OnnxJavaType.BOOL));

    private TensorCodec() {}

    /**
     * Writes a tensor.
     *
     * @param name its name
     * @param tensor the tensor
     * @return a {@code TensorProto}
     * @throws IllegalArgumentException if the tensor is closed
     * @throws IOException if it cannot be read
     */
    public static byte[] write(String name, OnnxTensor tensor) throws IOException {
        if (tensor.isClosed()) {
            throw new IllegalArgumentException("tensor '" + name + "' is closed");
        }
        TensorInfo info = tensor.getInfo();
        String type = Sessions.elementType(info);
        ElementType element = ElementType.named(type)
                .orElseThrow(() -> new IOException("tensor '" + name + "': no ONNX type " + type));
        TensorProto.Builder proto = TensorProto.newBuilder().setName(name).setDataType(element.code());
        Arrays.stream(info.getShape()).forEach(proto::addDims);
        if (element == ElementType.STRING) {
            strings(name, tensor).forEach(text -> proto.addStringData(ByteString.copyFromUtf8(text)));
        } else {
            proto.setRawData(ByteString.copyFrom(littleEndian(tensor.getByteBuffer(), element.bits() / Byte.SIZE)));
        }
        return proto.build().toByteArray();
    }

    /**
     * Returns the elements of a tensor of texts.
     *
     * @param name its name
     * @param tensor the tensor
     * @return the elements, row by row
     * @throws IOException if it cannot be read
     */
    public static List<String> strings(String name, OnnxTensor tensor) throws IOException {
        try {
            if (tensor.getInfo().getNumElements() == 0) {
                return List.of();
            }
            Object value = tensor.getValue();
            return value instanceof String text
                    ? List.of(text)
                    : Arrays.stream(OrtUtil.flattenString(value)).toList();
        } catch (OrtException refused) {
            throw new IOException("tensor '" + name + "': " + refused.getMessage(), refused);
        }
    }

    /**
     * Returns elements in little-endian order, whatever this machine's order is. The same call turns them back.
     *
     * @param data the elements
     * @param width the bytes of one
     * @return the given buffer where nothing is to be turned
     */
    public static ByteBuffer littleEndian(ByteBuffer data, int width) {
        if (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN || width == 1) {
            return data;
        }
        ByteBuffer turned = ByteBuffer.allocateDirect(data.remaining());
        for (int i = 0; i < data.remaining(); i++) {
            turned.put(data.get(data.position() + i / width * width + width - 1 - i % width));
        }
        return turned.flip();
    }

    /**
     * A tensor with its name.
     *
     * @param name the tensor's name, which may be empty
     * @param tensor the tensor, which the caller closes
     */
    public record Named(String name, OnnxTensor tensor) {}

    /**
     * Reads a tensor.
     *
     * @param source the name of the source in messages
     * @param bytes a {@code TensorProto}
     * @return the tensor, which the caller closes
     * @throws MalformedModelException if it is not a tensor, or contradicts itself
     * @throws IOException if ONNX Runtime's Java interface has no such type
     */
    public static Named read(String source, byte[] bytes) throws IOException {
        TensorProto proto;
        try {
            proto = TensorProto.parseFrom(bytes);
        } catch (InvalidProtocolBufferException wrong) {
            throw new MalformedModelException(source, "tensor", "is not a TensorProto: " + wrong.getMessage(), wrong);
        }
        if (proto.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
            throw new MalformedModelException(source, "data_location", "is EXTERNAL: the data are elsewhere");
        }
        long[] shape = proto.getDimsList().stream().mapToLong(Long::longValue).toArray();
        if (Arrays.stream(shape).anyMatch(size -> size < 0)) {
            throw new MalformedModelException(source, "dims", "has a negative size: " + proto.getDimsList());
        }
        ElementType type = ElementType.ofCode(proto.getDataType())
                .orElseThrow(() -> new MalformedModelException(
                        source, "data_type", "is " + proto.getDataType() + ": no such type"));
        return new Named(
                proto.getName(),
                type == ElementType.STRING ? text(source, proto, shape) : numbers(source, proto, type, shape));
    }

    private static OnnxTensor text(String source, TensorProto proto, long[] shape) throws IOException {
        long count = Arrays.stream(shape).reduce(1, TensorCodec::times);
        if (proto.getStringDataCount() != count) {
            throw new MalformedModelException(
                    source, "string_data", "has " + proto.getStringDataCount() + " elements, not " + count);
        }
        String[] texts =
                proto.getStringDataList().stream().map(ByteString::toStringUtf8).toArray(String[]::new);
        return texts(source, texts, shape);
    }

    /**
     * Returns a tensor of texts.
     *
     * @param source the name of the source in messages
     * @param texts the elements, row by row
     * @param shape its sizes
     * @return the tensor, which the caller closes
     * @throws IOException if ONNX Runtime refuses it
     */
    public static OnnxTensor texts(String source, String[] texts, long... shape) throws IOException {
        try {
            return OnnxTensor.createTensor(NativeRuntime.environment(), texts, shape);
        } catch (OrtException refused) {
            throw new IOException(source + ": " + refused.getMessage(), refused);
        }
    }

    private static long times(long a, long b) {
        return a > 0 && b > Long.MAX_VALUE / a ? Long.MAX_VALUE : a * b;
    }

    private static OnnxTensor numbers(String source, TensorProto proto, ElementType type, long[] shape)
            throws IOException {
        ByteBuffer data =
                ByteBuffer.allocateDirect(dataBytes(source, proto, type, shape)).order(ByteOrder.nativeOrder());
        if (proto.hasRawData()) {
            data.put(littleEndian(proto.getRawData().asReadOnlyByteBuffer(), type.bits() / Byte.SIZE));
        } else {
            fields(proto, type, data);
        }
        return tensor(source, type, data.flip(), shape);
    }

    /** Returns the number of bytes of the shape, if the message has the same number of elements. */
    private static int dataBytes(String source, TensorProto proto, ElementType type, long[] shape)
            throws MalformedModelException {
        OptionalLong bytes = type.bytes(shape);
        long found =
                proto.hasRawData() ? proto.getRawData().size() : (long) elements(proto, type) * type.bits() / Byte.SIZE;
        if (bytes.isEmpty() || bytes.getAsLong() != found) {
            throw new MalformedModelException(
                    source,
                    proto.hasRawData() ? "raw_data" : "data",
                    "has " + found + " bytes, not those of " + type.onnxName() + proto.getDimsList());
        }
        return Math.toIntExact(found);
    }

    private static int elements(TensorProto proto, ElementType type) {
        return switch (type) {
            case FLOAT -> proto.getFloatDataCount();
            case DOUBLE -> proto.getDoubleDataCount();
            case INT64 -> proto.getInt64DataCount();
            case UINT32, UINT64 -> proto.getUint64DataCount();
            default -> proto.getInt32DataCount();
        };
    }

    private static void fields(TensorProto proto, ElementType type, ByteBuffer data) {
        switch (type) {
            case FLOAT -> proto.getFloatDataList().forEach(data::putFloat);
            case DOUBLE -> proto.getDoubleDataList().forEach(data::putDouble);
            case INT64 -> proto.getInt64DataList().forEach(data::putLong);
            case UINT64 -> proto.getUint64DataList().forEach(data::putLong);
            case UINT32 -> proto.getUint64DataList().forEach(value -> data.putInt(value.intValue()));
            case INT32 -> proto.getInt32DataList().forEach(data::putInt);
            case INT16, UINT16, FLOAT16, BFLOAT16 ->
                proto.getInt32DataList().forEach(value -> data.putShort(value.shortValue()));
            default -> proto.getInt32DataList().forEach(value -> data.put(value.byteValue()));
        }
    }

    /**
     * Returns a tensor of data in this machine's order.
     *
     * @param source the name of the source in messages
     * @param type the element type
     * @param data a direct buffer, which the tensor keeps
     * @param shape its sizes
     * @return the tensor, which the caller closes
     * @throws IOException if ONNX Runtime's Java interface has no such type
     */
    public static OnnxTensor tensor(String source, ElementType type, ByteBuffer data, long... shape)
            throws IOException {
        Optional<ElementType> signed = UnsignedTensors.signed(type);
        if (signed.isPresent()) {
            return UnsignedTensors.of(tensor(source, signed.get(), data, shape), type);
        }
        OnnxJavaType javaType = TYPES.get(type);
        if (javaType == null) {
            throw new IOException(source + ": ONNX Runtime's Java interface cannot make tensors of " + type.onnxName());
        }
        try {
            return OnnxTensor.createTensor(NativeRuntime.environment(), data, shape, javaType);
        } catch (OrtException refused) {
            throw new IOException(source + ": " + refused.getMessage(), refused);
        }
    }

    /**
     * Returns the elements of a tensor: the direct buffer from which it was made, if that has exactly its bytes, or else a
     * copy.
     *
     * @param tensor a tensor of numbers, open
     * @return the bytes in this machine's order; not to be written to
     */
    public static ByteBuffer elements(OnnxTensor tensor) {
        long bytes = tensor.getInfo().getNumElements() * tensor.getInfo().type.size;
        return TensorMemory.owner(tensor)
                .filter(ByteBuffer.class::isInstance)
                .map(ByteBuffer.class::cast)
                .filter(buffer -> buffer.remaining() == bytes)
                .map(ByteBuffer::duplicate)
                .orElseGet(tensor::getByteBuffer);
    }
}
