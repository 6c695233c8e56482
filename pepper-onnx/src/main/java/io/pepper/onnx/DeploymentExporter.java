package io.pepper.onnx;

import io.pepper.onnx.internal.export.PartitionExport;
import io.pepper.onnx.internal.export.PlanJson;
import io.pepper.plan.GraphPlacement;
import io.pepper.plan.Metric;
import io.pepper.plan.Placement;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;

/**
 * Writes the parts of a placement, each as an ONNX file, with {@code partition.json} and {@code plan.json} beside them: all of
 * them or none, as {@link SubmodelExporter} does. Stateless and therefore thread-safe.
 *
 * <pre>{@code
 * Placement best = Planner.of(cluster, costs).plan(Objective.LATENCY);
 * DeploymentPlan plan = DeploymentExporter.export(model, pieces, best, Path.of("deployment"), "measured.pepper");
 * }</pre>
 */
public final class DeploymentExporter {
    private DeploymentExporter() {}

    /**
     * Writes a placement with the default options, made without limits.
     *
     * @param model the model
     * @param pieces the segments of the model that were placed
     * @param placement where they run
     * @param directory where the files go
     * @param predictor what the costs were predicted by, for whoever reads the plan
     * @return what {@code plan.json} says
     * @throws IllegalArgumentException if the segments are of another model, or the placement of other segments
     * @throws IOException see {@link SubmodelExporter#export(OnnxModel, io.pepper.partition.Partition, Path, ExportOptions)}
     */
    public static DeploymentPlan export(
            OnnxModel model, ModelPieces pieces, Placement placement, Path directory, String predictor)
            throws IOException {
        return export(model, pieces, placement, directory, predictor, Map.of(), ExportOptions.DEFAULT);
    }

    /**
     * Writes a placement.
     *
     * @param model the model
     * @param pieces the segments of the model that were placed
     * @param placement where they run
     * @param directory where the files go
     * @param predictor what the costs were predicted by, for whoever reads the plan
     * @param limits what the placement keeps within, by metric: seconds or joules
     * @param options how to write
     * @return what {@code plan.json} says
     * @throws IllegalArgumentException if the segments are of another model, or the placement of other segments
     * @throws IOException see {@link SubmodelExporter#export(OnnxModel, io.pepper.partition.Partition, Path, ExportOptions)}
     */
    public static DeploymentPlan export(
            OnnxModel model,
            ModelPieces pieces,
            Placement placement,
            Path directory,
            String predictor,
            Map<Metric, Double> limits,
            ExportOptions options)
            throws IOException {
        if (!pieces.isOf(model)) {
            throw new IllegalArgumentException("the segments are of another model than " + model.name());
        }
        Instant now = Instant.now();
        PartitionManifest manifest = new PartitionExport(
                        model.contents(),
                        pieces.partition(placement),
                        options,
                        parts -> PlanJson.write(DeploymentPlan.of(parts, placement, limits, predictor, now)))
                .to(directory);
        return DeploymentPlan.of(manifest, placement, limits, predictor, now);
    }

    /**
     * Writes a placement of segments that need not be one after the other.
     *
     * @param model the model
     * @param branches the segments of the model that were placed
     * @param placement where they run
     * @param directory where the files go
     * @param predictor what the costs were predicted by, for whoever reads the plan
     * @param options how to write
     * @return what {@code plan.json} says
     * @throws IllegalArgumentException if the segments are of another model, or the placement of other segments
     * @throws IOException see {@link SubmodelExporter#export(OnnxModel, io.pepper.partition.Partition, Path, ExportOptions)}
     */
    public static DeploymentPlan export(
            OnnxModel model,
            ModelBranches branches,
            GraphPlacement placement,
            Path directory,
            String predictor,
            ExportOptions options)
            throws IOException {
        if (!branches.isOf(model)) {
            throw new IllegalArgumentException("the segments are of another model than " + model.name());
        }
        if (placement.steps().size() != branches.segments()) {
            throw new IllegalArgumentException(
                    "the placement is of " + placement.steps().size() + " segments, not " + branches.segments());
        }
        Instant now = Instant.now();
        PartitionManifest manifest = new PartitionExport(
                        model.contents(),
                        branches.partition(),
                        options,
                        parts -> PlanJson.write(DeploymentPlan.of(parts, branches, placement, predictor, now)))
                .to(directory);
        return DeploymentPlan.of(manifest, branches, placement, predictor, now);
    }
}
