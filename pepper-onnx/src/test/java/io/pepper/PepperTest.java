package io.pepper;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Link;
import io.pepper.export.DeploymentPlan;
import io.pepper.export.SplitVerifier;
import io.pepper.model.InputShapes;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.plan.Constraints;
import io.pepper.plan.NoSuchPlacementException;
import io.pepper.plan.Objective;
import io.pepper.session.PartitionedSession;
import io.pepper.session.RunOutputs;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Prediction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job in one call. */
class PepperTest {
    private static final Cluster TWO = Cluster.builder()
            .device(Device.of("camera"))
            .device(Device.of("server"))
            .defaultLink(Link.of(1e9, 0))
            .source("camera")
            .build();

    /** A thousandth of a second for each operator, on the server half of it, and more where a device is busy. */
    private static final LatencyPredictor BY_OPERATORS = (piece, threads, device) -> {
        double speed = device.device().equals("server") ? 2 : 1;
        double busy = device.cpuLoadPercent().orElse(0) / 100;
        double seconds = 1e-3 * piece.total().operators() / speed / (1 - busy);
        return new Prediction(seconds, seconds, false);
    };

    @TempDir
    Path directory;

    private Path chain(Object... shape) throws IOException {
        ModelBuilder chain = model("chain").input("x", FLOAT, shape);
        String last = "x";
        for (int i = 0; i < 6; i++) {
            chain.let("t" + i, "Sigmoid", last);
            last = "t" + i;
        }
        ModelProto made = chain.let("y", "Relu", last).output("y", FLOAT, shape).build();
        return Files.write(directory.resolve("chain.onnx"), made.toByteArray());
    }

    private static List<String> devices(PlannedModel planned) {
        return planned.placement().parts().stream()
                .map(part -> part.device().name())
                .toList();
    }

    @Test
    void plansExportsAndRunsAModel() throws IOException, OrtException {
        Path deployment = directory.resolve("deployment");
        PlanningOptions bothDevices = PlanningOptions.DEFAULTS
                .withObjective(Objective.THROUGHPUT)
                .withConstraints(Constraints.NONE.withMinDevices(2));
        try (OnnxModel model = OnnxModel.load(chain(1, 8))) {
            PlannedModel planned = Pepper.plan(model, TWO, BY_OPERATORS, bothDevices);
            assertThat(devices(planned)).containsExactly("camera", "server");
            assertThat(planned.explain().placement()).isEqualTo(planned.placement());
            DeploymentPlan written = planned.export(deployment);
            assertThat(written.devices()).isEqualTo(devices(planned));
            assertThat(written.predictor()).isEqualTo("the host application");
            assertThat(SplitVerifier.verify(model, deployment).identical()).isTrue();
        }
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (PartitionedSession session = PartitionedSession.open(deployment);
                OnnxTensor input = OnnxTensor.createTensor(environment, new float[1][8]);
                RunOutputs outputs = session.run(Map.of("x", input))) {
            assertThat(outputs.tensor("y").getInfo().getShape()).containsExactly(1, 8);
        }
    }

    @Test
    void statesOfDevicesCount() throws IOException {
        try (OnnxModel model = OnnxModel.load(chain(1, 8))) {
            assertThat(devices(Pepper.plan(model, TWO, BY_OPERATORS))).containsExactly("server");
            DeviceState busy = DeviceState.of("server").withCpuLoadPercent(90);
            PlannedModel planned =
                    Pepper.plan(model, TWO, BY_OPERATORS, PlanningOptions.DEFAULTS.withStates(List.of(busy)));
            assertThat(devices(planned)).containsExactly("camera");
            assertThat(planned.caveats()).noneMatch(caveat -> caveat.contains("server"));
            assertThatThrownBy(() -> Pepper.plan(
                            model,
                            TWO,
                            BY_OPERATORS,
                            PlanningOptions.DEFAULTS.withStates(List.of(DeviceState.of("moon")))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("moon");
        }
    }

    @Test
    void theDescriptionContainsCaveats() throws IOException {
        try (OnnxModel model = OnnxModel.load(chain(1, 8))) {
            PlannedModel planned = Pepper.plan(model, TWO, BY_OPERATORS);
            assertThat(planned.describe())
                    .startsWith(planned.placement().describe())
                    .contains("caution: unknown load, predicted as idle: server");
        }
    }

    @Test
    void openSizesComeFromTheOptions() throws IOException {
        try (OnnxModel model = OnnxModel.load(chain("batch", 8))) {
            InputShapes sizes = InputShapes.NONE.withInputShape("x", 4, 8);
            PlannedModel planned =
                    Pepper.plan(model, TWO, BY_OPERATORS, PlanningOptions.DEFAULTS.withInputShapes(sizes));
            assertThat(devices(planned)).containsExactly("server");
        }
    }

    @Test
    void planningUsesAtMostTheRequestedNumberOfCuts() throws IOException {
        try (OnnxModel model = OnnxModel.load(chain(1, 8))) {
            PlanningOptions few = PlanningOptions.DEFAULTS.withMaxCuts(2);
            assertThat(Pepper.plan(model, TWO, BY_OPERATORS, few).segments().count())
                    .isEqualTo(3);
        }
        assertThatThrownBy(() -> PlanningOptions.DEFAULTS.withMaxCuts(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 is the least");
    }

    @Test
    void limitsThatNoPlanMeetsAreRefused() throws IOException {
        try (OnnxModel model = OnnxModel.load(chain(1, 8))) {
            PlanningOptions impossible = PlanningOptions.DEFAULTS.withConstraints(Constraints.NONE.withMinDevices(3));
            assertThatThrownBy(() -> Pepper.plan(model, TWO, BY_OPERATORS, impossible))
                    .isInstanceOf(NoSuchPlacementException.class);
        }
    }
}
