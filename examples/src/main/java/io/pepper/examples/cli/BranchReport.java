package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.onnx.DeploymentPlan;
import io.pepper.plan.GraphPlacement;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A placement of branches, for a person or a program. */
final class BranchReport {
    private BranchReport() {}

    static void print(BranchPlan found, PrintWriter out) {
        GraphPlacement placement = found.placement();
        Table table = new Table("part", "device", "begins", "computes", "memory", "sends");
        for (GraphPlacement.Step step : placement.steps()) {
            table.row(
                    String.valueOf(step.segment() + 1),
                    step.device().name(),
                    Amounts.time(step.beginSeconds()),
                    Amounts.time(step.computeSeconds()),
                    Amounts.bytes(step.memoryBytes()),
                    sends(found, step).stream()
                            .map(sending -> Amounts.bytes(sending.bytes()) + " to "
                                    + sending.to().name() + " in "
                                    + Amounts.time(sending.endSeconds() - sending.beginSeconds()))
                            .collect(Collectors.joining(", ")));
        }
        table.print(out);
        out.println("latency " + Amounts.time(placement.latencySeconds()) + " (90 % within "
                + Amounts.time(placement.p90LatencySeconds()) + "), "
                + Amounts.rate(1 / placement.periodSeconds()) + " per second, paced by "
                + placement.bottleneck());
        out.println(PlanReport.proof(placement.gap()));
        out.println();
        Table single = new Table("all on", "latency", "per second", "");
        for (GraphPlacement.SingleDevice device : found.singleDevices()) {
            Optional<GraphPlacement> whole = device.placement();
            single.row(
                    device.device().name(),
                    whole.map(all -> Amounts.time(all.latencySeconds())).orElse("–"),
                    whole.map(all -> Amounts.rate(1 / all.periodSeconds())).orElse("–"),
                    device.fits() ? "" : whole.isPresent() ? "does not fit" : "not possible");
        }
        single.print(out);
    }

    private static List<GraphPlacement.Sending> sends(BranchPlan found, GraphPlacement.Step step) {
        return found.placement().sendings().stream()
                .filter(sending ->
                        found.branches().tensors().get(sending.tensor()).producer() == step.segment())
                .toList();
    }

    static ObjectNode json(String model, BranchPlan found, Optional<DeploymentPlan> written) {
        GraphPlacement placement = found.placement();
        ObjectNode document = Json.object();
        document.put("model", model).put("objective", "latency");
        Json.put(document, "latencySeconds", placement.latencySeconds());
        Json.put(document, "p90LatencySeconds", placement.p90LatencySeconds());
        Json.put(document, "throughputPerSecond", 1 / placement.periodSeconds());
        Json.put(document, "energyJoules", placement.energyJoules());
        document.put("bottleneck", placement.bottleneck());
        ArrayNode stages = document.putArray("stages");
        for (GraphPlacement.Step step : placement.steps()) {
            List<GraphPlacement.Sending> sends = sends(found, step);
            ObjectNode node = stages.addObject();
            node.put(
                    "part",
                    written.map(plan -> plan.stages().get(step.segment()).file())
                            .orElse(String.valueOf(step.segment() + 1)));
            node.put("device", step.device().name());
            Json.put(node, "beginSeconds", step.beginSeconds());
            Json.put(node, "computeSeconds", step.computeSeconds());
            Json.put(
                    node,
                    "transferSeconds",
                    sends.stream()
                            .mapToDouble(sending -> sending.endSeconds() - sending.beginSeconds())
                            .sum());
            Json.put(
                    node,
                    "bytesOut",
                    sends.stream().mapToDouble(GraphPlacement.Sending::bytes).sum());
            Json.put(node, "memoryBytes", step.memoryBytes());
        }
        document.put("optimal", placement.gap() == 0);
        Json.put(document, "gap", placement.gap());
        ArrayNode single = document.putArray("singleDevice");
        for (GraphPlacement.SingleDevice device : found.singleDevices()) {
            ObjectNode node = single.addObject().put("device", device.device().name());
            Json.put(
                    node,
                    "latencySeconds",
                    device.placement().map(GraphPlacement::latencySeconds).orElse(Double.NaN));
            node.put("fits", device.fits());
        }
        return document;
    }
}
