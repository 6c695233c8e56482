package io.pepper.examples.dashboard;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.document.SafeText;
import io.pepper.export.DeploymentPlan;
import io.pepper.plan.PlacedPart;
import io.pepper.plan.Transfer;
import java.util.List;
import java.util.Map;

/** The parts of a plan with their predicted times, and with the measured ones where they are known. */
final class PlanFigures {
    private static final int MAX_TEXT = 300;

    private PlanFigures() {}

    static void into(ObjectNode node, DeploymentPlan plan, Map<String, Double> stageSeconds) {
        node.put("created", plan.created().toEpochMilli());
        node.put("latency", plan.placement().latencySeconds());
        node.put("p90Latency", plan.placement().p90LatencySeconds());
        node.put("period", plan.placement().periodSeconds());
        node.put("bottleneck", SafeText.line(plan.placement().bottleneck(), MAX_TEXT));
        ArrayNode phases = node.putArray("phases");
        for (DeploymentPlan.Phase phase : plan.phases()) {
            phases.addObject()
                    .put("name", SafeText.line(phase.name(), MAX_TEXT))
                    .put("times", phase.times())
                    .put("latency", phase.latencySeconds());
        }
        ArrayNode parts = node.putArray("parts");
        List<PlacedPart> placed = plan.placement().parts();
        for (int i = 0; i < placed.size(); i++) {
            PlacedPart part = placed.get(i);
            String file = plan.partition().parts().get(i).file();
            ObjectNode described = parts.addObject()
                    .put("file", SafeText.line(file, MAX_TEXT))
                    .put("device", SafeText.line(part.device().name(), MAX_TEXT))
                    .put("predicted", part.computeSeconds())
                    .put("predictedP90", part.p90Seconds())
                    .put("memory", part.memoryBytes());
            Double measured = stageSeconds.get(file);
            if (measured != null) {
                described.put("measured", measured);
            }
        }
        ArrayNode transfers = node.putArray("transfers");
        for (Transfer transfer : plan.placement().transfers()) {
            transfers
                    .addObject()
                    .put("from", SafeText.line(transfer.from().name(), MAX_TEXT))
                    .put("to", SafeText.line(transfer.to().name(), MAX_TEXT))
                    .put("bytes", transfer.bytes())
                    .put("predicted", transfer.seconds());
        }
    }
}
