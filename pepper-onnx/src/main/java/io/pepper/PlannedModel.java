package io.pepper;

import io.pepper.export.DeploymentExporter;
import io.pepper.export.DeploymentPlan;
import io.pepper.export.ExportOptions;
import io.pepper.onnx.ModelSegments;
import io.pepper.onnx.OnnxModel;
import io.pepper.plan.CostModel;
import io.pepper.plan.Explanation;
import io.pepper.plan.Placement;
import io.pepper.plan.Planner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A model with the best placement that {@link Pepper} found. Immutable and thread-safe. The model must stay open for
 * {@link #export(Path)}.
 */
public final class PlannedModel {
    private final OnnxModel model;
    private final ModelSegments segments;
    private final CostModel costModel;
    private final Planner planner;
    private final Placement placement;
    private final DeploymentPlan.Origin origin;

    PlannedModel(
            OnnxModel model,
            ModelSegments segments,
            CostModel costModel,
            Planner planner,
            Placement placement,
            DeploymentPlan.Origin origin) {
        this.model = model;
        this.segments = segments;
        this.costModel = costModel;
        this.planner = planner;
        this.placement = placement;
        this.origin = origin;
    }

    /**
     * Returns the segments that were placed.
     *
     * @return segments of the model
     */
    public ModelSegments segments() {
        return segments;
    }

    /**
     * Returns the planner, for other objectives, limits and trade-offs of the same segments.
     *
     * @return a planner
     */
    public Planner planner() {
        return planner;
    }

    /**
     * Returns the device of each part, and the predicted latency, period and energy.
     *
     * @return the best placement within the limits
     */
    public Placement placement() {
        return placement;
    }

    /**
     * Explains the placement: what each device would take alone, the runner-up, the price of each limit, and the changes of
     * links, devices and loads at which another placement would win. Plans several times.
     *
     * @return the explanation
     */
    public Explanation explain() {
        return planner.explain(placement, origin.constraints()).withLoads(planner, costModel, segments);
    }

    /**
     * Returns reasons to doubt the predicted figures: extrapolated segments, devices with unknown load, and the
     * predictor's own caveats.
     *
     * @return a sentence each, without a full stop; empty if there is none
     */
    public List<String> caveats() {
        return origin.caveats();
    }

    /**
     * Returns the placement and the caveats as text that a person reads.
     *
     * @return lines, segments and parts counted from 1
     */
    public String describe() {
        StringBuilder text = new StringBuilder(placement.describe());
        caveats().forEach(caveat -> text.append("caution: ").append(caveat).append('\n'));
        return text.toString();
    }

    /**
     * Writes the parts as ONNX files, with {@code partition.json} and {@code plan.json}. The directory appears whole or not
     * at all.
     *
     * @param directory the directory of the files
     * @return the content of {@code plan.json}
     * @throws IllegalStateException if the model is closed
     * @throws IOException see {@link io.pepper.export.SubmodelExporter#export(OnnxModel, io.pepper.partition.Partition, Path,
     *     ExportOptions)}
     */
    public DeploymentPlan export(Path directory) throws IOException {
        return export(directory, ExportOptions.DEFAULTS);
    }

    /**
     * Writes the parts as ONNX files, with {@code partition.json} and {@code plan.json}.
     *
     * @param directory the directory of the files
     * @param writing how the parts store their weights, and limits of the export
     * @return the content of {@code plan.json}
     * @throws IllegalStateException if the model is closed
     * @throws IOException see {@link io.pepper.export.SubmodelExporter#export(OnnxModel, io.pepper.partition.Partition, Path,
     *     ExportOptions)}
     */
    public DeploymentPlan export(Path directory, ExportOptions writing) throws IOException {
        return DeploymentExporter.export(model, segments, placement, directory, origin, writing);
    }

    @Override
    public String toString() {
        return "PlannedModel[" + placement + "]";
    }
}
