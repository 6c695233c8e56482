package io.pepper.distributed.internal.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.pepper.distributed.internal.flow.Members;
import io.pepper.distributed.internal.proto.Chunk;
import io.pepper.distributed.internal.proto.Envelope;
import io.pepper.distributed.internal.proto.Fetch;
import io.pepper.distributed.internal.proto.Hello;
import io.pepper.distributed.internal.proto.NodeState;
import io.pepper.distributed.internal.proto.Question;
import io.pepper.distributed.internal.proto.Signed;
import io.pepper.model.Isolation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.pekko.actor.Address;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that get unusual messages, and nodes that the cluster removes. */
class NodeServiceTest {
    private static final Duration SILENCE = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    private Path directory;

    private final List<NodeService> nodes = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        start("a");
    }

    private NodeService start(String name) throws IOException {
        SystemSettings system = new SystemSettings(
                "127.0.0.1",
                "127.0.0.1",
                0,
                List.of(SystemSettings.NODE, SystemSettings.device(name)),
                Optional.empty(),
                SILENCE,
                SILENCE,
                "keep-oldest",
                1);
        NodeService node = NodeService.start(new NodeSettings(
                name,
                "",
                Map.of(),
                "",
                directory.resolve(name),
                nodes.stream().limit(1).map(NodeService::address).toList(),
                PATIENCE,
                Set.of("admin"),
                Isolation.DEFAULTS,
                1,
                OptionalLong.empty(),
                OptionalLong.empty(),
                List.of(),
                system));
        nodes.add(node);
        return node;
    }

    @AfterEach
    void stop() throws IOException {
        for (NodeService node : nodes) {
            node.close();
        }
    }

    private ClusterSystem system(int node) {
        return nodes.get(node).membership().orElseThrow().system();
    }

    private Envelope ask(Envelope.Builder message) throws Exception {
        return system(0).ask(nodes.get(0).address(), message.build(), PATIENCE).get();
    }

    @Test
    void anotherVersionOfTheMessagesIsRefusedByName() throws Exception {
        Envelope answer = ask(Envelope.newBuilder().setWire(Wire.VERSION + 1).setHello(Signed.getDefaultInstance()));
        assertThat(answer.getRefusal().getReason())
                .contains("this member uses version 1 of the cluster's messages, the sender 2");
    }

    @Test
    void aTakenNameIsRefusedAndAnotherIsWelcome() throws Exception {
        Hello hello = Hello.newBuilder()
                .setName("a")
                .setAddress("127.0.0.1:1")
                .setSplitBrain("keep-oldest")
                .build();
        assertThat(greet(hello).getRefusal().getReason()).contains("the name 'a' is taken by the node at");
        assertThat(greet(hello.toBuilder().setName("b").build()).hasState()).isTrue();
        assertThat(greet(hello.toBuilder().setClient(true).build()).hasState()).isTrue();
    }

    private Envelope greet(Hello hello) throws Exception {
        return ask(Envelope.newBuilder().setHello(Signed.newBuilder().setBody(hello.toByteString())));
    }

    @Test
    void strangeMessagesAreRefusedAndTheNodeAnswersOn() throws Exception {
        Signed garbage = Signed.newBuilder()
                .setBody(ByteString.copyFromUtf8("\u0001garbage"))
                .build();
        List<Envelope.Builder> strange = List.of(
                Envelope.newBuilder(),
                Envelope.newBuilder().setHello(garbage),
                Envelope.newBuilder().setOrder(garbage),
                Envelope.newBuilder().setState(garbage),
                Envelope.newBuilder().setChunk(Chunk.newBuilder().setSha256("../../x")),
                Envelope.newBuilder()
                        .setFetch(Fetch.newBuilder().setDeployment("..").setVersion("..")),
                Envelope.newBuilder()
                        .setFetch(Fetch.newBuilder()
                                .setDeployment("x")
                                .setVersion("y")
                                .setOffset(-1)));
        for (Envelope.Builder message : strange) {
            assertThat(ask(message).hasRefusal()).as(message.toString()).isTrue();
        }
        Envelope state =
                ask(Envelope.newBuilder().setQuestion(Question.newBuilder().setNonce(ByteString.copyFromUtf8("n"))));
        assertThat(NodeState.parseFrom(state.getState().getBody()).getName()).isEqualTo("a");
    }

    @Test
    void aRemovedNodeJoinsAgainInTheSameProcess() throws Exception {
        BlockingQueue<String> events = new LinkedBlockingQueue<>();
        Members.Registration registration = nodes.get(0).directory().listen(new Members.Listener() {
            @Override
            public void lost(String device) {
                events.add("lost " + device);
            }

            @Override
            public void back(String device) {
                events.add("back " + device);
            }
        });
        NodeService second = start("b");
        until(events, "back b");
        String address = second.address();
        Address joined = system(1).cluster().selfAddress();
        system(0).cluster().down(joined);
        until(events, "lost b");
        until(events, "back b");
        registration.close();
        for (int look = 0; look < 1_000 && second.rejoined() == 0; look++) {
            Thread.sleep(20); // The others see the node before it counts the end of its joining.
        }
        assertThat(second.rejoined()).isEqualTo(1);
        assertThat(second.address()).isEqualTo(address);
        assertThat(nodes.get(0).directory().address("b")).isPresent();
    }

    private static void until(BlockingQueue<String> events, String wanted) throws InterruptedException {
        String event;
        do {
            event = events.poll(60, java.util.concurrent.TimeUnit.SECONDS);
            assertThat(event).as("waiting for " + wanted).isNotNull();
        } while (!wanted.equals(event));
    }
}
