package io.pepper.distributed.internal.flow;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The frames of a connection that wait to be written, and whose turn it is to write: one thread at a time, so that frames
 * keep their order. Thread-safe.
 */
final class FrameQueue {
    private final int limit;
    private final Deque<Outgoing> waiting = new ArrayDeque<>();
    private boolean writing;
    private boolean finished;
    private boolean over;

    /** The way of a frame. */
    enum Turn {
        /** The caller writes it now, and passes its turn on. */
        WRITE,
        /** The connection's thread writes it later. */
        WAIT,
        /** It is not written. */
        REFUSED
    }

    /** A frame, and what is left of it to write. For one thread at a time. */
    static final class Outgoing {
        private final FrameEncoder.Encoded frame;
        private final ByteBuffer[] left;

        Outgoing(FrameEncoder.Encoded frame) {
            this.frame = frame;
            this.left = frame.pieces().stream().map(ByteBuffer::duplicate).toArray(ByteBuffer[]::new);
        }

        /** Returns the pieces, whose positions are those of the next bytes. */
        ByteBuffer[] left() {
            return left;
        }

        /** Ends the use of the frame: it was written, or will never be. */
        void over() {
            frame.tensors().forEach(WireTensor::keep);
            frame.done().run();
        }
    }

    FrameQueue(int limit) {
        this.limit = limit;
    }

    /**
     * Adds a frame after those before it.
     *
     * @param frame the frame
     * @param mayWrite whether the caller can write it without waiting
     * @return its way
     */
    synchronized Turn add(Outgoing frame, boolean mayWrite) {
        if (over || finished || waiting.size() >= limit) {
            return Turn.REFUSED;
        }
        if (mayWrite && !writing && waiting.isEmpty()) {
            writing = true;
            return Turn.WRITE;
        }
        waiting.add(frame);
        notifyAll();
        return Turn.WAIT;
    }

    /**
     * Ends a turn.
     *
     * @param rest a frame that is not written completely, which goes first; null for none
     * @return whether the rest will be written
     */
    synchronized boolean pass(@Nullable Outgoing rest) {
        writing = false;
        if (rest != null && !over) {
            waiting.addFirst(rest);
        }
        if (!waiting.isEmpty() || finished || over) {
            notifyAll();
        }
        return !over;
    }

    /** Waits for the next frame and a turn; null after the last one. */
    synchronized @Nullable Outgoing take() throws InterruptedException {
        while (!over && (writing || (waiting.isEmpty() && !finished))) {
            wait();
        }
        Outgoing next = over ? null : waiting.poll();
        writing = writing || next != null;
        return next;
    }

    /** Takes no further frames. */
    synchronized void finish() {
        finished = true;
        notifyAll();
    }

    /** Ends all turns, and returns the frames that wait. */
    synchronized List<Outgoing> end() {
        over = true;
        List<Outgoing> left = List.copyOf(waiting);
        waiting.clear();
        notifyAll();
        return left;
    }
}
