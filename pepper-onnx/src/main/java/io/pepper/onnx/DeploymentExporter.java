package io.pepper.onnx;

import io.pepper.onnx.internal.export.PartitionExport;
import io.pepper.onnx.internal.export.PlanJson;
import io.pepper.partition.Partition;
import io.pepper.plan.GraphPlacement;
import io.pepper.plan.Placement;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.Function;

/**
 * Writes the parts of a placement, each as an ONNX file, with {@code partition.json} and {@code plan.json} beside them: all of
 * them or none, as {@link SubmodelExporter} does. Stateless and therefore thread-safe.
 *
 * <pre>{@code
 * Placement best = Planner.of(cluster, costs).plan(Objective.LATENCY);
 * DeploymentPlan plan = DeploymentExporter.export(model, pieces, best, Path.of("deployment"), PlanOrigin.of("measured.pepper"));
 * }</pre>
 */
public final class DeploymentExporter {
    private DeploymentExporter() {}

    /**
     * Writes a placement with the default options.
     *
     * @param model the model
     * @param pieces the segments of the model that were placed
     * @param placement where they run
     * @param directory where the files go
     * @param origin what it was planned from
     * @return what {@code plan.json} says
     * @throws IllegalArgumentException if the segments are of another model, or the placement of other segments
     * @throws IOException see {@link SubmodelExporter#export(OnnxModel, io.pepper.partition.Partition, Path, ExportOptions)}
     */
    public static DeploymentPlan export(
            OnnxModel model, ModelPieces pieces, Placement placement, Path directory, PlanOrigin origin)
            throws IOException {
        return export(model, pieces, placement, directory, origin, ExportOptions.DEFAULTS);
    }

    /**
     * Writes a placement.
     *
     * @param model the model
     * @param pieces the segments of the model that were placed
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
            ModelPieces pieces,
            Placement placement,
            Path directory,
            PlanOrigin origin,
            ExportOptions options)
            throws IOException {
        if (!pieces.isOf(model)) {
            throw new IllegalArgumentException("the segments are of another model than " + model.name());
        }
        Instant now = Instant.now();
        return export(
                model, pieces.partition(placement), directory, options, parts -> new PlanRecord(parts, origin, now)
                        .of(placement));
    }

    private static DeploymentPlan export(
            OnnxModel model,
            Partition partition,
            Path directory,
            ExportOptions options,
            Function<PartitionManifest, DeploymentPlan> plan)
            throws IOException {
        PartitionManifest manifest = new PartitionExport(
                        model.contents(), partition, options, parts -> PlanJson.write(plan.apply(parts)))
                .to(directory);
        return plan.apply(manifest);
    }

    /**
     * Writes a placement of segments that need not be one after the other.
     *
     * @param model the model
     * @param branches the segments of the model that were placed
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
            ModelBranches branches,
            GraphPlacement placement,
            Path directory,
            PlanOrigin origin,
            ExportOptions options)
            throws IOException {
        branches.check(model, placement);
        Instant now = Instant.now();
        return export(model, branches.partition(), directory, options, parts -> new PlanRecord(parts, origin, now)
                .of(branches, placement));
    }
}
