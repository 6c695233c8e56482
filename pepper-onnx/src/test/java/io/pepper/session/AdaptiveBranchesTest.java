package io.pepper.session;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Link;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.ModelSegments;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.partition.OperatorCosts;
import io.pepper.partition.Partitioner;
import io.pepper.plan.CostModel;
import io.pepper.plan.Placement;
import io.pepper.plan.Replanner;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Prediction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An adaptive session of a model with two towers, which run at the same time on two devices while both are idle. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class AdaptiveBranchesTest {
    private static final int OPERATORS = 6;
    private static final Replanner.Patience HASTE = new Replanner.Patience(0.05, Duration.ZERO, 0, 1_000);

    /** A second for each kernel, eleven on a busy device. */
    private static final LatencyPredictor BY_LOAD = (piece, threads, state) -> {
        double seconds = piece.total().operators() * (1 + state.cpuLoadPercent().orElse(0) / 10);
        return new Prediction(seconds, seconds, false);
    };

    @TempDir
    Path directory;

    private final Cluster cluster = Cluster.builder()
            .device(Device.of("edge"))
            .device(Device.of("cloud"))
            .link("edge", "cloud", Link.of(1e9, 0.01))
            .source("edge")
            .sink("edge")
            .build();

    private static TestModel towers() {
        ModelBuilder towers = model("towers").input("left", FLOAT, 2, 8).input("right", FLOAT, 2, 8);
        for (String tower : List.of("left", "right")) {
            String last = tower;
            for (int i = 0; i < OPERATORS; i++) {
                towers.let(tower + i, i % 2 == 0 ? "Sigmoid" : "Tanh", last);
                last = tower + i;
            }
        }
        return towers.let("y", "Add", "left" + (OPERATORS - 1), "right" + (OPERATORS - 1))
                .output("y", FLOAT, 2, 8)
                .expecting(List.of());
    }

    private static Set<String> devices(Placement placement) {
        Set<String> devices = new TreeSet<>();
        placement.parts().forEach(part -> devices.add(part.device().name()));
        return devices;
    }

    private static List<DeviceState> loads(double edge, double cloud) {
        return List.of(
                DeviceState.of("edge").withCpuLoadPercent(edge),
                DeviceState.of("cloud").withCpuLoadPercent(cloud));
    }

    private AdaptiveSession open(
            OnnxModel model, ModelSegments segments, boolean pipeline, AtomicReference<List<DeviceState>> now)
            throws Exception {
        Replanner replanner = Replanner.builder(segments, CostModel.of(cluster, BY_LOAD))
                .patience(HASTE)
                .build();
        AdaptiveSession.Opener opener = AdaptiveSession.Opener.of(
                model,
                segments,
                directory.resolve("work"),
                parts -> pipeline
                        ? PipelineSession.open(parts, PipelineOptions.DEFAULTS.withRuntime(Deployed.EXACT))
                        : PartitionedSession.open(parts, Deployed.EXACT));
        return AdaptiveSession.open(
                replanner,
                opener,
                AdaptiveOptions.DEFAULTS.withCorrection(0, 8, 1).withStates(now::get));
    }

    private static ModelSegments segments(OnnxModel model) throws Exception {
        ModelCosts costs = model.costs(model.shapes());
        return costs.segments(Partitioner.tree(4, OperatorCosts.count()).partition(model.cuts()));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void towersMoveToTheIdleDeviceAndSeparateAgain(boolean pipeline) throws Exception {
        TestModel test = towers();
        AtomicReference<List<DeviceState>> now = new AtomicReference<>(loads(0, 0));
        try (OnnxModel model = OnnxModel.load(test.bytes(), test.name());
                OrtSession whole = Deployed.whole(test)) {
            ModelSegments segments = segments(model);
            assertThat(segments.isChain()).isFalse();
            try (AdaptiveSession session = open(model, segments, pipeline, now)) {
                assertThat(devices(session.placement())).containsExactly("cloud", "edge");
                assertAnswers(session, whole, test);

                now.set(loads(0, 100));
                assertThat(session.adapt()).isTrue();
                assertThat(devices(session.placement())).containsExactly("edge");
                assertAnswers(session, whole, test);

                now.set(loads(100, 0));
                assertThat(session.adapt()).isTrue();
                assertThat(devices(session.placement())).contains("cloud");
                assertAnswers(session, whole, test);

                now.set(loads(0, 0));
                assertThat(session.adapt()).isTrue();
                assertThat(devices(session.placement())).containsExactly("cloud", "edge");
                assertAnswers(session, whole, test);
                assertThat(session.adapt()).as("nothing has changed").isFalse();
            }
        }
        try (Stream<Path> left = Files.list(directory.resolve("work"))) {
            assertThat(left.toList()).isEmpty();
        }
    }

    @Test
    void requestsUnderWayAreAnsweredWhileTowersMove() throws Exception {
        TestModel test = towers();
        AtomicReference<List<DeviceState>> now = new AtomicReference<>(loads(0, 0));
        try (OnnxModel model = OnnxModel.load(test.bytes(), test.name());
                OrtSession whole = Deployed.whole(test);
                AdaptiveSession session = open(model, segments(model), true, now)) {
            List<CompletableFuture<Boolean>> answers = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                Map<String, OnnxTensor> inputs = Deployed.inputs(test, i);
                Map<String, Object> right = Deployed.answers(whole, inputs);
                answers.add(session.submit(inputs).thenApply(outputs -> {
                    try {
                        return Deployed.answers(outputs).equals(right);
                    } catch (ai.onnxruntime.OrtException failed) {
                        throw new IllegalStateException(failed);
                    }
                }));
                if (i % 10 == 9) {
                    now.set(i % 20 == 9 ? loads(0, 100) : loads(0, 0));
                    assertThat(session.adapt()).as("request %s", i).isTrue();
                }
            }
            for (CompletableFuture<Boolean> answer : answers) {
                assertThat(answer.get()).isTrue();
            }
        }
    }

    private static void assertAnswers(ModelSession session, OrtSession whole, TestModel test) throws Exception {
        Map<String, OnnxTensor> inputs = Deployed.inputs(test, 3);
        assertThat(Deployed.answers(session.run(inputs))).isEqualTo(Deployed.answers(whole, inputs));
        Deployed.close(inputs);
    }
}
