package com.example;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import io.pepper.workload.LatencyPredictor;
import io.pepper.model.InputShapes;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.ModelSegments;
import io.pepper.onnx.OnnxModel;
import io.pepper.model.ProgressListener;
import io.pepper.partition.CandidateCuts;
import io.pepper.plan.CostModel;
import io.pepper.plan.Objective;
import io.pepper.plan.Placement;
import io.pepper.plan.Planner;
import io.pepper.predict.RooflinePredictor;
import java.io.IOException;
import java.nio.file.Path;

/** Plans a model for two devices. */
final class Application {
    private Application() {}

    static Placement plan(Path file) throws IOException {
        Cluster cluster = Cluster.builder()
                .device(Device.of("camera").withTimeFactor(4))
                .device(Device.of("server"))
                .link("camera", "server", Link.of(100e6, 0.001))
                .source("camera")
                .build();
        LatencyPredictor predictor = RooflinePredictor.calibrate(ProgressListener.NONE);
        try (OnnxModel model = OnnxModel.load(file)) {
            ModelCosts costs = model.costs(model.shapes(InputShapes.NONE.withInputShape("x", 1, 3, 48, 320)));
            ModelSegments pieces =
                    costs.segments(CandidateCuts.choose(model.cuts(costs.cutOptions()), costs.flops(), 8));
            return Planner.of(cluster, CostModel.of(cluster, predictor).table(pieces)).plan(Objective.LATENCY);
        }
    }
}
