package io.pepper.onnx.internal.model;

import io.pepper.model.ElementType;
import io.pepper.model.MalformedModelException;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.SparseTensorProto;
import io.pepper.onnx.internal.proto.TensorProto;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;

/**
 * The sizes of a model's constant tensors: number of elements times the size of one, whatever their encoding. A tensor
 * of strings, or of an unknown type, has the bytes of its payload.
 */
final class TensorSizes {
    private static final long MAX_TOTAL = Long.MAX_VALUE / 2;

    private final String source;
    private final ToLongFunction<TensorProto> payloadBytes;
    private long total;

    TensorSizes(String source, ToLongFunction<TensorProto> payloadBytes) {
        this.source = source;
        this.payloadBytes = payloadBytes;
    }

    /**
     * Returns the bytes of a tensor. The sum over all calls stays below {@link Long#MAX_VALUE}, so that sums are safe.
     */
    long bytes(TensorProto tensor) throws MalformedModelException {
        long bytes = bytesOfOne(tensor);
        if (bytes > MAX_TOTAL - total) {
            throw malformed(tensor, "makes the model's tensors together larger than can be addressed");
        }
        total += bytes;
        return bytes;
    }

    private long bytesOfOne(TensorProto tensor) throws MalformedModelException {
        long[] dims = new long[tensor.getDimsCount()];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = tensor.getDims(i);
            if (dims[i] < 0) {
                throw malformed(tensor, "has a dimension of " + dims[i]);
            }
        }
        ElementType type = ElementType.ofCode(tensor.getDataType()).orElse(ElementType.STRING);
        if (type == ElementType.STRING) {
            return payloadBytes.applyAsLong(tensor);
        }
        OptionalLong bytes = type.bytes(dims);
        return bytes.orElseThrow(
                () -> malformed(tensor, "has dimensions " + tensor.getDimsList() + ", more than can be addressed"));
    }

    long bytes(SparseTensorProto sparse) throws MalformedModelException {
        return bytes(sparse.getValues()) + bytes(sparse.getIndices());
    }

    /**
     * Returns the bytes of the tensors of an attribute and, for a Constant operator, of the numbers and strings that
     * represent a tensor.
     */
    long bytes(AttributeProto attribute, NodeProto node) throws MalformedModelException {
        long bytes = attribute.hasT() ? bytes(attribute.getT()) : 0;
        for (TensorProto tensor : attribute.getTensorsList()) {
            bytes += bytes(tensor);
        }
        bytes += attribute.hasSparseTensor() ? bytes(attribute.getSparseTensor()) : 0;
        for (SparseTensorProto sparse : attribute.getSparseTensorsList()) {
            bytes += bytes(sparse);
        }
        return bytes + (node.getOpType().equals("Constant") ? plainBytes(attribute) : 0);
    }

    private static long plainBytes(AttributeProto attribute) {
        long bytes = attribute.hasF() ? Float.BYTES : 0;
        bytes += attribute.hasI() ? Long.BYTES : 0;
        bytes += (long) Float.BYTES * attribute.getFloatsCount() + (long) Long.BYTES * attribute.getIntsCount();
        bytes += attribute.getS().size();
        return bytes
                + attribute.getStringsList().stream()
                        .mapToLong(text -> text.size())
                        .sum();
    }

    private MalformedModelException malformed(TensorProto tensor, String what) {
        return new MalformedModelException(source, "tensor '" + tensor.getName() + "'", what);
    }
}
