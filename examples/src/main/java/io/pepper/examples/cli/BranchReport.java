package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.onnx.DeploymentPlan;
import io.pepper.onnx.ModelBranches;
import io.pepper.plan.GraphPlacement;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A placement of branches, for a person or a program. */
final class BranchReport {
    private static final double PERCENT = 100;

    private BranchReport() {}

    static void print(ModelBranches branches, GraphPlacement placement, PrintWriter out) {
        Table table = new Table("part", "device", "begins", "computes", "memory", "sends");
        for (GraphPlacement.Step step : placement.steps()) {
            table.row(
                    String.valueOf(step.segment() + 1),
                    step.device().name(),
                    PlanReport.millis(step.beginSeconds()),
                    PlanReport.millis(step.computeSeconds()),
                    PlanReport.size(step.memoryBytes()),
                    sends(branches, placement, step).stream()
                            .map(sending -> PlanReport.size(sending.bytes()) + " to "
                                    + sending.to().name() + " in "
                                    + PlanReport.millis(sending.endSeconds() - sending.beginSeconds()))
                            .collect(Collectors.joining(", ")));
        }
        table.print(out);
        out.println("latency " + PlanReport.millis(placement.latencySeconds()) + " (90 % within "
                + PlanReport.millis(placement.p90LatencySeconds()) + "), "
                + PlanReport.format("%.1f", 1 / placement.periodSeconds()) + " per second, paced by "
                + placement.bottleneck());
        if (placement.gap() > 0) {
            out.println("at most " + PlanReport.format("%.2f", PERCENT * placement.gap()) + " % from the best");
        }
    }

    private static List<GraphPlacement.Sending> sends(
            ModelBranches branches, GraphPlacement placement, GraphPlacement.Step step) {
        return placement.sendings().stream()
                .filter(sending -> branches.tensors().get(sending.tensor()).producer() == step.segment())
                .toList();
    }

    static ObjectNode json(
            String model,
            ModelBranches branches,
            GraphPlacement placement,
            Optional<DeploymentPlan> written,
            List<String> notes) {
        ObjectNode document = Json.object();
        document.put("model", model).put("objective", "latency");
        Json.put(document, "latencySeconds", placement.latencySeconds());
        Json.put(document, "p90LatencySeconds", placement.p90LatencySeconds());
        Json.put(document, "throughputPerSecond", 1 / placement.periodSeconds());
        Json.put(document, "energyJoules", placement.energyJoules());
        document.put("bottleneck", placement.bottleneck());
        ArrayNode stages = document.putArray("stages");
        for (GraphPlacement.Step step : placement.steps()) {
            List<GraphPlacement.Sending> sends = sends(branches, placement, step);
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
        ArrayNode said = document.putArray("notes");
        notes.forEach(said::add);
        return document;
    }
}
