package io.pepper.monitor.internal.link;

import io.pepper.distributed.NodeChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.UUID;

/**
 * The answers of a node to {@link ChannelTransport}: small exchanges, and bounded transfers in both directions, one at a
 * time. Thread-safe.
 */
final class ChannelAnswers {
    private final LinkTurns turns;
    private final ByteBuffer noise = ChannelTransport.noise();

    ChannelAnswers(LinkTurns turns) {
        this.turns = turns;
    }

    /** Answers until the other node closes the channel. */
    void serve(NodeChannel channel) throws IOException {
        ByteBuffer request = ByteBuffer.allocate(ChannelTransport.REQUEST_BYTES);
        while (true) {
            request.clear();
            if (channel.read(request) < 0) {
                return;
            }
            ChannelTransport.fill(channel, request);
            request.flip();
            byte what = request.get();
            long bytes = request.getLong();
            if (what == ChannelTransport.PING) {
                answer(channel, ChannelTransport.GRANTED);
            } else {
                transfer(channel, what, bytes);
            }
        }
    }

    private static void answer(NodeChannel channel, byte answer) throws IOException {
        channel.write(ByteBuffer.wrap(new byte[] {answer}));
    }

    private void transfer(NodeChannel channel, byte what, long bytes) throws IOException {
        boolean sends = what == ChannelTransport.RECEIVE;
        if ((!sends && what != ChannelTransport.SEND) || bytes < 1 || bytes > LinkHandler.MAX_BYTES) {
            answer(channel, ChannelTransport.WRONG);
            throw new IOException("'" + channel.device() + "' asks for a transfer of " + bytes + " bytes");
        }
        String token = UUID.randomUUID().toString();
        if (!turns.take(token) || !turns.begin(token)) {
            answer(channel, ChannelTransport.BUSY);
            return;
        }
        try {
            if (!turns.admits(bytes)) {
                answer(channel, ChannelTransport.USED_UP);
                return;
            }
            answer(channel, ChannelTransport.GRANTED);
            if (sends) {
                ChannelTransport.send(channel, noise, bytes);
                ChannelTransport.fill(channel, ByteBuffer.allocate(1));
            } else {
                LinkTransport.Arrival arrival = ChannelTransport.receive(channel, bytes);
                channel.write(ByteBuffer.allocate(ChannelTransport.NUMBERS * Long.BYTES)
                        .putLong(arrival.bytes())
                        .putLong(arrival.nanos())
                        .putLong(arrival.tailBytes())
                        .putLong(arrival.tailNanos())
                        .flip());
            }
        } finally {
            turns.end(token);
        }
    }
}
