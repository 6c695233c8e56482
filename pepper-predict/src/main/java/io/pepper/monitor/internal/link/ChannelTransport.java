package io.pepper.monitor.internal.link;

import io.pepper.distributed.NodeChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.SplittableRandom;

/*
 * A request is a byte and the number of bytes to transfer (8 bytes). The answer is a byte. After GRANTED, the bytes follow;
 * then the receiver of a transfer towards the other node answers with four numbers (8 bytes each), and the receiver of one
 * from there sends a byte.
 */
/**
 * Exchanges with another node of a cluster over a channel, which has the transport of tensors. The answers are not trusted.
 * Not thread-safe, except that any thread may close it.
 */
final class ChannelTransport implements LinkTransport {
    static final byte PING = 'P';
    static final byte SEND = 'S';
    static final byte RECEIVE = 'R';
    static final byte GRANTED = 0;
    static final byte BUSY = 1;
    static final byte USED_UP = 2;
    static final byte WRONG = 3;

    static final int REQUEST_BYTES = 1 + Long.BYTES;
    static final int NUMBERS = 4;
    static final int BLOCK = 64 << 10;

    private final NodeChannel channel;
    private final LinkTurns turns;
    private final ByteBuffer noise = noise();
    private final ByteBuffer small = ByteBuffer.allocate(Math.max(REQUEST_BYTES, NUMBERS * Long.BYTES));
    private volatile boolean closed;

    /**
     * Creates a transport.
     *
     * @param channel the channel, which closes with the transport
     * @param turns the turns of this node
     */
    ChannelTransport(NodeChannel channel, LinkTurns turns) {
        this.channel = channel;
        this.turns = turns;
    }

    /** Returns bytes that no link compresses. */
    static ByteBuffer noise() {
        byte[] bytes = new byte[BLOCK];
        new SplittableRandom(1).nextBytes(bytes);
        return ByteBuffer.allocateDirect(BLOCK).put(bytes).flip();
    }

    @Override
    public long roundTrip() throws IOException {
        long begin = System.nanoTime();
        byte answer = ask(PING, 1);
        long nanos = System.nanoTime() - begin;
        require(answer);
        return nanos;
    }

    private byte ask(byte what, long bytes) throws IOException {
        channel.write(small.clear().put(what).putLong(bytes).flip());
        small.clear().limit(1);
        fill(channel, small);
        return small.get(0);
    }

    /** Reads until a buffer is full. */
    static void fill(NodeChannel channel, ByteBuffer target) throws IOException {
        while (target.hasRemaining()) {
            if (channel.read(target) < 0) {
                throw new IOException("'" + channel.device() + "' closed the channel");
            }
        }
    }

    /** Sends bytes that mean nothing. */
    static void send(NodeChannel channel, ByteBuffer noise, long bytes) throws IOException {
        for (long left = bytes; left > 0; left -= BLOCK) {
            channel.write(noise.duplicate().limit((int) Math.min(BLOCK, left)));
        }
    }

    /** Receives bytes that mean nothing, and measures their arrival. */
    static Arrival receive(NodeChannel channel, long bytes) throws IOException {
        HalfClock clock = new HalfClock(bytes, System::nanoTime);
        ByteBuffer block = ByteBuffer.allocateDirect(HalfClock.BLOCK);
        while (!clock.isComplete()) {
            block.clear().limit((int) Math.min(HalfClock.BLOCK, clock.left()));
            int count = channel.read(block);
            if (count < 0) {
                break;
            }
            clock.arrived(count);
        }
        return clock.arrival();
    }

    private void require(byte answer) throws IOException {
        if (answer != GRANTED) {
            throw new IOException("'" + channel.device() + "' "
                    + (answer == USED_UP
                            ? "has no bytes left for measurements in this minute"
                            : "refuses a measurement: " + answer));
        }
    }

    @Override
    public Arrival send(long bytes) throws IOException {
        return inTurn(SEND, bytes, () -> {
            send(channel, noise, bytes);
            small.clear();
            fill(channel, small.limit(NUMBERS * Long.BYTES));
            small.flip();
            Arrival arrival = arrival(small.getLong(), small.getLong(), small.getLong(), small.getLong());
            if (arrival.bytes() > bytes || arrival.tailBytes() > bytes) {
                throw new IOException("'" + channel.device() + "' reports an impossible transfer");
            }
            return arrival;
        });
    }

    private Arrival arrival(long bytes, long nanos, long tailBytes, long tailNanos) throws IOException {
        try {
            return new Arrival(bytes, nanos, tailBytes, tailNanos);
        } catch (IllegalArgumentException impossible) {
            throw new IOException("'" + channel.device() + "' reports " + impossible.getMessage(), impossible);
        }
    }

    @Override
    public Arrival receive(long bytes) throws IOException {
        return inTurn(RECEIVE, bytes, () -> {
            Arrival arrival = receive(channel, bytes);
            channel.write(small.clear().put(GRANTED).flip());
            return arrival;
        });
    }

    /** A transfer during which neither node takes part in another one. */
    @FunctionalInterface
    private interface Transfer {
        Arrival run() throws IOException;
    }

    private Arrival inTurn(byte what, long bytes, Transfer transfer) throws IOException {
        return turns.inTurn("'" + channel.device() + "'", () -> closed, () -> {
            byte answer = ask(what, bytes);
            if (answer == BUSY) {
                return Optional.empty();
            }
            require(answer);
            return Optional.of(transfer.run());
        });
    }

    @Override
    public void close() throws IOException {
        closed = true;
        channel.close();
    }
}
