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
    /** A smaller buffer counts as one of this size, since its objects take memory, too. */
    private static final int MIN_COUNTED = 1 << 9;

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
                bytes -= counted(size);
                return known.clear();
            }
        }
        return ByteBuffer.allocateDirect(size);
    }

    /** Takes back a buffer that is no longer in use. */
    synchronized void give(ByteBuffer buffer) {
        int size = buffer.capacity();
        if (size == 0 || counted(size) > maxBytes) {
            return;
        }
        if (bytes + counted(size) > maxBytes) { // Sizes have changed.
            free.clear();
            bytes = 0;
        }
        bytes += counted(size);
        free.computeIfAbsent(size, none -> new ArrayDeque<>()).add(buffer);
    }

    private static int counted(int size) {
        return Math.max(size, MIN_COUNTED);
    }

    /** Returns the bytes of the buffers that are free. */
    synchronized long bytes() {
        return bytes;
    }
}
