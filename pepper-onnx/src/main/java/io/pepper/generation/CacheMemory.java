package io.pepper.generation;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.pepper.session.internal.DirectMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The memory of a stage's caches: buffers with room for further tokens. A step writes into spare ones, and leaves those of
 * its sequence as spares: sequences of about the same length need one set of spares for each step that runs at the same
 * time. Thread-safe.
 */
final class CacheMemory implements AutoCloseable {
    /*
     * ONNX Runtime's arena would allocate outputs of one token more in every step. Its free chunks are then too small for
     * the next step, so that it grows to about twice the caches.
     */

    private static final int LEAST_ROOM = 16;
    private static final int ROOMS_OF_A_LENGTH = 32;

    /** The buffers of one size. */
    private static final class Size {
        private final Deque<ByteBuffer> spares = new ArrayDeque<>();
        private int used;
        private int written;
        private int writtenAtOnce;

        /** Returns how many spares the steps of the sequences of this size need. */
        int needed() {
            return Math.min(used, writtenAtOnce);
        }
    }

    /** The needs of a cache: its type, the axis along which it grows (empty for a fixed size), and its shape. */
    record Form(OnnxJavaType type, OptionalInt axis, List<Long> shape) {
        /** Returns its bytes with room for further tokens. */
        long bytes() {
            long[] sizes = sizes();
            axis.ifPresent(grows -> sizes[grows] = room(sizes[grows]));
            return CacheTensor.bytes(type, sizes);
        }

        long[] sizes() {
            return shape.stream().mapToLong(Long::longValue).toArray();
        }
    }

    private final Map<Integer, Size> sizes = new HashMap<>();
    private long spareBytes;
    private boolean closed;

    /**
     * Returns the number of tokens for which a cache has room.
     *
     * @param tokens the tokens that it has
     * @return at least as many, by at most 15 or 1/32 more
     */
    static long room(long tokens) {
        long unit = Math.max(LEAST_ROOM, Long.highestOneBit(Math.max(1, tokens)) / ROOMS_OF_A_LENGTH);
        return Math.multiplyExact((tokens + unit - 1) / unit, unit);
    }

    /**
     * Returns tensors to be written, with any content.
     *
     * @param forms what they need, by cache
     * @return the tensors by cache, without those for which there is no memory, or that would exceed 2 GiB
     */
    Map<String, CacheTensor> tensors(Map<String, Form> forms) throws OrtException {
        Map<String, CacheTensor> made = new HashMap<>();
        boolean done = false;
        try {
            for (Map.Entry<String, Form> each : forms.entrySet()) {
                long bytes = each.getValue().bytes();
                Optional<ByteBuffer> memory = bytes > Integer.MAX_VALUE ? Optional.empty() : take((int) bytes);
                if (memory.isPresent()) {
                    made.put(each.getKey(), tensor(each.getValue(), memory.get()));
                }
            }
            done = true;
            return made;
        } finally {
            if (!done) {
                made.values().forEach(CacheTensor::release);
            }
        }
    }

    private CacheTensor tensor(Form form, ByteBuffer memory) throws OrtException {
        int bytes = Math.toIntExact(CacheTensor.bytes(form.type, form.sizes()));
        ByteBuffer content = memory.slice(0, bytes).order(ByteOrder.nativeOrder());
        OnnxTensor tensor = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), content, form.sizes(), form.type);
        return new CacheTensor(tensor, content, new CacheTensor.Memory(this, memory));
    }

    private Optional<ByteBuffer> take(int bytes) {
        Optional<ByteBuffer> spare = spare(bytes);
        if (spare.isPresent()) {
            return spare;
        }
        Optional<ByteBuffer> memory = DirectMemory.allocate(bytes);
        if (memory.isEmpty()) {
            withdraw(bytes);
        }
        return memory;
    }

    private synchronized Optional<ByteBuffer> spare(int bytes) {
        Size size = sizes.computeIfAbsent(bytes, none -> new Size());
        size.used++;
        size.written++;
        size.writtenAtOnce = Math.max(size.writtenAtOnce, size.written);
        ByteBuffer spare = size.spares.poll();
        if (spare != null) {
            spareBytes -= bytes;
        }
        return Optional.ofNullable(spare);
    }

    /** Notes that there is no memory for a tensor. */
    private synchronized void withdraw(int bytes) {
        trim(0);
        Size size = size(bytes);
        size.used--;
        size.written--;
        if (size.used == 0) {
            sizes.remove(bytes);
        }
    }

    private Size size(int bytes) {
        return Objects.requireNonNull(sizes.get(bytes));
    }

    /** Notes that a buffer was written, and belongs to a sequence. */
    synchronized void written(ByteBuffer memory) {
        size(memory.capacity()).written--;
    }

    /** Takes back the memory of a tensor that is closed. */
    synchronized void give(ByteBuffer memory) {
        int bytes = memory.capacity();
        Size size = size(bytes);
        size.used--;
        size.spares.add(memory);
        spareBytes += bytes;
        while (size.spares.size() > (closed ? 0 : size.needed())) {
            free(size, bytes);
        }
        if (size.used == 0) {
            sizes.remove(bytes);
        }
    }

    private void free(Size size, int bytes) {
        DirectMemory.free(size.spares.remove());
        spareBytes -= bytes;
    }

    /** Frees spares until no more than these bytes are left. */
    synchronized void trim(long bytes) {
        for (Map.Entry<Integer, Size> each : sizes.entrySet()) {
            while (spareBytes > bytes && !each.getValue().spares.isEmpty()) {
                free(each.getValue(), each.getKey());
            }
        }
    }

    synchronized long spareBytes() {
        return spareBytes;
    }

    /** Frees the spares, and from now on each buffer that is given back. */
    @Override
    public synchronized void close() {
        closed = true;
        trim(0);
    }
}
