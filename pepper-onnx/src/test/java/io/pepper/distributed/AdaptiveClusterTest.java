package io.pepper.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Link;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.ModelSegments;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.onnx.testmodels.Topologies;
import io.pepper.plan.Constraints;
import io.pepper.plan.CostModel;
import io.pepper.plan.Objective;
import io.pepper.plan.Placement;
import io.pepper.plan.Replanner;
import io.pepper.session.AdaptiveOptions;
import io.pepper.session.AdaptiveSession;
import io.pepper.session.Deployed;
import io.pepper.session.HopMetrics;
import io.pepper.session.RunOutputs;
import io.pepper.session.SessionListener;
import io.pepper.session.StageException;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Prediction;
import io.pepper.workload.WorkloadMeasure;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A session on a cluster that follows loads, and that outlives the loss of a node without a spare. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class AdaptiveClusterTest {
    private static final TestModel MODEL = Topologies.get("inception");
    private static final int REQUESTS = 60;
    private static final Replanner.Patience AT_ONCE = new Replanner.Patience(0, Duration.ZERO, 0, 1);

    @TempDir
    private Path directory;

    private TestCluster cluster;
    private ClusterClient client;
    private OnnxModel model;
    private ModelSegments segments;
    private OrtSession whole;
    private final List<List<String>> moves = new CopyOnWriteArrayList<>();
    private final List<String> lost = new CopyOnWriteArrayList<>();

    private final SessionListener listener = new SessionListener() {
        @Override
        public void moved(Placement placement, long nanos) {
            moves.add(devices(placement));
        }

        @Override
        public void nodeLost(String device, String reason) {
            lost.add(device);
        }
    };

    @BeforeEach
    void start() throws Exception {
        cluster = new TestCluster(directory);
        cluster.node("a");
        cluster.node("b");
        cluster.node("c");
        client = cluster.client();
        model = OnnxModel.load(MODEL.bytes(), MODEL.name());
        ModelCosts costs = model.costs(model.shapes());
        segments = costs.segments(model.cuts().list());
        whole = Deployed.whole(MODEL);
    }

    @AfterEach
    void stop() throws Exception {
        whole.close();
        model.close();
        cluster.close();
    }

    private static List<String> devices(Placement placement) {
        return placement.parts().stream().map(part -> part.device().name()).toList();
    }

    /** Each device takes a second for a segment, c ten times as long, and a busy one twenty times as long. */
    private static final LatencyPredictor PREDICTOR = (piece, threads, state) -> {
        double seconds = (1 + piece.get(WorkloadMeasure.PARALLEL_FLOPS).orElse(0) * 1e-9)
                * (state.device().equals("c") ? 10 : 1)
                * (1 + state.cpuLoadPercent().orElse(0) / 5);
        return new Prediction(seconds, seconds, false);
    };

    private Replanner replanner(Constraints constraints) {
        Cluster planned = Cluster.builder()
                .device(Device.of("a"))
                .device(Device.of("b"))
                .device(Device.of("c"))
                .defaultLink(Link.of(1e9, 1e-4))
                .build();
        return Replanner.builder(segments, CostModel.of(planned, PREDICTOR))
                .objective(Objective.THROUGHPUT)
                .constraints(constraints)
                .patience(AT_ONCE)
                .build();
    }

    private AdaptiveSession.Opener opener() {
        return ClusterSession.opener(
                client,
                "adaptive",
                model,
                segments,
                directory.resolve("work"),
                ClusterSessionOptions.DEFAULTS.withListener(listener));
    }

    private Set<String> absent() {
        Set<String> absent = new TreeSet<>(Set.of("a", "b", "c"));
        try {
            client.nodes().stream()
                    .filter(NodeInfo::reachable)
                    .map(NodeInfo::name)
                    .forEach(absent::remove);
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
        return absent;
    }

    /** Submits requests, and does something after a third of them. All answers must be right, and in order. */
    private void requests(AdaptiveSession session, Runnable meanwhile) throws Exception {
        List<CompletableFuture<Map<String, Object>>> answers = new ArrayList<>();
        List<Map<String, Object>> expected = new ArrayList<>();
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        for (int i = 0; i < REQUESTS; i++) {
            if (i == REQUESTS / 3) {
                meanwhile.run();
            }
            int number = i;
            Map<String, OnnxTensor> inputs = Deployed.inputs(MODEL, i);
            expected.add(Deployed.answers(whole, inputs));
            answers.add(session.submit(inputs).thenApply(outputs -> {
                order.add(number);
                try {
                    return Deployed.answers(outputs);
                } catch (ai.onnxruntime.OrtException failed) {
                    throw new IllegalStateException(failed);
                }
            }));
        }
        for (int i = 0; i < REQUESTS; i++) {
            assertSame(i, answers.get(i).get(), expected.get(i));
        }
        assertThat(order).isSorted().hasSize(REQUESTS);
    }

    /** Other cuts let ONNX Runtime fuse other operators, which changes the last bits. */
    private static void assertSame(int request, Map<String, Object> actual, Map<String, Object> expected) {
        assertThat(actual).as("request %d", request).containsOnlyKeys(expected.keySet());
        expected.forEach((name, value) -> {
            FloatBuffer right = floats(value);
            FloatBuffer found = floats(Objects.requireNonNull(actual.get(name)));
            assertThat(found.remaining()).isEqualTo(right.remaining());
            for (int i = 0; i < right.remaining(); i++) {
                assertThat(found.get(i))
                        .as("request %d, element %d of %s", request, i, name)
                        .isCloseTo(right.get(i), within(1e-5f + 1e-5f * Math.abs(right.get(i))));
            }
        });
    }

    private static FloatBuffer floats(Object answer) {
        assertThat(answer).isInstanceOf(List.class);
        Object data = ((List<?>) answer).get(2);
        return ((ByteBuffer) data).duplicate().order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    @Test
    void aLoadMovesPartsBetweenTwoRequestsAndNoneIsLost() throws Exception {
        AtomicReference<String> busy = new AtomicReference<>("");
        AdaptiveOptions options = AdaptiveOptions.DEFAULTS
                .withCorrection(0, 8, 1)
                .withListener(listener)
                .withStates(() -> List.of(
                        DeviceState.of("a").withCpuLoadPercent(busy.get().equals("a") ? 100 : 0),
                        DeviceState.of("b").withCpuLoadPercent(busy.get().equals("b") ? 100 : 0)));
        try (AdaptiveSession session =
                AdaptiveSession.open(replanner(Constraints.NONE.withMaxDevices(1)), opener(), options)) {
            String first = devices(session.placement()).get(0);
            requests(session, () -> {
                busy.set(first);
                assertThat(session.adapt()).isTrue();
            });
            assertThat(devices(session.placement())).doesNotContain(first).doesNotContain("c");
            assertThat(moves).hasSize(1);
            List<HopMetrics> hops = session.hops();
            assertThat(hops).isNotEmpty();
            TestCluster.await(() -> deployments().size() == 1, "only the last placement stays deployed");
        }
        assertThat(deployments()).isEmpty();
        assertThat(lost).isEmpty();
    }

    private List<Deployment> deployments() {
        try {
            return client.deployments();
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }

    @Test
    void aNodeThatEndsWithoutASpareIsReplacedByThoseThatAreLeft() throws Exception {
        AdaptiveOptions options = AdaptiveOptions.DEFAULTS
                .withCorrection(0, 8, 1)
                .withListener(listener)
                .withAbsent(this::absent)
                .withInterval(Duration.ofMillis(200));
        try (AdaptiveSession session =
                AdaptiveSession.open(replanner(Constraints.NONE.withMinDevices(2)), opener(), options)) {
            assertThat(devices(session.placement())).contains("a", "b");
            requests(session, () -> {
                try {
                    cluster.end("b");
                } catch (IOException failed) {
                    throw new IllegalStateException(failed);
                }
            });
            assertThat(devices(session.placement())).contains("a", "c").doesNotContain("b");
            Map<String, OnnxTensor> inputs = Deployed.inputs(MODEL, 1_000);
            try (RunOutputs answer = session.run(inputs)) {
                assertThat(answer.values()).isNotEmpty();
            }
            Deployed.close(inputs);
        }
        assertThat(moves).isNotEmpty();
        assertThat(lost).contains("b");
    }

    @Test
    void withoutAPlacementOnTheNodesThatAreLeftRequestsFailAsLost() throws Exception {
        AdaptiveOptions options =
                AdaptiveOptions.DEFAULTS.withCorrection(0, 8, 1).withAbsent(this::absent);
        AdaptiveSession.Opener impatient = ClusterSession.opener(
                client,
                "adaptive",
                model,
                segments,
                directory.resolve("work"),
                ClusterSessionOptions.DEFAULTS.withPatience(Duration.ofMillis(500)));
        try (AdaptiveSession session = AdaptiveSession.open(
                replanner(Constraints.NONE.withPin(0, "b").withMinDevices(2)), impatient, options)) {
            cluster.end("b");
            Map<String, OnnxTensor> inputs = Deployed.inputs(MODEL, 1);
            CompletableFuture<RunOutputs> answer = session.submit(inputs);
            assertThatThrownBy(answer::get)
                    .hasCauseInstanceOf(StageException.class)
                    .satisfies(failed -> assertThat(((StageException) failed.getCause()).kind())
                            .isEqualTo(StageException.Kind.LOST));
            assertThat(inputs.values()).allMatch(OnnxTensor::isClosed);
        }
    }
}
