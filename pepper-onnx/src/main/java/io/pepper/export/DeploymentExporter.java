package io.pepper.export;

import io.pepper.onnx.ModelSegments;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.internal.Contents;
import io.pepper.plan.Placement;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;

/**
 * Writes the parts of a placement, each as an ONNX file, with {@code partition.json} and {@code plan.json} beside them: all of
 * them or none, as {@link SubmodelExporter} does. Stateless and therefore thread-safe.
 *
 * <pre>{@code
 * Placement best = Planner.of(cluster, costs).plan(Objective.LATENCY);
 * DeploymentPlan plan = DeploymentExporter.export(model, segments, best, Path.of("deployment"), PlanOrigin.of("measured.pepper"));
 * }</pre>
 */
public final class DeploymentExporter {
    private DeploymentExporter() {}

    /**
     * Writes a placement with the default options.
     *
     * @param model the model
     * @param segments the segments of the model that were placed
     * @param placement where they run
     * @param directory where the files go
     * @param origin what it was planned from
     * @return what {@code plan.json} says
     * @throws IllegalArgumentException if the segments are of another model, or the placement of other segments
     * @throws IOException see {@link SubmodelExporter#export(OnnxModel, io.pepper.partition.Partition, Path, ExportOptions)}
     */
    public static DeploymentPlan export(
            OnnxModel model, ModelSegments segments, Placement placement, Path directory, PlanOrigin origin)
            throws IOException {
        return export(model, segments, placement, directory, origin, ExportOptions.DEFAULTS);
    }

    /**
     * Writes a placement.
     *
     * @param model the model
     * @param segments the segments of the model that were placed
     * @param placement where they run
     * @param directory where the files go
     * @param origin what it was planned from
     * @param options how to write
     * @return what {@code plan.json} says
     * @throws IllegalArgumentException if the segments are of another model, or the placement of other segments
     * @throws IOException see {@link SubmodelExporter#export(OnnxModel, io.pepper.partition.Partition, Path, ExportOptions)}
     */
    public static DeploymentPlan export(
            OnnxModel model,
            ModelSegments segments,
            Placement placement,
            Path directory,
            PlanOrigin origin,
            ExportOptions options)
            throws IOException {
        segments.requireOf(model, placement);
        PlanRecord plan = new PlanRecord(segments, placement, origin, Instant.now());
        PartitionManifest manifest = new PartitionExport(
                        Contents.of(model),
                        segments.partition(placement),
                        options,
                        parts -> PlanJson.write(plan.of(parts)))
                .to(directory);
        return plan.of(manifest);
    }
}
