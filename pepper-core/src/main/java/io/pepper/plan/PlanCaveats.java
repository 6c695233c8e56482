package io.pepper.plan;

import io.pepper.cluster.Device;
import io.pepper.workload.Workload;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The reasons why the predicted figures of placements may be wrong. */
final class PlanCaveats {
    private final CostModel model;
    private final Set<Device> used = new LinkedHashSet<>();
    private final Set<String> extrapolated = new LinkedHashSet<>();

    PlanCaveats(CostModel model) {
        this.model = model;
    }

    List<String> of(Segments segments, List<Placement> placements) {
        placements.forEach(placement -> add(segments, placement));
        return sentences();
    }

    private void add(Segments segments, Placement placement) {
        boolean byRun = CostModel.predictsRuns(segments);
        for (PlacedPart part : placement.parts()) {
            List<Workload> predicted = new ArrayList<>();
            for (int from = part.from(); from < part.to(); from = byRun ? part.to() : from + 1) {
                predicted.add(segments.workload(from, byRun ? part.to() : from + 1));
            }
            add(part.index(), part.device(), predicted);
        }
    }

    private void add(int part, Device device, List<Workload> predicted) {
        used.add(device);
        int index = model.cluster().requireIndex(device.name());
        List<Workload> beyond = predicted.stream()
                .filter(work -> model.predict(work, index).extrapolated())
                .toList();
        if (!beyond.isEmpty()) {
            Optional<String> why = beyond.stream()
                    .flatMap(work -> model.extrapolations(work, index).stream())
                    .findFirst();
            extrapolated.add("part " + (part + 1) + " on " + device.name()
                    + why.map(reason -> " (" + reason + ")").orElse(""));
        }
    }

    private List<String> sentences() {
        List<String> sentences = new ArrayList<>();
        if (!extrapolated.isEmpty()) {
            sentences.add("extrapolated, since nothing like it was measured: " + String.join(", ", extrapolated));
        }
        List<String> unknown = used.stream()
                .filter(device -> !model.knowsLoadOf(device))
                .map(Device::name)
                .toList();
        if (!unknown.isEmpty()) {
            sentences.add("unknown load, predicted as idle: " + String.join(", ", unknown));
        }
        Map<String, List<String>> ofPredictors = new LinkedHashMap<>();
        for (Device device : used) {
            for (String caveat : model.predictor(device).caveats()) {
                ofPredictors.computeIfAbsent(caveat, said -> new ArrayList<>()).add(device.name());
            }
        }
        ofPredictors.forEach(
                (caveat, devices) -> sentences.add("the predictor for " + String.join(", ", devices) + " " + caveat));
        return sentences;
    }
}
