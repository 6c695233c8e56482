package io.pepper.generation;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.TensorInfo;
import io.pepper.session.internal.TensorMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** A tensor of a cache, which several sequences may share. Guarded by its {@link SequenceCaches}. */
final class CacheTensor {
    private final OnnxTensor tensor;
    private final long bytes;
    private final @Nullable ByteBuffer content;
    private final @Nullable Memory memory;
    private boolean isWritten;
    private int users = 1;

    /** A buffer that goes back to its owner. */
    record Memory(CacheMemory owner, ByteBuffer buffer) {}

    /** Takes over a tensor of ONNX Runtime. */
    CacheTensor(OnnxTensor tensor) {
        this.tensor = tensor;
        this.bytes = bytes(tensor.getInfo());
        this.content = null;
        this.memory = null;
    }

    /** Takes over a tensor with its content; null for memory that a garbage collector frees. */
    CacheTensor(OnnxTensor tensor, ByteBuffer content, @Nullable Memory memory) {
        this.tensor = tensor;
        this.bytes = memory == null ? content.capacity() : memory.buffer.capacity();
        this.content = content;
        this.memory = memory;
    }

    OnnxTensor tensor() {
        return tensor;
    }

    /** Returns the bytes of its memory, with its room for further tokens. */
    long bytes() {
        return bytes;
    }

    /** Returns the bytes of its content. */
    long contentBytes() {
        return bytes(tensor.getInfo());
    }

    boolean isShared() {
        return users > 1;
    }

    /** Adds a user. */
    CacheTensor shared() {
        users++;
        return this;
    }

    /** Notes that the content is complete. */
    CacheTensor written() {
        if (memory != null && !isWritten) {
            memory.owner.written(memory.buffer);
        }
        isWritten = true;
        return this;
    }

    /** Removes a user; returns the bytes that this frees. */
    long release() {
        users--;
        if (users > 0) {
            return 0;
        }
        tensor.close();
        if (memory != null) {
            written();
            memory.owner.give(memory.buffer);
        }
        return bytes;
    }

    /** Returns the elements of a tensor, not to be written to: the memory itself, or a copy where it cannot be had. */
    static ByteBuffer memory(OnnxTensor tensor) {
        return TensorMemory.of(tensor).orElseGet(tensor::getByteBuffer);
    }

    /** Returns the content. */
    ByteBuffer content() {
        return content == null ? memory(tensor) : content.duplicate().order(ByteOrder.nativeOrder());
    }

    static long bytes(TensorInfo info) {
        return info.getNumElements() * info.type.size;
    }

    /**
     * Returns the bytes of a tensor of a type and a shape.
     *
     * @throws ArithmeticException if they exceed 63 bits
     */
    static long bytes(OnnxJavaType type, long... shape) {
        long bytes = type.size;
        for (long size : shape) {
            bytes = Math.multiplyExact(bytes, size);
        }
        return bytes;
    }

    /** Returns a tensor of zeros in memory that the garbage collector frees. */
    static CacheTensor zeros(OnnxJavaType type, long... shape) throws OrtException {
        ByteBuffer values =
                ByteBuffer.allocateDirect(Math.toIntExact(bytes(type, shape))).order(ByteOrder.nativeOrder());
        OnnxTensor tensor = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), values, shape, type);
        return new CacheTensor(tensor, values, null);
    }

    /** Returns a copy of a tensor. */
    static OnnxTensor copy(OnnxTensor tensor) throws OrtException {
        ByteBuffer all = memory(tensor);
        ByteBuffer copy = ByteBuffer.allocateDirect(all.remaining()).order(ByteOrder.nativeOrder());
        return OnnxTensor.createTensor(
                OrtEnvironment.getEnvironment(),
                copy.put(all).flip(),
                tensor.getInfo().getShape(),
                tensor.getInfo().type);
    }

    /** Returns a new tensor with the last entry along an axis of a tensor, which stays open. */
    static OnnxTensor last(OnnxTensor tensor, int axis) throws OrtException {
        TensorInfo info = tensor.getInfo();
        long[] shape = info.getShape();
        Rows rows = Rows.of(info, axis);
        long all = shape[axis];
        shape[axis] = 1;
        ByteBuffer copy = ByteBuffer.allocateDirect(Math.toIntExact(rows.count * rows.bytes / all))
                .order(ByteOrder.nativeOrder());
        rows.copy(memory(tensor), rows.bytes - rows.bytes / all, copy);
        return OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), copy, shape, info.type);
    }

    /** Copies a tensor of the same shape. */
    void fill(OnnxTensor other) {
        content().put(memory(other));
    }

    /** Copies the first entries along an axis of another tensor, as many as this one has. */
    void fill(CacheTensor other, int axis) {
        Rows.of(other.tensor.getInfo(), axis).copy(other.content(), 0, content());
    }

    /** A tensor as rows of all its entries along an axis. */
    private record Rows(long count, long bytes) {
        static Rows of(TensorInfo info, int axis) {
            long[] shape = info.getShape();
            long inner = info.type.size;
            for (int i = axis; i < shape.length; i++) {
                inner *= shape[i];
            }
            long outer = 1;
            for (int i = 0; i < axis; i++) {
                outer *= shape[i];
            }
            return new Rows(outer, inner);
        }

        /** Copies the bytes of each row from an offset on, as many as fill the target. */
        void copy(ByteBuffer from, long offset, ByteBuffer to) {
            int wanted = Math.toIntExact(to.capacity() / count);
            for (long row = 0; row < count; row++) {
                to.put(Math.toIntExact(row * wanted), from, Math.toIntExact(row * bytes + offset), wanted);
            }
        }
    }
}
