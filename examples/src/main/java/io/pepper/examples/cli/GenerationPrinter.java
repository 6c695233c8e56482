package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.export.DeploymentPlan;
import io.pepper.generation.Generated;
import io.pepper.generation.GenerationSegments;
import io.pepper.generation.GenerationSession;
import io.pepper.generation.GenerationVerification;
import io.pepper.internal.text.Quantities;
import io.pepper.session.StageMetrics;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The results of {@code generate}, for a person or a program. */
final class GenerationPrinter {
    private static final double NANOS = 1e9;

    private final List<Generated> generated;
    private final List<StageMetrics> stages;
    private final List<Long> cacheBytes;
    private final long replays;
    private final double seconds;
    private final GenerationBackground background;

    /** Takes the results of a run of some nanoseconds. */
    GenerationPrinter(
            GenerationSession session, List<Generated> generated, long nanos, GenerationBackground background) {
        this.background = background;
        this.generated = generated;
        this.stages = session.metrics();
        this.cacheBytes = session.cacheBytes();
        this.replays = session.replays();
        this.seconds = nanos / NANOS;
    }

    private double meanSeconds(int part) {
        long calls = background.calls(stages.get(part), part);
        return calls == 0 ? 0 : background.busySeconds(stages.get(part), part) / calls;
    }

    /** Returns the mean time of a phase over all sequences; NaN if none of them had it. */
    private double measuredSeconds(DeploymentPlan.Phase phase) {
        if (phase.name().equals(GenerationSegments.PROMPT)) {
            return generated.stream()
                    .mapToDouble(Generated::firstTokenSeconds)
                    .average()
                    .orElse(Double.NaN);
        }
        return generated.stream()
                .filter(each -> each.tokens().size() > 1)
                .mapToDouble(each -> 1 / each.tokensPerSecond())
                .average()
                .orElse(Double.NaN);
    }

    private double perSecond() {
        return generated.stream().mapToInt(each -> each.tokens().size()).sum() / seconds;
    }

    /**
     * Returns the results for a program.
     *
     * @param prompts the tokens of each prompt
     * @param texts the new text of each sequence; empty without a tokenizer
     */
    ObjectNode json(List<List<Long>> prompts, List<String> texts) {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        ArrayNode sequences = root.putArray("sequences");
        for (int i = 0; i < generated.size(); i++) {
            Generated each = generated.get(i);
            ObjectNode node = sequences.addObject();
            ArrayNode tokens = node.putArray("tokens");
            each.tokens().forEach(tokens::add);
            if (!texts.isEmpty()) {
                node.put("text", texts.get(i));
                ArrayNode prompt = node.putArray("promptTokens");
                prompts.get(i).forEach(prompt::add);
            }
            node.put("reason", each.reason().name().toLowerCase(Locale.ROOT).replace('_', '-'));
            node.put("firstTokenSeconds", each.firstTokenSeconds());
            node.put("seconds", each.seconds());
            if (each.tokens().size() > 1) {
                node.put("tokensPerSecond", each.tokensPerSecond());
            }
        }
        root.put("seconds", seconds).put("tokensPerSecond", perSecond()).put("replays", replays);
        if (!background.planned().isEmpty()) {
            ArrayNode phases = root.putArray("phases");
            for (DeploymentPlan.Phase phase : background.planned()) {
                ObjectNode node =
                        phases.addObject().put("name", phase.name()).put("plannedSeconds", phase.latencySeconds());
                Json.put(node, "measuredSeconds", measuredSeconds(phase));
            }
        }
        putStages(root);
        return root;
    }

    private void putStages(ObjectNode root) {
        ArrayNode parts = root.putArray("stages");
        for (int part = 0; part < stages.size(); part++) {
            StageMetrics stage = stages.get(part);
            ObjectNode node = parts.addObject()
                    .put("stage", stage.stage())
                    .put("calls", background.calls(stage, part))
                    .put("meanSeconds", meanSeconds(part));
            if (part < cacheBytes.size()) {
                node.put("cacheBytes", cacheBytes.get(part));
            }
        }
    }

    /**
     * Prints the new tokens of each sequence, or their text.
     *
     * @param texts the new text of each sequence; empty without a tokenizer
     */
    void printSequences(PrintWriter out, List<String> texts) {
        if (!texts.isEmpty()) {
            texts.forEach(text -> out.print(text + "\n"));
            return;
        }
        for (Generated each : generated) {
            out.println(each.tokens().stream().map(String::valueOf).collect(Collectors.joining(",")));
        }
    }

    void print(PrintWriter out) {
        Table sequences = new Table("sequence", "tokens", "ends by", "first token", "per second");
        for (int i = 0; i < generated.size(); i++) {
            Generated each = generated.get(i);
            sequences.row(
                    String.valueOf(i + 1),
                    String.valueOf(each.tokens().size()),
                    each.reason().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                    Quantities.seconds(each.firstTokenSeconds()),
                    each.tokens().size() > 1 ? Quantities.number(each.tokensPerSecond()) : "-");
        }
        sequences.print(out);
        out.println();
        printStages(out);
        out.println(Quantities.number(perSecond()) + " tokens per second");
        printPhases(out);
        background.notes().forEach(note -> out.println("note: " + note));
        if (replays > 0) {
            out.println("note: caches were dropped or lost, and computed again " + replays + " times");
        }
    }

    private void printStages(PrintWriter out) {
        Table parts = new Table("stage", "calls", "mean time", "busy", "caches");
        for (int part = 0; part < stages.size(); part++) {
            StageMetrics stage = stages.get(part);
            parts.row(
                    stage.stage(),
                    String.valueOf(background.calls(stage, part)),
                    Quantities.seconds(meanSeconds(part)),
                    Quantities.percent(background.busySeconds(stage, part) / seconds),
                    part < cacheBytes.size() ? Quantities.bytes(cacheBytes.get(part)) : "on its node");
        }
        parts.print(out);
    }

    private void printPhases(PrintWriter out) {
        if (!background.planned().isEmpty()) {
            out.println();
            Table phases = new Table("phase", "planned", "measured");
            for (DeploymentPlan.Phase phase : background.planned()) {
                double measured = measuredSeconds(phase);
                phases.row(
                        phase.name(),
                        Quantities.seconds(phase.latencySeconds()),
                        Double.isNaN(measured) ? "-" : Quantities.seconds(measured));
            }
            phases.print(out);
        }
    }

    /** Prints what differs between a whole model and its parts. */
    static void verification(GenerationVerification found, boolean asJson, PrintWriter out) {
        if (asJson) {
            ObjectNode root = JsonNodeFactory.instance.objectNode();
            root.put("identical", found.identical())
                    .put("sameTokens", found.sameTokens())
                    .put("steps", found.steps());
            Json.put(root, "maxAbsDiff", found.largestDifference());
            found.firstDifferentStep().ifPresent(step -> root.put("firstDifferentStep", step));
            ArrayNode tokens = root.putArray("tokens");
            found.tokens().forEach(tokens::add);
            out.println(Json.print(root));
            return;
        }
        out.println(
                found.identical()
                        ? found.steps() + " steps: all logits are identical"
                        : found.steps() + " steps: logits differ by up to " + found.largestDifference()
                                + ", first in step "
                                + found.firstDifferentStep().orElseThrow() + "; the tokens are "
                                + (found.sameTokens() ? "the same" : "different"));
    }
}
