package io.pepper.distributed.internal.flow;

import io.pepper.distributed.internal.proto.FlowHeader;
import io.pepper.distributed.internal.proto.FlowHello;
import io.pepper.distributed.internal.proto.FlowKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that carries frames in both directions. One thread reads, and another one writes. Sending never waits:
 * what cannot be written yet is counted, and its owner limits it. Both sides begin with a greeting, and pings are
 * answered here. Thread-safe.
 */
final class FrameConnection {
    /** The version of the frames. */
    static final int VERSION = 1;

    private static final Logger LOG = LoggerFactory.getLogger(FrameConnection.class);
    private static final int MAX_FRAMES = 1 << 16;
    private static final int READING = 1 << 16;
    private static final long LINGER_MILLIS = 1_000;

    private final String name;
    private final Handler handler;
    private final FrameDecoder decoder;
    private final FrameQueue queue = new FrameQueue(MAX_FRAMES);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final CountDownLatch flushed = new CountDownLatch(1);
    private volatile @Nullable Wire wire;
    private @Nullable String why;
    private volatile long heardNanos = System.nanoTime();
    private volatile @Nullable String device;
    private volatile @Nullable Successor successor;

    /** Takes over the bytes of a connection. */
    interface Successor {
        /** Uses the connection, on the thread that has read from it; it is closed afterwards. */
        void take(String device, Wire wire);
    }

    /** The owner of a connection. Its methods run on the connection's thread, one at a time, and must return soon. */
    interface Handler {
        /** Returns whether the tensors of a frame are wanted. */
        boolean wants(FrameConnection connection, FlowHeader header);

        /** Receives a frame; pings, too. */
        void frame(FrameConnection connection, FlowHeader header, List<ByteBuffer> tensors) throws FrameException;

        /** Reports the end, once. */
        void closed(FrameConnection connection, String why);
    }

    private FrameConnection(String name, String own, IntFunction<ByteBuffer> memory, Handler handler) {
        this.name = name;
        this.handler = handler;
        this.decoder = new FrameDecoder(FrameLimits.DEFAULTS, memory, new FrameDecoder.Receiver() {
            @Override
            public boolean wants(FlowHeader header) {
                return device != null && handler.wants(FrameConnection.this, header);
            }

            @Override
            public void frame(FlowHeader header, List<ByteBuffer> tensors) throws FrameException {
                received(header, tensors);
            }
        });
        send(FrameEncoder.encode(FlowHeader.newBuilder()
                .setKind(FlowKind.FLOW_HELLO)
                .setHello(FlowHello.newBuilder().setVersion(VERSION).setDevice(own))));
    }

    /**
     * Starts a connection. Frames can be sent at once.
     *
     * @param opener opens the connection
     * @param name the name of the other side in messages
     * @param own the device name of this side; empty for a caller
     * @param memory gives an empty direct buffer of exactly a size
     * @param handler the owner
     */
    static FrameConnection start(
            Sockets.Opener opener, String name, String own, IntFunction<ByteBuffer> memory, Handler handler) {
        FrameConnection made = new FrameConnection(name, own, memory, handler);
        thread(() -> made.read(opener), "pepper-read-" + name);
        return made;
    }

    private static void thread(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void read(Sockets.Opener opener) {
        try (Wire opened = opener.open()) {
            try {
                synchronized (this) {
                    wire = opened;
                    if (why != null) {
                        throw new IOException(why);
                    }
                }
                heardNanos = System.nanoTime();
                thread(() -> write(opened), "pepper-write-" + name);
                readAll(opened);
                handOver(opened);
            } catch (IOException | RuntimeException | Error failed) {
                broken(failed); // Before the closing, since what fails because of that is not the reason.
            }
        } catch (IOException | RuntimeException | Error failed) {
            broken(failed);
        } finally {
            end();
        }
    }

    private void readAll(Wire opened) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(READING);
        while (true) {
            ByteBuffer filling = decoder.filling();
            int count = opened.read(filling == null ? buffer.clear() : filling);
            if (count < 0) {
                return;
            }
            heardNanos = System.nanoTime();
            if (filling == null) {
                decoder.feed(buffer.flip());
            } else {
                decoder.filled();
            }
            if (successor != null) {
                return;
            }
        }
    }

    private void handOver(Wire opened) throws IOException {
        Successor next = successor;
        String other = device;
        if (next == null || other == null) {
            return;
        }
        try {
            if (!flushed.await(LINGER_MILLIS, TimeUnit.MILLISECONDS)) {
                opened.close(); // The successor finds out.
            }
            next.take(other, opened);
        } catch (InterruptedException never) {
            throw new IOException("the reading thread was interrupted", never);
        }
    }

