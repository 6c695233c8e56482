package io.pepper.generation;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A tensor of a cache, which several sequences may share. Guarded by its {@link SequenceCaches}. */
final class CacheTensor {
    private final OnnxTensor tensor;
    private final long bytes;
    private int users = 1;

    /** Takes over a tensor. */
    CacheTensor(OnnxTensor tensor) {
        this.tensor = tensor;
        this.bytes = bytes(tensor.getInfo());
    }

    OnnxTensor tensor() {
        return tensor;
    }

    long bytes() {
        return bytes;
    }

    /** Adds a user. */
    CacheTensor shared() {
        users++;
        return this;
    }

    /** Removes a user; returns the bytes that this frees. */
    long release() {
        users--;
        if (users > 0) {
            return 0;
        }
        tensor.close();
        return bytes;
    }

    private static long bytes(TensorInfo info) {
        return info.getNumElements() * info.type.size;
    }

    /** Returns a new tensor of zeros. */
    static OnnxTensor zeros(OnnxJavaType type, long... shape) throws OrtException {
        long elements = 1;
        for (long size : shape) {
            elements = Math.multiplyExact(elements, size);
        }
        int bytes = Math.toIntExact(Math.multiplyExact(elements, (long) type.size));
        ByteBuffer values = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
        return OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), values, shape, type);
    }

    /** Returns a copy of a tensor. */
    static OnnxTensor copy(OnnxTensor tensor) throws OrtException {
        ByteBuffer all = tensor.getByteBuffer();
        ByteBuffer copy = ByteBuffer.allocateDirect(all.remaining()).order(ByteOrder.nativeOrder());
        return OnnxTensor.createTensor(
                OrtEnvironment.getEnvironment(),
                copy.put(all).flip(),
                tensor.getInfo().getShape(),
                tensor.getInfo().type);
    }

    /**
     * Returns a copy of some entries of a tensor along an axis.
     *
     * @param tensor the tensor, which stays open
     * @param axis the axis
     * @param from the first entry
     * @param to the entry after the last
     */
    static OnnxTensor slice(OnnxTensor tensor, int axis, long from, long to) throws OrtException {
        long[] shape = tensor.getInfo().getShape();
        long inner = tensor.getInfo().type.size;
        for (int i = axis + 1; i < shape.length; i++) {
            inner *= shape[i];
        }
        long outer = 1;
        for (int i = 0; i < axis; i++) {
            outer *= shape[i];
        }
        int row = Math.toIntExact(inner * shape[axis]);
        int wanted = Math.toIntExact(inner * (to - from));
        ByteBuffer all = tensor.getByteBuffer();
        ByteBuffer copy =
                ByteBuffer.allocateDirect(Math.toIntExact(outer * wanted)).order(ByteOrder.nativeOrder());
        for (int i = 0; i < outer; i++) {
            copy.put(all.slice(i * row + Math.toIntExact(inner * from), wanted));
        }
        shape[axis] = to - from;
        return OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), copy.flip(), shape, tensor.getInfo().type);
    }
}
