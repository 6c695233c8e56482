package io.pepper.examples;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Link;
import io.pepper.export.DeploymentExporter;
import io.pepper.export.DeploymentPlan;
import io.pepper.model.InputShapes;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.ModelSegments;
import io.pepper.onnx.OnnxModel;
import io.pepper.partition.CandidateCuts;
import io.pepper.plan.Constraints;
import io.pepper.plan.CostTable;
import io.pepper.plan.Metric;
import io.pepper.plan.Objective;
import io.pepper.plan.Placement;
import io.pepper.plan.Planner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A real model in two parts on two devices. */
public final class ExamplePlan {
    private ExamplePlan() {}

    /** Writes it to {@code plan} in a directory. */
    public static DeploymentPlan export(Path directory) throws IOException {
        Cluster cluster = Cluster.builder()
                .device(Device.of("camera")
                        .withKind("Raspberry Pi 4")
                        .withMemoryBytes(1 << 30)
                        .withPower(2, 6))
                .device(Device.of("gateway").withCores(4).withPower(9, 28).withTimeFactor(0.5))
                .link(
                        "camera",
                        "gateway",
                        Link.of(1e9, 0.001).withOverheadSeconds(1e-4).withJoulesPerByte(1e-8))
                .source("camera")
                .sink("camera")
                .build();
        try (OnnxModel model = OnnxModel.load(ExampleModels.textRecogniser(directory))) {
            ModelCosts costs = model.costs(model.shapes(InputShapes.NONE.withInputShape("x", 1, 3, 48, 320)));
            ModelSegments pieces =
                    costs.segments(CandidateCuts.choose(model.cuts(costs.cutOptions()), costs.flops(), 1));
            CostTable.Builder table = CostTable.bySegment(2, 2);
            for (int segment = 0; segment < 2; segment++) {
                for (int device = 0; device < 2; device++) {
                    table.seconds(segment, device, 0.01).joules(segment, segment + 1, device, 0.1);
                }
            }
            Constraints constraints =
                    Constraints.NONE.withPin(0, "camera").withPin(1, "gateway").withLimit(Metric.LATENCY, 10);
            Placement placed = Planner.of(cluster, table.build()).plan(Objective.LATENCY, constraints);
            DeviceState state =
                    DeviceState.of("camera").withCores(4).withCpuLoadPercent(10).withMemoryTotalBytes(1L << 32);
            return DeploymentExporter.export(
                    model,
                    pieces,
                    placed,
                    directory.resolve("plan"),
                    DeploymentPlan.Origin.of("typed in")
                            .withConstraints(constraints)
                            .withStates(List.of(state)));
        }
    }
}
