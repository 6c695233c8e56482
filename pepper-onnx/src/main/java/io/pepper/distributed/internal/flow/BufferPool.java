package io.pepper.distributed.internal.flow;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Direct buffers that are used again. New ones cost a system call, zeros, and a page fault for each page; requests of a
 * model have the same sizes again and again. Thread-safe.
 */
final class BufferPool {
    /** Smaller ones are not worth it. */
    private static final int MIN_BYTES = 1 << 12;

    private final long maxBytes;
    private final Map<Integer, Deque<ByteBuffer>> free = new HashMap<>();
    private long bytes;

    BufferPool(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Returns an empty buffer of exactly this size, with any content. */
    ByteBuffer take(int size) {
        synchronized (this) {
            Deque<ByteBuffer> same = free.get(size);
            ByteBuffer known = same == null ? null : same.poll();
            if (known != null) {
                bytes -= size;
                return known.clear();
            }
        }
        return ByteBuffer.allocateDirect(size);
    }

    /** Takes back a buffer that is no longer in use. */
    synchronized void give(ByteBuffer buffer) {
        int size = buffer.capacity();
        if (size < MIN_BYTES || size > maxBytes) {
            return;
        }
        if (bytes + size > maxBytes) { // Sizes have changed.
            free.clear();
            bytes = 0;
        }
        bytes += size;
        free.computeIfAbsent(size, none -> new ArrayDeque<>()).add(buffer);
    }

    synchronized long bytes() {
        return bytes;
    }
}
