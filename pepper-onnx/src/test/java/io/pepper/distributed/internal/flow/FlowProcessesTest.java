package io.pepper.distributed.internal.flow;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.pepper.export.PartitionManifest;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.onnx.testmodels.Topologies;
import io.pepper.session.Deployed;
import io.pepper.session.RunOutputs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Nodes in other processes, one of which is killed, one stopped, and one added, while numbered requests go through. */
@Tag("cluster")
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "signals stop processes")
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class FlowProcessesTest {
    private static final int REQUESTS = Integer.getInteger("pepper.cluster.requests", 10_000);
    private static final int DIFFERENT = 50;
    private static final TestModel MODEL = Topologies.get("inception");

    @TempDir
    Path directory;

    @Test
    void requestsAreAnsweredOnceInOrderWhileNodesAreKilledStoppedAndAdded() throws Exception {
        PartitionManifest manifest = Deployed.parts(MODEL, 3, directory);
        List<Map<String, Object>> expected = expected();
        AtomicInteger wrong = new AtomicInteger();
        AtomicInteger unordered = new AtomicInteger();
        AtomicInteger answered = new AtomicInteger();
        AtomicLong last = new AtomicLong(System.nanoTime());
        AtomicLong gap = new AtomicLong();
        try (NodeProcesses nodes = new NodeProcesses(directory)) {
            nodes.start("a", 0);
            nodes.start("b", 1);
            nodes.start("c", 2);
            nodes.start("spare", 1);
            FlowTarget target =
                    new FlowTarget(FlowCluster.NAME, FlowCluster.VERSION, manifest, nodes.members(), Optional.empty());
            List<CompletableFuture<Void>> answers = new ArrayList<>();
            Thread adding = new Thread(() -> {});
            try (FlowSession session = FlowSession.open(target, FlowCluster.sessionOptions())) {
                last.set(System.nanoTime());
                for (int request = 0; request < REQUESTS; request++) {
                    if (request == REQUESTS / 4) {
                        nodes.signal("b", "KILL");
                    } else if (request == REQUESTS / 2) {
                        adding = new Thread(() -> start(nodes));
                        adding.start();
                    } else if (request == REQUESTS * 3 / 4) {
                        adding.join();
                        nodes.signal("c", "STOP");
                    }
                    int number = request;
                    answers.add(session.submit(Deployed.inputs(MODEL, number % DIFFERENT))
                            .thenAccept(outputs -> {
                                long now = System.nanoTime();
                                gap.accumulateAndGet(now - last.getAndSet(now), Math::max);
                                unordered.addAndGet(answered.getAndIncrement() == number ? 0 : 1);
                                wrong.addAndGet(copy(outputs).equals(expected.get(number % DIFFERENT)) ? 0 : 1);
                            }));
                }
                for (CompletableFuture<Void> answer : answers) {
                    answer.get();
                }
                assertThat(session.devices()).containsExactly("a", "spare", "added");
            }
        }
        assertThat(answered).hasValue(REQUESTS);
        assertThat(unordered).hasValue(0);
        assertThat(wrong).hasValue(0);
        System.out.printf("%,d requests answered; longest gap %.2f s%n", REQUESTS, gap.get() / 1e9);
    }

    private static void start(NodeProcesses nodes) {
        try {
            nodes.start("added", 2);
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static List<Map<String, Object>> expected() throws Exception {
        List<Map<String, Object>> expected = new ArrayList<>();
        try (OrtSession whole = Deployed.whole(MODEL)) {
            for (int i = 0; i < DIFFERENT; i++) {
                Map<String, OnnxTensor> inputs = Deployed.inputs(MODEL, i);
                expected.add(Deployed.answers(whole, inputs));
                Deployed.close(inputs);
            }
        }
        return expected;
    }

    private static Map<String, Object> copy(RunOutputs outputs) {
        try {
            return Deployed.answers(outputs);
        } catch (OrtException unreadable) {
            throw new IllegalStateException(unreadable);
        }
    }
}
