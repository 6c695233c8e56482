package io.pepper.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Link;
import io.pepper.cluster.LinkState;
import io.pepper.export.DeploymentExporter;
import io.pepper.export.DeploymentPlan;
import io.pepper.export.PartitionManifest;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.ModelSegments;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.onnx.testmodels.Topologies;
import io.pepper.plan.CostModel;
import io.pepper.plan.Placement;
import io.pepper.plan.Replanner;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Prediction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class AdaptiveSessionTest {
    private static final Replanner.Patience HASTE = new Replanner.Patience(0.05, Duration.ZERO, 0, 1_000);
    private static final double BUSY = 100;

    @TempDir
    Path directory;

    private final TestModel test = Topologies.get("residual");
    private final Cluster cluster = Cluster.builder()
            .device(Device.of("edge"))
            .device(Device.of("cloud"))
            .link("edge", "cloud", Link.of(1e9, 0))
            .build();
    private OnnxModel model;
    private ModelSegments pieces;
    private OrtSession whole;

    @BeforeEach
    void open() throws Exception {
        model = OnnxModel.load(test.bytes(), test.name());
        ModelCosts costs = model.costs(model.shapes());
        pieces = costs.segments(model.cuts().list());
        whole = Deployed.whole(test);
    }

    @AfterEach
    void close() throws Exception {
        whole.close();
        model.close();
    }

    private Replanner monitor(LatencyPredictor predictor) {
        return Replanner.builder(pieces, CostModel.of(cluster, predictor))
                .patience(HASTE)
                .build();
    }

    /** A device takes a second, and six when it is busy. */
    private static Prediction byLoad(DeviceState state) {
        double seconds = 1 + 5 * state.cpuLoadPercent().orElse(0) / BUSY;
        return new Prediction(seconds, seconds, false);
    }

    private AdaptiveSession.Opener opener(boolean pipeline) {
        return AdaptiveSession.Opener.of(
                model,
                pieces,
                directory.resolve("work"),
                parts -> pipeline
                        ? PipelineSession.open(parts, PipelineOptions.DEFAULTS.withRuntime(Deployed.EXACT))
                        : PartitionedSession.open(parts, Deployed.EXACT));
    }

    /** The load goes from one device to the other with each look. */
    private static AdaptiveOptions shifting(AtomicInteger looks) {
        return AdaptiveOptions.DEFAULTS.withCorrection(0, 8, 1).withStates(() -> {
            boolean odd = looks.getAndIncrement() % 2 == 1;
            return List.of(
                    DeviceState.of("edge").withCpuLoadPercent(odd ? 0 : BUSY),
                    DeviceState.of("cloud").withCpuLoadPercent(odd ? BUSY : 0));
        });
    }

    private static String device(Placement placement) {
        return placement.parts().get(0).device().name();
    }

    /** Requests from two threads, one waiting for each answer and one not, while the placement moves again and again. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void losesNothingWhileItMovesUnderLoad(boolean pipeline) throws Exception {
        AtomicInteger moves = new AtomicInteger();
        SessionListener listener = new SessionListener() {
            @Override
            public void moved(Placement placement, long nanos) {
                moves.incrementAndGet();
            }
        };
        Map<String, OnnxTensor> own = Deployed.inputs(test, 0);
        Map<String, Object> expected = Deployed.answers(whole, own);
        try (AdaptiveSession session = AdaptiveSession.open(
                monitor((piece, threads, state) -> byLoad(state)),
                opener(pipeline),
                shifting(new AtomicInteger()).withListener(listener))) {
            List<Integer> order = Collections.synchronizedList(new ArrayList<>());
            List<CompletableFuture<Boolean>> answers = new ArrayList<>();
            CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 100; i++) {
                    try {
                        assertThat(Deployed.answers(session.run(own))).isEqualTo(expected);
                    } catch (IOException | ai.onnxruntime.OrtException failed) {
                        throw new IllegalStateException(failed);
                    }
                }
            });
            for (int i = 0; i < 200; i++) {
                int number = i;
                Map<String, OnnxTensor> inputs = Deployed.inputs(test, i);
                Map<String, Object> right = Deployed.answers(whole, inputs);
                answers.add(session.submit(inputs).thenApply(outputs -> {
                    order.add(number);
                    try {
                        return Deployed.answers(outputs).equals(right);
                    } catch (ai.onnxruntime.OrtException failed) {
                        throw new IllegalStateException(failed);
                    }
                }));
                if (i % 10 == 9) {
                    assertThat(session.adapt()).as("look %s", i).isTrue();
                }
            }
            for (CompletableFuture<Boolean> answer : answers) {
                assertThat(answer.get()).isTrue();
            }
            waiting.get();
            assertThat(order).hasSize(200).isSorted();
            assertThat(moves).hasValue(20);
        }
        Deployed.close(own);
        try (Stream<Path> left = Files.list(directory.resolve("work"))) {
            assertThat(left.toList()).isEmpty();
        }
    }

    @Test
    void keepsItsPlacementIfNewSessionsCannotBeOpened() throws Exception {
        AtomicInteger opened = new AtomicInteger();
        AdaptiveSession.Opener real = opener(false);
        AdaptiveSession.Opener failing = placement -> {
            if (opened.getAndIncrement() == 1) {
                throw new IOException("no room");
            }
            return real.open(placement);
        };
        List<String> heard = new ArrayList<>();
        SessionListener listener = new SessionListener() {
            @Override
            public void moveFailed(Exception failure) {
                heard.add(String.valueOf(failure.getMessage()));
            }
        };
        List<DeviceState> load = List.of(DeviceState.of("edge").withCpuLoadPercent(BUSY));
        try (AdaptiveSession session = AdaptiveSession.open(
                monitor((piece, threads, state) -> byLoad(state)),
                failing,
                AdaptiveOptions.DEFAULTS.withStates(() -> load).withListener(listener))) {
            assertThat(device(session.placement())).isEqualTo("edge");
            assertThat(session.adapt()).isFalse();
            assertThat(heard).containsExactly("no room");
            assertAnswers(session);
            assertThat(device(session.placement())).isEqualTo("edge");
            assertThat(session.adapt()).as("it waits before it tries again").isFalse();
            assertThat(session.adapt()).isFalse();
            assertThat(opened).hasValue(2);
            assertThat(session.adapt()).isTrue();
            assertThat(device(session.placement())).isEqualTo("cloud");
            assertAnswers(session);
        }
    }

    @Test
    void keepsItsPlacementIfNewSessionsFailTheirTrial() throws Exception {
        AtomicInteger trials = new AtomicInteger();
        AdaptiveOptions options = AdaptiveOptions.DEFAULTS
                .withStates(() -> List.of(DeviceState.of("edge").withCpuLoadPercent(BUSY)))
                .withTrial(session -> {
                    assertAnswers(session);
                    if (trials.getAndIncrement() == 1) {
                        throw new IllegalStateException("injected");
                    }
                });
        try (AdaptiveSession session =
                AdaptiveSession.open(monitor((piece, threads, state) -> byLoad(state)), opener(false), options)) {
            assertThat(session.adapt()).isFalse();
            assertThat(device(session.placement())).isEqualTo("edge");
            try (Stream<Path> left = Files.list(directory.resolve("work"))) {
                assertThat(left.toList()).as("only what runs").hasSize(1);
            }
        }
    }

    private void assertAnswers(ModelSession session) throws Exception {
        Map<String, OnnxTensor> inputs = Deployed.inputs(test, 3);
        assertThat(Deployed.answers(session.run(inputs))).isEqualTo(Deployed.answers(whole, inputs));
        Deployed.close(inputs);
    }

    /** The edge is thought to take 5 ms and takes 20 and more; the cloud is thought to take 10 ms. */
    @Test
    void followsALinkThatSlowsDownAndAnOldSessionSurvivesAReaderThatFails() throws Exception {
        Cluster sourced = cluster.toBuilder().source("edge").build();
        LatencyPredictor fasterCloud = (piece, threads, state) -> {
            double seconds = state.device().equals("cloud") ? 1 : 2;
            return new Prediction(seconds, seconds, false);
        };
        Replanner replanner = Replanner.builder(pieces, CostModel.of(sourced, fasterCloud))
                .patience(HASTE)
                .build();
        List<LinkState> links = new ArrayList<>();
        AtomicInteger failures = new AtomicInteger();
        AdaptiveOptions options = AdaptiveOptions.DEFAULTS
                .withCorrection(0, 8, 1)
                .withLinks(() -> {
                    if (links.isEmpty()) {
                        failures.incrementAndGet();
                        throw new IllegalStateException("no agent answers");
                    }
                    return links;
                });
        try (AdaptiveSession session = AdaptiveSession.open(replanner, opener(false), options)) {
            assertThat(device(session.placement())).isEqualTo("cloud");
            assertThat(session.adapt()).as("a reader that fails moves nothing").isFalse();
            assertThat(failures).hasValue(1);
            links.add(LinkState.of("edge", "cloud").withLatencySeconds(60));
            assertThat(session.adapt()).isTrue();
            assertThat(device(session.placement())).isEqualTo("edge");
            links.set(0, LinkState.of("edge", "cloud").withLatencySeconds(0));
            assertThat(session.adapt()).as("the link recovers").isTrue();
            assertThat(device(session.placement())).isEqualTo("cloud");
        }
    }

    @Test
    void measurementsCorrectAWrongPredictor() throws Exception {
        LatencyPredictor wrong = (piece, threads, state) -> {
            double seconds = state.device().equals("edge") ? 0.005 : 0.010;
            return new Prediction(seconds, seconds, false);
        };
        AtomicInteger count = new AtomicInteger();
        AdaptiveSession.Opener slowEdge = placement -> {
            Path parts = directory.resolve("parts" + count.incrementAndGet());
            DeploymentExporter.export(model, pieces, placement, parts, DeploymentPlan.Origin.of("test"));
            List<Faults> stages = Faults.open(parts, Deployed.EXACT);
            if (device(placement).equals("edge")) {
                stages.get(0)
                        .set((call, cancellation) ->
                                Pause.until(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20), cancellation));
            }
            return PartitionedSession.of(PartitionManifest.read(parts), new ArrayList<>(stages), Deployed.EXACT);
        };
        try (AdaptiveSession session =
                AdaptiveSession.open(monitor(wrong), slowEdge, AdaptiveOptions.DEFAULTS.withCorrection(0.5, 3, 2))) {
            assertThat(device(session.placement())).isEqualTo("edge");
            assertThat(session.adapt()).as("nothing was measured yet").isFalse();
            assertThat(session.correction("edge")).isEqualTo(1);
            int looks = 0;
            while (!session.adapt() && looks < 10) {
                assertAnswers(session);
                assertAnswers(session);
                looks++;
            }
            assertThat(device(session.placement())).isEqualTo("cloud");
            assertThat(session.correction("edge")).isGreaterThan(2).isLessThanOrEqualTo(3);
            double before = session.correction("edge");
            assertAnswers(session);
            assertAnswers(session);
            session.adapt();
            assertThat(session.correction("edge"))
                    .as("fades where nothing runs")
                    .isLessThan(before);
        }
    }

    /** The old sessions close on a thread of their own; here they take until the test lets them. */
    @Test
    void closesOnlyWhenTheOldSessionsAreClosed() throws Exception {
        CountDownLatch closing = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AdaptiveSession.Opener real = opener(false);
        AdaptiveSession.Opener slow = placement -> new SlowToClose(real.open(placement), closing, goOn);
        AdaptiveSession session = AdaptiveSession.open(
                monitor((piece, threads, state) -> byLoad(state)), slow, shifting(new AtomicInteger()));
        assertThat(session.adapt()).isTrue();
        closing.await();
        FutureTask<Void> end = new FutureTask<>(() -> {
            session.close();
            return null;
        });
        Thread closer = new Thread(end);
        closer.start();
        while (!end.isDone() && closer.getState() != Thread.State.BLOCKED) {
            Thread.onSpinWait();
        }
        assertThat(end.isDone()).as("closed before the old sessions").isFalse();
        goOn.countDown();
        end.get();
        try (Stream<Path> left = Files.list(directory.resolve("work"))) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void replansPeriodicallyAndClosesAtAnyTime() throws Exception {
        AdaptiveSession session = AdaptiveSession.open(
                monitor((piece, threads, state) -> byLoad(state)),
                opener(true),
                shifting(new AtomicInteger()).withInterval(Duration.ofMillis(1)));
        for (int i = 0; i < 50; i++) {
            assertAnswers(session);
        }
        List<CompletableFuture<RunOutputs>> futures = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            futures.add(session.submit(Deployed.inputs(test, i)));
        }
        session.close();
        session.close();
        for (CompletableFuture<RunOutputs> future : futures) {
            assertThat(future.isDone()).isTrue();
            if (!future.isCompletedExceptionally()) {
                future.get().close();
            }
        }
        Map<String, OnnxTensor> late = Deployed.inputs(test, 1);
        assertThatThrownBy(() -> session.run(late)).isInstanceOf(IllegalStateException.class);
        assertThat(session.adapt()).isFalse();
        Deployed.close(late);
    }
}
