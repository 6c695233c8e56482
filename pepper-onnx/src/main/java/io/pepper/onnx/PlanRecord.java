package io.pepper.onnx;

import io.pepper.cluster.Cluster;
import io.pepper.onnx.internal.export.PlanWires;
import io.pepper.plan.Constraints;
import io.pepper.plan.GraphPlacement;
import io.pepper.plan.Metric;
import io.pepper.plan.Objective;
import io.pepper.plan.Placement;
import io.pepper.plan.Stage;
import io.pepper.plan.Transfer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;

/** Makes a plan of a placement whose parts have been written. */
final class PlanRecord {
    private final PartitionManifest manifest;
    private final PlanOrigin origin;
    private final Instant now;
    private final PlanWires wires;

    PlanRecord(PartitionManifest manifest, PlanOrigin origin, Instant now) {
        this.manifest = manifest;
        this.origin = origin;
        this.now = now;
        this.wires = new PlanWires(manifest);
    }

    DeploymentPlan of(Placement placement) {
        List<DeploymentPlan.Part> stages = new ArrayList<>();
        for (Stage stage : placement.stages()) {
            stages.add(part(
                    stage.index(),
                    stage.device().name(),
                    stage.computeSeconds(),
                    stage.p90Seconds(),
                    stage.joules(),
                    stage.memoryBytes()));
        }
        List<DeploymentPlan.Hop> hops = new ArrayList<>();
        for (Transfer transfer : placement.transfers()) {
            hops.add(new DeploymentPlan.Hop(
                    transfer.from().name(),
                    transfer.to().name(),
                    tensors(placement, transfer),
                    transfer.bytes(),
                    transfer.seconds(),
                    transfer.joules()));
        }
        DeploymentPlan.Costs costs = new DeploymentPlan.Costs(
                placement.latencySeconds(),
                placement.p90LatencySeconds(),
                placement.periodSeconds(),
                placement.bottleneck(),
                placement.energyJoules(),
                placement.gap());
        return plan(placement.objective(), costs, stages, hops, placement.cluster());
    }

    /** Of segments that need not be one after the other. */
    DeploymentPlan of(ModelBranches branches, GraphPlacement placement) {
        List<DeploymentPlan.Part> stages = new ArrayList<>();
        for (GraphPlacement.Step step : placement.steps()) {
            stages.add(part(
                    step.segment(),
                    step.device().name(),
                    step.computeSeconds(),
                    step.p90Seconds(),
                    step.joules(),
                    step.memoryBytes()));
        }
        List<DeploymentPlan.Hop> hops = placement.sendings().stream()
                .map(sending -> new DeploymentPlan.Hop(
                        sending.from().name(),
                        sending.to().name(),
                        List.of(branches.tensorName(sending.tensor())),
                        sending.bytes(),
                        sending.endSeconds() - sending.beginSeconds(),
                        sending.joules()))
                .toList();
        DeploymentPlan.Costs costs = new DeploymentPlan.Costs(
                placement.latencySeconds(),
                placement.p90LatencySeconds(),
                placement.periodSeconds(),
                placement.bottleneck(),
                placement.energyJoules(),
                placement.gap());
        return plan(Objective.LATENCY, costs, stages, hops, placement.cluster());
    }

    private DeploymentPlan.Part part(
            int index, String device, double seconds, double p90Seconds, double joules, double memoryBytes) {
        PartitionManifest.Part part = manifest.parts().get(index);
        return new DeploymentPlan.Part(
                part.file(),
                part.sha256(),
                device,
                seconds,
                p90Seconds,
                Double.isNaN(joules) ? OptionalDouble.empty() : OptionalDouble.of(joules),
                memoryBytes,
                wires.inputs(part),
                wires.outputs(part));
    }

    private DeploymentPlan plan(
            Objective objective,
            DeploymentPlan.Costs costs,
            List<DeploymentPlan.Part> stages,
            List<DeploymentPlan.Hop> hops,
            Cluster cluster) {
        return new DeploymentPlan(
                manifest.tool(),
                now,
                manifest.modelName(),
                manifest.modelSha256(),
                objective,
                limits(origin.constraints()),
                origin.constraints().inWords(),
                origin.predictor(),
                costs,
                stages,
                hops,
                cluster,
                origin.states(),
                origin.caveats());
    }

    private static SortedMap<Metric, Double> limits(Constraints constraints) {
        SortedMap<Metric, Double> limits = new TreeMap<>();
        for (Metric metric : Metric.values()) {
            constraints.limit(metric).ifPresent(most -> limits.put(metric, most));
        }
        return limits;
    }

    /** Inputs and outputs of the model, or what parts from the cut on take of what is made, or given, before it. */
    private List<String> tensors(Placement placement, Transfer transfer) {
        int last = placement.stages().get(placement.stages().size() - 1).to();
        if (transfer.cut() == last) {
            return manifest.outputs().stream().map(TensorInfo::name).toList();
        }
        List<String> made = new ArrayList<>();
        List<String> taken = new ArrayList<>();
        placement.stages().forEach(stage -> {
            PartitionManifest.Part part = manifest.parts().get(stage.index());
            if (stage.from() < transfer.cut()) {
                part.outputs().forEach(tensor -> made.add(tensor.name()));
            } else {
                part.inputs().forEach(tensor -> taken.add(tensor.name()));
            }
        });
        manifest.inputs().forEach(tensor -> made.add(tensor.name()));
        return taken.stream().filter(made::contains).distinct().toList();
    }
}
