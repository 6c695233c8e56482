package io.pepper.plan;

import io.pepper.cluster.Device;
import io.pepper.cost.Workload;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Collects why the predicted figures of a placement may be wrong. */
final class PlanCaveats {
    private final CostModel model;
    private final Set<Device> used = new LinkedHashSet<>();
    private final List<String> extrapolated = new ArrayList<>();

    PlanCaveats(CostModel model) {
        this.model = model;
    }

    List<String> of(Pieces pieces, Placement placement) {
        boolean byRun = pieces.segments() <= CostModel.MOST_SEGMENTS_BY_RUN;
        for (Stage stage : placement.stages()) {
            List<Workload> predicted = new ArrayList<>();
            for (int from = stage.from(); from < stage.to(); from = byRun ? stage.to() : from + 1) {
                predicted.add(pieces.workload(from, byRun ? stage.to() : from + 1));
            }
            add(stage.index(), stage.device(), predicted);
        }
        return sentences();
    }

    List<String> of(Branches branches, GraphPlacement placement) {
        for (GraphPlacement.Step step : placement.steps()) {
            add(step.segment(), step.device(), List.of(branches.workload(step.segment())));
        }
        return sentences();
    }

    private void add(int part, Device device, List<Workload> predicted) {
        used.add(device);
        int index = model.cluster().requireIndex(device.name());
        if (predicted.stream().anyMatch(work -> model.predict(work, index).extrapolated())) {
            extrapolated.add("part " + (part + 1) + " on " + device.name());
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
            sentences.add("load not known, predicted as idle: " + String.join(", ", unknown));
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