    /**
     * Sends a last frame, after which the connection carries other bytes. For the handler, while it receives a frame.
     *
     * @param last the last frame
     * @param next takes over the connection
     */
    void handOver(FrameEncoder.Encoded last, Successor next) {
        successor = next;
        if (!send(last)) {
            abort("too many frames wait");
        }
        queue.finish();
    }

    private void end() {
        String reason;
        synchronized (this) {
            reason = why;
        }
        ended.countDown();
        queue.end().forEach(FrameQueue.Outgoing::over);
        handler.closed(this, reason == null ? name + " closed the connection" : reason);
    }

    private void write(Wire opened) {
        try {
            for (FrameQueue.Outgoing frame = queue.take(); frame != null; frame = queue.take()) {
                try {
                    opened.write(frame.left());
                } finally {
                    over(frame);
                }
            }
            if (successor != null) {
                flushed.countDown();
                return;
            }
            opened.finish();
            if (!ended.await(LINGER_MILLIS, TimeUnit.MILLISECONDS)) {
                opened.close();
            }
        } catch (IOException | RuntimeException | Error failed) {
            broken(failed);
        } catch (InterruptedException never) {
            abort("the writing thread was interrupted");
        }
    }

    private void broken(Throwable failed) {
        LOG.debug("the connection with {} ends", name, failed);
        abort(name + ": " + (failed.getMessage() == null ? failed.toString() : failed.getMessage()));
    }

    /** Ends a turn after the last byte of a frame. */
    private void over(FrameQueue.Outgoing frame) {
        frame.over();
        boolean more = queue.pass(null);
        LOG.trace("{} takes further frames: {}", name, more);
    }

    private void received(FlowHeader header, List<ByteBuffer> tensors) throws FrameException {
        if (device == null) {
            greeted(header);
            return;
        }
        if (header.getKind() == FlowKind.FLOW_PING) {
            send(FrameEncoder.encode(FlowHeader.newBuilder()
                    .setKind(FlowKind.FLOW_PONG)
                    .setNonce(header.getNonce())
                    .setClockNanos(System.nanoTime())));
        }
        handler.frame(this, header, tensors);
    }

    private void greeted(FlowHeader header) throws FrameException {
        if (header.getKind() != FlowKind.FLOW_HELLO) {
            throw new FrameException(name + " sends no greeting first");
        }
        if (header.getHello().getVersion() != VERSION) {
            throw new FrameException(name + " sends frames of version "
                    + Integer.toUnsignedString(header.getHello().getVersion()) + ", this side reads version " + VERSION
                    + "; run the same version of PEPPER on both");
        }
        device = header.getHello().getDevice();
    }

    /**
     * Sends a frame after those before it: at once as far as the connection takes it without waiting, or else later on
     * the writing thread. Its {@code done} is called once, also if it is not taken.
     *
     * @return whether the connection takes it; it does not after its end, nor if too many frames wait
     */
    boolean send(FrameEncoder.Encoded frame) {
        FrameQueue.Outgoing outgoing = new FrameQueue.Outgoing(frame);
        Wire open = wire;
        FrameQueue.Turn turn = queue.add(outgoing, open != null && open.writesAtOnce());
        if (turn == FrameQueue.Turn.REFUSED) {
            outgoing.over();
        } else if (turn == FrameQueue.Turn.WRITE && open != null) {
            writeNow(open, outgoing);
        }
        return turn != FrameQueue.Turn.REFUSED;
    }

    private void writeNow(Wire open, FrameQueue.Outgoing frame) {
        boolean all = true;
        try {
            all = open.tryWrite(frame.left());
        } catch (IOException | RuntimeException | Error failed) {
            broken(failed);
        }
        if (all) {
            over(frame);
        } else if (!queue.pass(frame)) {
            frame.over();
        }
    }

    /** Sends a ping; its answer comes as a frame. */
    void ping(long nonce, long oldestRequest, String session) {
        send(FrameEncoder.encode(FlowHeader.newBuilder()
                .setKind(FlowKind.FLOW_PING)
                .setSession(session)
                .setRequest(oldestRequest)
                .setNonce(nonce)));
    }

    /** Returns the nanoseconds since the other side was heard. */
    long silentNanos() {
        return System.nanoTime() - heardNanos;
    }

    /** Ends the connection after the frames that were sent. */
    void finish() {
        queue.finish();
    }

    /** Ends the connection at once. */
    void abort(String reason) {
        Wire open;
        synchronized (this) {
            why = why == null ? reason : why;
            open = wire;
        }
        if (open != null) {
            try {
                open.close();
            } catch (IOException failed) {
                LOG.debug("the connection with {} cannot be closed", name, failed);
            }
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
