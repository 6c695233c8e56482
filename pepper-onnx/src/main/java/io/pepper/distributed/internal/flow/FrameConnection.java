package io.pepper.distributed.internal.flow;

import io.pepper.distributed.internal.proto.FlowHeader;
import io.pepper.distributed.internal.proto.FlowHello;
import io.pepper.distributed.internal.proto.FlowKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.LongConsumer;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.BoundedSourceQueue;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.SharedKillSwitch;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that carries frames in both directions. Sending never waits: what cannot be written yet is counted, and
 * its owner limits it. Both sides begin with a greeting, and pings are answered here. Thread-safe.
 */
final class FrameConnection {
    /** The version of the frames. */
    static final int VERSION = 1;

    private static final Logger LOG = LoggerFactory.getLogger(FrameConnection.class);
    private static final int MAX_FRAMES = 1 << 16;

    private final String name;
    private final Handler handler;
    private final LongConsumer written;
    private final FrameDecoder decoder;
    private final BoundedSourceQueue<FrameEncoder.Encoded> queue;
    private final Source<FrameEncoder.Encoded, NotUsed> source;
    private final SharedKillSwitch kill = KillSwitches.shared("frames");
    private long waiting;
    private boolean over;
    private volatile long heardNanos = System.nanoTime();
    private volatile @Nullable String device;

    /** The owner of a connection. Its methods run on the connection's thread, one at a time, and must return soon. */
    interface Handler {
        /** Returns whether the tensors of a frame are wanted. */
        boolean wants(FrameConnection connection, FlowHeader header);

        /** Receives a frame; pings, too. */
        void frame(FrameConnection connection, FlowHeader header, List<ByteBuffer> tensors) throws FrameException;

        /** Reports the end, once. */
        void closed(FrameConnection connection, String why);
    }

    private FrameConnection(
            FlowSystem system, String name, String own, FrameLimits limits, LongConsumer written, Handler handler) {
        this.name = name;
        this.handler = handler;
        this.written = written;
        this.decoder = new FrameDecoder(limits, new FrameDecoder.Receiver() {
            @Override
            public boolean wants(FlowHeader header) {
                return device != null && handler.wants(FrameConnection.this, header);
            }

            @Override
            public void frame(FlowHeader header, List<ByteBuffer> tensors) throws FrameException {
                received(header, tensors);
            }
        });
        Pair<BoundedSourceQueue<FrameEncoder.Encoded>, Source<FrameEncoder.Encoded, NotUsed>> made =
                Source.<FrameEncoder.Encoded>queue(MAX_FRAMES).preMaterialize(system.actors());
        this.queue = made.first();
        this.source = made.second();
        send(FrameEncoder.encode(FlowHeader.newBuilder()
                .setKind(FlowKind.FLOW_HELLO)
                .setHello(FlowHello.newBuilder().setVersion(VERSION).setDevice(own))));
    }

    /**
     * Starts a connection. Frames can be sent at once.
     *
     * @param system the streams
     * @param flow the bytes of the other side
     * @param name the name of the other side in messages
     * @param own the device name of this side; empty for a caller
     * @param limits the limits of frames
     * @param written hears how many bytes of tensors have left the queue
     * @param handler the owner
     */
    @SuppressWarnings("serial") // Pekko's functions are serializable, and are never serialized here.
    static FrameConnection start(
            FlowSystem system,
            Flow<ByteString, ByteString, ?> flow,
            String name,
            String own,
            FrameLimits limits,
            LongConsumer written,
            Handler handler) {
        FrameConnection made = new FrameConnection(system, name, own, limits, written, handler);
        CompletionStage<Done> ended = made.source
                .via(made.kill.flow())
                .map(made::outgoing)
                .via(flow)
                .toMat(Sink.foreach(made::incoming), Keep.right())
                .run(system.actors());
        ended.whenComplete((done, failure) -> made.ended(failure));
        return made;
    }

    /** Counts bytes of tensors as written, unless the end of the connection has counted them. */
    private void account(long bytes) {
        synchronized (this) {
            if (over) {
                return;
            }
            waiting -= bytes;
        }
        written.accept(bytes);
    }

    private ByteString outgoing(FrameEncoder.Encoded frame) {
        account(frame.bytes());
        ByteString bytes = ByteString.fromArrayUnsafe(frame.pieces().get(0));
        for (byte[] piece : frame.pieces().subList(1, frame.pieces().size())) {
            bytes = bytes.concat(ByteString.fromArrayUnsafe(piece));
        }
        return bytes;
    }

    private void incoming(ByteString bytes) throws FrameException {
        heardNanos = System.nanoTime();
        decoder.feed(bytes.asByteBuffer());
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

    private void ended(@Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause != null && !(cause instanceof IOException)) {
            LOG.debug("the connection with {} ends", name, cause);
        }
        queue.complete();
        long left;
        synchronized (this) {
            over = true;
            left = waiting;
            waiting = 0;
        }
        written.accept(left);
        handler.closed(this, cause == null ? name + " closed the connection" : name + ": " + cause.getMessage());
    }

    /**
     * Sends a frame after those before it. Its bytes are reported to {@code written} once, also if it is not taken.
     *
     * @return whether the connection takes it; it does not after its end, nor if too many frames wait
     */
    boolean send(FrameEncoder.Encoded frame) {
        synchronized (this) {
            if (over) {
                written.accept(frame.bytes());
                return false;
            }
            waiting += frame.bytes();
        }
        if (queue.offer(frame).isEnqueued()) {
            return true;
        }
        account(frame.bytes());
        return false;
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

    /** Returns the bytes of tensors that wait to be written. */
    synchronized long waitingBytes() {
        return waiting;
    }

    /** Ends the connection after the frames that were sent. */
    void finish() {
        queue.complete();
    }

    /** Ends the connection at once. */
    void abort(String why) {
        kill.abort(new IOException(why));
    }

    @Override
    public String toString() {
        return name;
    }
}
