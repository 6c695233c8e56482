package io.pepper.examples;

import io.pepper.distributed.NodeInfo;
import io.pepper.distributed.PartMetrics;
import io.pepper.export.DeploymentPlan;
import io.pepper.export.PartitionManifest;
import io.pepper.plan.PlacedPart;
import io.pepper.plan.Placement;
import io.pepper.plan.Transfer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A part that a node of a cluster serves: what it did there, and what the plan of its deployment predicts.
 *
 * @param deployment the name of the deployment
 * @param version the serving version
 * @param part the number of the part, from 0
 * @param file the file of the part; empty if the plan is unknown
 * @param node the name of the node
 * @param planned whether the plan has the part on this node; otherwise it is a spare
 * @param metrics what the part did on this node; empty if the node does not tell
 * @param predictedSeconds the predicted time of a run; empty on a spare, and if the plan is unknown
 * @param predictedWireSeconds the predicted time of the messages to the part; empty without such messages, on a spare, and
 *     if the plan is unknown
 */
public record DeployedPart(
        String deployment,
        String version,
        int part,
        Optional<String> file,
        String node,
        boolean planned,
        Optional<PartMetrics> metrics,
        OptionalDouble predictedSeconds,
        OptionalDouble predictedWireSeconds) {
    /**
     * Returns the parts of the versions that serve.
     *
     * @param nodes the nodes of the cluster
     * @param plans the plans by the names of their deployments, as far as they are known
     * @return the parts, sorted by deployment, part and node
     */
    public static List<DeployedPart> of(List<NodeInfo> nodes, Map<String, DeploymentPlan> plans) {
        List<DeployedPart> parts = new ArrayList<>();
        for (NodeInfo node : nodes) {
            for (NodeInfo.HeldParts held : node.held()) {
                if (held.serving() && node.reachable()) {
                    Optional<DeploymentPlan> plan = Optional.ofNullable(plans.get(held.deployment()))
                            .filter(known -> known.placement().parts().size() == held.totalParts());
                    held.parts().forEach(part -> parts.add(of(node.name(), held, part, plan)));
                }
            }
        }
        parts.sort(Comparator.comparing(DeployedPart::deployment)
                .thenComparing(DeployedPart::part)
                .thenComparing(DeployedPart::node));
        return parts;
    }

    private static DeployedPart of(String node, NodeInfo.HeldParts held, int part, Optional<DeploymentPlan> plan) {
        Optional<DeploymentPlan> here =
                plan.filter(known -> known.devices().get(part).equals(node));
        return new DeployedPart(
                held.deployment(),
                held.version(),
                part,
                plan.map(known -> known.partition().parts().get(part)).map(PartitionManifest.Part::file),
                node,
                held.planned().contains(part),
                held.metrics().stream().filter(counts -> counts.part() == part).findFirst(),
                here.isPresent()
                        ? OptionalDouble.of(
                                here.get().placement().parts().get(part).computeSeconds())
                        : OptionalDouble.empty(),
                here.isPresent() ? wire(here.get().placement(), part) : OptionalDouble.empty());
    }

    /** Returns the longest predicted time of the messages to a part. */
    private static OptionalDouble wire(Placement placement, int part) {
        PlacedPart placed = placement.parts().get(part);
        return placement.transfers().stream()
                .filter(transfer ->
                        transfer.to().name().equals(placed.device().name()) && reads(placement, placed, transfer))
                .mapToDouble(Transfer::seconds)
                .max();
    }

    private static boolean reads(Placement placement, PlacedPart part, Transfer transfer) {
        return placement.flows().get(transfer.flow()).readers().stream()
                .anyMatch(segment -> segment >= part.from() && segment < part.to());
    }

    /**
     * Returns the measured mean time of a run divided by the predicted one.
     *
     * @return the ratio; empty unless both are known
     */
    public OptionalDouble ratio() {
        OptionalDouble measured = metrics.map(PartMetrics::meanRunSeconds).orElse(OptionalDouble.empty());
        return measured.isPresent() && predictedSeconds.orElse(0) > 0
                ? OptionalDouble.of(measured.getAsDouble() / predictedSeconds.getAsDouble())
                : OptionalDouble.empty();
    }
}
