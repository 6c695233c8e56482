package io.pepper.export;

import io.pepper.model.TensorInfo;
import io.pepper.onnx.ModelSegments;
import io.pepper.plan.Constraints;
import io.pepper.plan.Metric;
import io.pepper.plan.PlacedPart;
import io.pepper.plan.Placement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** The conversion of a placement to a plan, once its parts are written. */
final class PlanRecord {
    private final ModelSegments segments;
    private final Placement placement;
    private final DeploymentPlan.Origin origin;
    private final Instant now;

    PlanRecord(ModelSegments segments, Placement placement, DeploymentPlan.Origin origin, Instant now) {
        this.segments = segments;
        this.placement = placement;
        this.origin = origin;
        this.now = now;
    }

    DeploymentPlan of(PartitionManifest manifest) {
        Constraints constraints = origin.constraints();
        SortedMap<Metric, Double> limits = new TreeMap<>();
        for (Metric metric : Metric.values()) {
            constraints.limit(metric).ifPresent(most -> limits.put(metric, most));
        }
        return new DeploymentPlan(
                manifest,
                now,
                placement.byPart(),
                tensors(manifest),
                limits,
                constraints.descriptions(),
                origin.predictor(),
                origin.states(),
                origin.phases(),
                origin.generation(),
                origin.caveats());
    }

    /** Returns the tensors of each flow. Caches and masks of a text generator stay with their parts. */
    private List<List<String>> tensors(PartitionManifest manifest) {
        List<List<String>> all = placement.isChain()
                ? crossing(manifest)
                : IntStream.range(0, segments.flows().size())
                        .mapToObj(segments::tensors)
                        .toList();
        if (origin.generation().isEmpty()) {
            return all;
        }
        Set<String> staying = manifest.recognized().staying();
        return all.stream()
                .map(names ->
                        names.stream().filter(name -> !staying.contains(name)).toList())
                .toList();
    }

    /**
     * Returns the tensors of each flow of a chain: the model's inputs; at each cut, the tensors from before it that
     * later parts read; the model's outputs.
     */
    private List<List<String>> crossing(PartitionManifest manifest) {
        List<List<String>> crossing = new ArrayList<>();
        crossing.add(names(manifest.inputs()));
        Set<String> made = new LinkedHashSet<>(crossing.get(0));
        for (PlacedPart part : placement.parts().subList(1, placement.parts().size())) {
            made.addAll(names(manifest.parts().get(part.index() - 1).outputs()));
            Set<String> read = new LinkedHashSet<>();
            for (PartitionManifest.Part later :
                    manifest.parts().subList(part.index(), manifest.parts().size())) {
                read.addAll(names(later.inputs()));
            }
            read.retainAll(made);
            crossing.add(List.copyOf(read));
        }
        crossing.add(names(manifest.outputs()));
        return crossing;
    }

    private static List<String> names(List<TensorInfo> tensors) {
        return tensors.stream().map(TensorInfo::name).toList();
    }
}
