package io.pepper.export;

import io.pepper.onnx.ModelSegments;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.internal.Contents;
import io.pepper.plan.Placement;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;

/**
 * An exporter of placements. It writes each part as an ONNX file, with {@code partition.json} and {@code plan.json}
 * beside the parts. The files appear together or not at all, as with {@link SubmodelExporter}. Stateless and therefore
 * thread-safe.
 *
 * <pre>{@code
 * Placement best = Planner.of(cluster, costs).plan(Objective.LATENCY);
 * DeploymentPlan plan = DeploymentExporter.export(model, segments, best, Path.of("deployment"), DeploymentPlan.Origin.of("measured.pepper"));
 * }</pre>
 */
public final class DeploymentExporter {
    private DeploymentExporter() {}

    /**
     * Writes the parts of a placement with the default options.
     *
     * @param model the model
     * @param segments the segments of the model that were placed
     * @param placement the devices of the segments
     * @param directory the directory of the files
     * @param origin the origin of the placement
     * @return the content of {@code plan.json}
     * @throws IllegalArgumentException if the segments belong to another model, or the placement to other segments
     * @throws IOException see {@link SubmodelExporter#export(OnnxModel, io.pepper.partition.Partition, Path,
     *     ExportOptions)}
     */
    public static DeploymentPlan export(
            OnnxModel model, ModelSegments segments, Placement placement, Path directory, DeploymentPlan.Origin origin)
            throws IOException {
        return export(model, segments, placement, directory, origin, ExportOptions.DEFAULTS);
    }

    /**
     * Writes the parts of a placement.
     *
     * @param model the model
     * @param segments the segments of the model that were placed
     * @param placement the devices of the segments
     * @param directory the directory of the files
     * @param origin the origin of the placement
     * @param options the options of the export
     * @return the content of {@code plan.json}
     * @throws IllegalArgumentException if the segments belong to another model, or the placement to other segments
     * @throws IOException see {@link SubmodelExporter#export(OnnxModel, io.pepper.partition.Partition, Path,
     *     ExportOptions)}
     */
    public static DeploymentPlan export(
            OnnxModel model,
            ModelSegments segments,
            Placement placement,
            Path directory,
            DeploymentPlan.Origin origin,
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
