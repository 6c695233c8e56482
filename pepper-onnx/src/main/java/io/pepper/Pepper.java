package io.pepper;

import io.pepper.cluster.Cluster;
import io.pepper.cut.Cut;
import io.pepper.export.DeploymentPlan;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.ModelSegments;
import io.pepper.onnx.OnnxModel;
import io.pepper.partition.CandidateCuts;
import io.pepper.plan.CostModel;
import io.pepper.plan.Placement;
import io.pepper.plan.Planner;
import io.pepper.workload.LatencyPredictor;
import java.io.IOException;
import java.util.List;

/**
 * The main job in one call: cuts a model, predicts the latency of its segments on each device, and plans what runs where.
 *
 * <pre>{@code
 * try (OnnxModel model = OnnxModel.load(Path.of("model.onnx"))) {
 *     PlannedModel planned = Pepper.plan(model, Cluster.read(Path.of("cluster.yaml")), predictor);
 *     System.out.println(planned.describe());
 *     planned.export(Path.of("deployment"));
 * }
 * try (ModelSession session = PartitionedSession.open(Path.of("deployment"))) {
 *     RunOutputs outputs = session.run(inputs);
 * }
 * }</pre>
 *
 * <p>Each step also exists alone, with all its options: {@link OnnxModel#costs}, {@link OnnxModel#cuts},
 * {@link ModelCosts#segments(List)}, {@link CostModel}, {@link Planner} and {@link io.pepper.export.DeploymentExporter}.
 */
public final class Pepper {
    private Pepper() {}

    /**
     * Plans a model for the lowest latency, with the default options.
     *
     * @param model an open model whose input sizes are all known
     * @param cluster the devices and links
     * @param predictor a predictor that knows the cluster's devices
     * @return the plan
     * @throws io.pepper.plan.NoSuchPlacementException if no placement fits into the devices' memory
     * @throws IllegalArgumentException if the predictor does not know a device, or cannot predict a segment
     * @throws IOException if the model cannot be read, or its shapes cannot be inferred
     */
    public static PlannedModel plan(OnnxModel model, Cluster cluster, LatencyPredictor predictor) throws IOException {
        return plan(model, cluster, predictor, PlanningOptions.DEFAULTS);
    }

    /**
     * Plans a model.
     *
     * @param model an open model; the options state the sizes that its inputs leave open
     * @param cluster the devices and links
     * @param predictor a predictor that knows the cluster's devices
     * @param options the objective, the limits, the sizes of inputs, and the states of devices
     * @return the plan
     * @throws io.pepper.plan.NoSuchPlacementException if no placement is within the limits
     * @throws IllegalArgumentException if the predictor does not know a device or cannot predict a segment, if a state belongs
     *     to no device of the cluster, or if the options state a size that an input cannot have
     * @throws IOException if the model cannot be read, or its shapes cannot be inferred
     */
    public static PlannedModel plan(
            OnnxModel model, Cluster cluster, LatencyPredictor predictor, PlanningOptions options) throws IOException {
        ModelCosts costs = model.costs(model.shapes(options.inputShapes()));
        List<Cut> cuts = CandidateCuts.choose(model.cuts(costs.cutOptions()), costs.flops(), options.maxCuts());
        ModelSegments segments = costs.segments(cuts);
        Cluster now = cluster.withStates(options.states());
        CostModel costModel = CostModel.of(now, predictor).withStates(options.states());
        Planner planner = Planner.of(now, costModel.table(segments));
        Placement placement = planner.plan(options.objective(), options.constraints());
        DeploymentPlan.Origin origin = DeploymentPlan.Origin.of(nameOf(predictor))
                .withConstraints(options.constraints())
                .withStates(options.states())
                .withCaveats(costModel.caveats(segments, placement));
        return new PlannedModel(model, segments, costModel, planner, placement, origin);
    }

    private static String nameOf(LatencyPredictor predictor) {
        Class<?> type = predictor.getClass();
        return type.isHidden() || type.isAnonymousClass() ? "the host application" : type.getSimpleName();
    }
}
