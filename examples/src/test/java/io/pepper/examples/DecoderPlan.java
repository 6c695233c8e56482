package io.pepper.examples;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import io.pepper.export.DeploymentExporter;
import io.pepper.export.DeploymentPlan;
import io.pepper.generation.GenerationLoad;
import io.pepper.generation.GenerationSegments;
import io.pepper.generation.GenerationWork;
import io.pepper.onnx.OnnxModel;
import io.pepper.plan.Constraints;
import io.pepper.plan.CostModel;
import io.pepper.plan.Objective;
import io.pepper.plan.Phases;
import io.pepper.workload.Prediction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The {@link SmallDecoder} in two parts on two devices, {@code pi} and {@code desk}. */
public final class DecoderPlan {
    private DecoderPlan() {}

    /** Writes the parts and their plan, and the cluster to {@code cluster.yaml} beside them. */
    public static Path export(Path directory, Path parts) throws IOException {
        Cluster cluster = Cluster.builder()
                .device(Device.of("pi"))
                .device(Device.of("desk"))
                .link("pi", "desk", Link.of(1e9, 0.0001))
                .source("pi")
                .build();
        Files.writeString(
                directory.resolve("cluster.yaml"),
                """
                devices:
                  pi: {}
                  desk: {}
                links:
                  - {between: [pi, desk], bytesPerSecond: 1e9, latencySeconds: 0.0001}
                source: pi
                """);
        try (OnnxModel model = OnnxModel.load(SmallDecoder.write(directory.resolve("decoder.onnx")))) {
            GenerationWork work = GenerationWork.of(model, GenerationLoad.of(5, 9));
            GenerationSegments segments =
                    work.segments(model.cuts(work.token().cutOptions()).list());
            Phases phases = segments.phases(cluster, CostModel.of(cluster, (load, threads, state) -> {
                double seconds = 1e-3 * (1 + load.total().operators());
                return new Prediction(seconds, seconds, false);
            }));
            DeploymentExporter.export(
                    model,
                    segments.token(),
                    phases.planner().plan(Objective.THROUGHPUT, Constraints.NONE.withMinDevices(2)),
                    parts,
                    DeploymentPlan.Origin.of("a test"));
        }
        return parts;
    }
}
