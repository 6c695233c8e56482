package io.pepper.export;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** A writer of the phases of a plan and of a text generator's task, described in {@code docs/plan-format.md}. */
final class GenerationJson {
    private GenerationJson() {}

    static void phases(ArrayNode phases, List<DeploymentPlan.Phase> list) {
        for (DeploymentPlan.Phase phase : list) {
            ObjectNode node = phases.addObject()
                    .put("name", phase.name())
                    .put("times", phase.times())
                    .put("latencySeconds", phase.latencySeconds())
                    .put("p90LatencySeconds", phase.p90LatencySeconds())
                    .put("periodSeconds", phase.periodSeconds())
                    .put("bottleneck", phase.bottleneck());
            numbers(node.putArray("partSeconds"), phase.partSeconds());
            numbers(node.putArray("transferSeconds"), phase.transferSeconds());
        }
    }

    static void generation(ObjectNode node, GenerationPlan plan) {
        node.put("promptTokens", plan.promptTokens())
                .put("newTokens", plan.newTokens())
                .put("contextTokens", plan.contextTokens())
                .put("sequences", plan.sequences());
        numbers(node.putArray("cacheBytes"), plan.cacheBytes());
        ArrayNode tradeOffs = node.putObject("front")
                .put("sequences", plan.front().sequences())
                .put("exact", plan.front().exact())
                .putArray("tradeOffs");
        for (GenerationPlan.TradeOff each : plan.front().tradeOffs()) {
            ObjectNode entry = tradeOffs
                    .addObject()
                    .put("firstTokenSeconds", each.firstTokenSeconds())
                    .put("tokensPerSecond", each.tokensPerSecond())
                    .put("chosen", each.chosen());
            runs(entry.putArray("parts"), each.parts());
        }
        ArrayNode changes = node.putArray("changes");
        for (GenerationPlan.Change each : plan.changes()) {
            runs(changes.addObject().put("when", each.when()).putArray("parts"), each.then());
        }
    }

    private static void runs(ArrayNode parts, List<GenerationPlan.Run> runs) {
        for (GenerationPlan.Run run : runs) {
            parts.addObject()
                    .put("device", run.device())
                    .put("from", run.from())
                    .put("to", run.to());
        }
    }

    private static void numbers(ArrayNode array, List<Double> numbers) {
        numbers.forEach(array::add);
    }
}
