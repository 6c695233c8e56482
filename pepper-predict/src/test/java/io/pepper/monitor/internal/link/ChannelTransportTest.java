package io.pepper.monitor.internal.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.distributed.NodeChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Measurements over a channel between two nodes, in this process. */
class ChannelTransportTest {
    private final LinkTurns here = new LinkTurns(System::nanoTime);
    private final LinkTurns there = new LinkTurns(System::nanoTime);

    /** One end of a channel. */
    private record End(String device, Pipe.SourceChannel in, Pipe.SinkChannel out) implements NodeChannel {
        @Override
        public int read(ByteBuffer target) throws IOException {
            return in.read(target);
        }

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        }

        @Override
        public void close() throws IOException {
            in.close();
            out.close();
        }
    }

    /** What the other node does. */
    private interface Other {
        void serve(NodeChannel channel) throws IOException;
    }

    private ChannelTransport transport(Other other) throws IOException {
        Pipe towards = Pipe.open();
        Pipe back = Pipe.open();
        Thread server = new Thread(() -> {
            try (End end = new End("a", towards.source(), back.sink())) {
                other.serve(end);
            } catch (IOException ended) {
                assertThat(ended).isNotNull();
            }
        });
        server.setDaemon(true);
        server.start();
        return new ChannelTransport(new End("b", back.source(), towards.sink()), here);
    }

    private ChannelTransport transport() throws IOException {
        return transport(new ChannelAnswers(there)::serve);
    }

    @Test
    void bothDirectionsAreMeasuredByTheirReceiversWithinTheBytesOfTheLimit() throws IOException {
        try (ChannelTransport transport = transport()) {
            LinkProbe.Result result =
                    new LinkProbe(transport, 4 << 20, Duration.ofSeconds(8), System::nanoTime).measure();
            assertThat(result.latencySeconds()).isPositive();
            assertThat(result.sentPerSecond()).isPositive();
            assertThat(result.receivedPerSecond()).isPositive();
            assertThat(result.bytes()).isBetween(2L * (64 << 10), 4L << 20);
            LinkTransport.Arrival arrival = transport.send(100_000);
            assertThat(arrival.bytes()).isBetween(1L, 100_000L);
            assertThat(transport.receive(1).bytes()).isEqualTo(1);
        }
    }

    @Test
    void aTurnIsFreeAgainAfterEachTransfer() throws IOException {
        try (ChannelTransport transport = transport()) {
            for (int i = 0; i < 5; i++) {
                transport.send(10);
                transport.receive(10);
            }
            transport.roundTrip(); // The other node answers it after the end of its turn.
        }
        assertThat(here.take("x")).isTrue();
        assertThat(there.take("x")).isTrue();
    }

    @Test
    void transfersBeyondTheLimitsAreRefused() throws IOException {
        try (ChannelTransport transport = transport()) {
            assertThatThrownBy(() -> transport.send(LinkHandler.MAX_BYTES + 1))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("'b' refuses a measurement");
        }
        assertThat(there.admits(LinkTurns.MAX_BYTES_IN_A_MINUTE)).isTrue();
        try (ChannelTransport transport = transport()) {
            assertThatThrownBy(() -> transport.receive(10)).hasMessageContaining("has no bytes left for measurements");
        }
    }

    @Test
    void impossibleAnswersAreRefused() throws IOException {
        Other liar = channel -> {
            ByteBuffer request = ByteBuffer.allocate(ChannelTransport.REQUEST_BYTES);
            ChannelTransport.fill(channel, request);
            channel.write(ByteBuffer.wrap(new byte[] {ChannelTransport.GRANTED}));
            ChannelTransport.fill(channel, ByteBuffer.allocate(100));
            channel.write(ByteBuffer.allocate(32)
                    .putLong(1_000)
                    .putLong(1)
                    .putLong(1)
                    .putLong(1)
                    .flip());
        };
        try (ChannelTransport transport = transport(liar)) {
            assertThatThrownBy(() -> transport.send(100)).hasMessageContaining("'b' reports an impossible transfer");
        }
        Other silent = channel -> channel.close();
        try (ChannelTransport transport = transport(silent)) {
            assertThatThrownBy(transport::roundTrip).isInstanceOf(IOException.class);
        }
    }

    @Test
    void anUnknownRequestEndsTheChannel() throws IOException {
        Pipe towards = Pipe.open();
        Pipe back = Pipe.open();
        try (End end = new End("a", towards.source(), back.sink());
                End caller = new End("b", back.source(), towards.sink())) {
            caller.write(ByteBuffer.allocate(ChannelTransport.REQUEST_BYTES)
                    .put((byte) 'X')
                    .putLong(5)
                    .flip());
            assertThatThrownBy(() -> new ChannelAnswers(there).serve(end))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("'a' asks for a transfer of 5 bytes");
        }
    }
}
