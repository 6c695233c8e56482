package io.pepper.onnx.internal.export;

import io.pepper.onnx.DeploymentPlan;
import io.pepper.onnx.PartitionManifest;
import io.pepper.onnx.TensorInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which part of a partition takes what from which. Made in O(names). */
public final class PlanWires {
    private final Map<String, String> makers = new HashMap<>();
    private final Map<String, List<String>> readers = new HashMap<>();
    private final Set<String> results = new HashSet<>();

    /**
     * The wires of a partition.
     *
     * @param manifest what its {@code partition.json} says
     */
    public PlanWires(PartitionManifest manifest) {
        for (PartitionManifest.Part part : manifest.parts()) {
            part.outputs().forEach(tensor -> makers.put(tensor.name(), part.file()));
            for (TensorInfo tensor : part.inputs()) {
                readers.computeIfAbsent(tensor.name(), none -> new ArrayList<>())
                        .add(part.file());
            }
        }
        manifest.outputs().forEach(tensor -> results.add(tensor.name()));
    }

    /**
     * What a part takes.
     *
     * @param part one of the parts
     * @return its inputs in their order
     */
    public List<DeploymentPlan.Input> inputs(PartitionManifest.Part part) {
        return part.inputs().stream()
                .map(tensor -> new DeploymentPlan.Input(tensor.name(), Optional.ofNullable(makers.get(tensor.name()))))
                .toList();
    }

    /**
     * What a part gives.
     *
     * @param part one of the parts
     * @return its outputs in their order
     */
    public List<DeploymentPlan.Output> outputs(PartitionManifest.Part part) {
        return part.outputs().stream()
                .map(tensor -> new DeploymentPlan.Output(
                        tensor.name(), readers.getOrDefault(tensor.name(), List.of()), results.contains(tensor.name())))
                .toList();
    }
}
