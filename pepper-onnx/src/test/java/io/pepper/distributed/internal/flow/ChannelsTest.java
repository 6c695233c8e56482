package io.pepper.distributed.internal.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.onnx.testmodels.Topologies;
import io.pepper.session.Deployed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams of bytes between nodes, over connections as those for tensors. */
class ChannelsTest {
    @TempDir
    private Path directory;

    private FlowCluster cluster() throws Exception {
        Deployed.parts(Topologies.get("inception"), 2, directory);
        return new FlowCluster(directory).node("a").node("b");
    }

    private static void readFully(PeerChannel channel, ByteBuffer target) throws IOException {
        while (target.hasRemaining()) {
            if (channel.read(target) < 0) {
                throw new IOException("the end");
            }
        }
    }

    @Test
    void bytesComeBackAsTheyWereSentWhateverTheirNumber() throws Exception {
        try (FlowCluster cluster = cluster()) {
            AtomicReference<String> caller = new AtomicReference<>("");
            cluster.host("b").serveChannels("echo", channel -> {
                caller.set(channel.device());
                ByteBuffer buffer = ByteBuffer.allocate(1_000);
                while (channel.read(buffer.clear()) >= 0) {
                    channel.write(buffer.flip());
                }
            });
            Random random = new Random(3);
            try (PeerChannel channel = cluster.host("a").openChannel("b", "echo")) {
                assertThat(channel.device()).isEqualTo("b");
                for (int size : new int[] {1, 7, 4_096, 70_000}) {
                    byte[] sent = new byte[size];
                    random.nextBytes(sent);
                    channel.write(ByteBuffer.wrap(sent));
                    ByteBuffer back = ByteBuffer.allocate(size);
                    readFully(channel, back);
                    assertThat(back.array()).isEqualTo(sent);
                }
            }
            assertThat(caller).hasValue("a");
        }
    }

    @Test
    void aChannelThatNobodyAnswersAndANodeThatIsAwayAreNamed() throws Exception {
        try (FlowCluster cluster = cluster()) {
            assertThatThrownBy(() -> cluster.host("a").openChannel("b", "none"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("'b' offers no 'none'");
            assertThatThrownBy(() -> cluster.host("a").openChannel("c", "none"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("'c' is not a reachable member");
        }
    }

    @Test
    void noMoreChannelsAreOpenThanTheLimitAndClosedOnesMakeRoom() throws Exception {
        try (FlowCluster cluster = cluster()) {
            cluster.host("b").serveChannels("wait", channel -> {
                ByteBuffer buffer = ByteBuffer.allocate(1);
                while (channel.read(buffer.clear()) >= 0) {
                    Thread.onSpinWait();
                }
            });
            List<PeerChannel> open = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                open.add(cluster.host("a").openChannel("b", "wait"));
            }
            assertThatThrownBy(() -> cluster.host("a").openChannel("b", "wait"))
                    .hasMessageContaining("'b' has 8 open channels");
            for (PeerChannel channel : open) {
                channel.close();
            }
            FlowCluster.await(() -> {
                try (PeerChannel channel = cluster.host("a").openChannel("b", "wait")) {
                    return channel.device().equals("b");
                } catch (IOException full) {
                    return false;
                }
            });
        }
    }

    @Test
    void aServerThatFailsEndsItsChannelAlone() throws Exception {
        try (FlowCluster cluster = cluster()) {
            cluster.host("b").serveChannels("fails", channel -> {
                throw new IOException("no");
            });
            for (int i = 0; i < 20; i++) {
                try (PeerChannel channel = cluster.host("a").openChannel("b", "fails")) {
                    assertThat(channel.read(ByteBuffer.allocate(1))).isNegative();
                }
            }
        }
    }

    @Test
    void closingTheHostEndsItsChannels() throws Exception {
        FlowCluster cluster = cluster();
        cluster.host("b").serveChannels("wait", channel -> {
            ByteBuffer buffer = ByteBuffer.allocate(1);
            while (channel.read(buffer.clear()) >= 0) {
                Thread.onSpinWait();
            }
        });
        PeerChannel channel = cluster.host("a").openChannel("b", "wait");
        cluster.close();
        try (channel) {
            assertThat(channel.read(ByteBuffer.allocate(1))).isNegative();
        } catch (IOException reset) {
            assertThat(reset).hasMessageContaining("reset");
        }
    }
}
