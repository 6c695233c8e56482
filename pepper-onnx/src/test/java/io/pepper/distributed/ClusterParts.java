package io.pepper.distributed;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Link;
import io.pepper.export.DeploymentExporter;
import io.pepper.export.DeploymentPlan;
import io.pepper.export.ExportOptions;
import io.pepper.export.WeightStorage;
import io.pepper.model.InputShapes;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.ModelSegments;
import io.pepper.onnx.OnnxModel;
import io.pepper.partition.CandidateCuts;
import io.pepper.plan.Constraints;
import io.pepper.plan.CostModel;
import io.pepper.plan.Objective;
import io.pepper.plan.Planner;
import io.pepper.workload.Prediction;
import io.pepper.workload.Workload;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** A small text classifier, planned for the devices of a test. */
public final class ClusterParts {
    private static final String MODEL = "/models/ch_ppocr_mobile_v2.0_cls_infer.onnx";

    private ClusterParts() {}

    private static Prediction byOperators(Workload piece, int threads, DeviceState device) {
        double seconds = 1e-3 + piece.total().operators() * 1e-3;
        return new Prediction(seconds, seconds, false);
    }

    /** Writes two parts for two devices. Another number of candidates gives other parts. */
    public static Path write(Path target, WeightStorage weights, int candidates, String one, String other)
            throws IOException {
        Cluster cluster = Cluster.builder()
                .device(Device.of(one))
                .device(Device.of(other))
                .link(one, other, Link.of(1e9, 0.0001))
                .source(one)
                .build();
        try (InputStream in = ClusterParts.class.getResourceAsStream(MODEL);
                OnnxModel model = OnnxModel.load(in, "cls.onnx")) {
            ModelCosts costs = model.costs(model.shapes(InputShapes.NONE.withInputShape("x", 1, 3, 48, 192)));
            ModelSegments segments =
                    costs.segments(CandidateCuts.choose(model.cuts(costs.cutOptions()), costs.flops(), candidates));
            Planner planner = Planner.of(
                    cluster, CostModel.of(cluster, ClusterParts::byOperators).table(segments));
            DeploymentExporter.export(
                    model,
                    segments,
                    planner.plan(
                            Objective.THROUGHPUT,
                            Constraints.NONE.withReuse(false).withMinDevices(2)),
                    target,
                    DeploymentPlan.Origin.of("test"),
                    ExportOptions.DEFAULTS.withWeights(weights));
        }
        return target;
    }
}
