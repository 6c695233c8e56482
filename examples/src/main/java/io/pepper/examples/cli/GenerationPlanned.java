package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.export.DeploymentPlan;
import io.pepper.export.GenerationPlan;
import io.pepper.generation.GenerationLoad;
import io.pepper.generation.GenerationSegments;
import io.pepper.internal.text.Quantities;
import io.pepper.onnx.OnnxModel;
import io.pepper.plan.Constraints;
import io.pepper.plan.Explanation;
import io.pepper.plan.Phases;
import io.pepper.plan.PlacedPart;
import io.pepper.plan.Placement;
import io.pepper.report.PlanReport;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * A placement of a text generator.
 *
 * @param goal the name of the objective
 * @param load the task
 * @param segments the segments of the model
 * @param phases the phases of which the placement is the best
 * @param planned the placement, with the figures of the mean step
 * @param turns the best placements for other numbers of new tokens; empty if they were not searched
 * @param found the front of the time to the first token and the time of a token
 * @param caveats why the figures may be wrong
 */
record GenerationPlanned(
        String goal,
        GenerationLoad load,
        GenerationSegments segments,
        Phases phases,
        Planned planned,
        List<Phases.Turn> turns,
        Phases.Front found,
        List<String> caveats) {
    /** Returns the phases as a plan stores them. */
    List<DeploymentPlan.Phase> stored() {
        return DeploymentPlan.Phase.of(phases, placement(), constraints());
    }

    /** Returns the task as a plan stores it. */
    GenerationPlan task() {
        return new GenerationPlan(
                load.promptTokens(),
                load.newTokens(),
                load.contextTokens(),
                load.sequences(),
                placement().parts().stream().map(this::cacheBytes).toList(),
                new GenerationPlan.Front(found.tasks(), found.exact(), tradeOffs()),
                changes());
    }

    Placement placement() {
        return planned.why().placement();
    }

    Constraints constraints() {
        return planned.prepared().constraints();
    }

    /** Returns the bytes of all sequences' caches in a part, at the longest context. */
    private double cacheBytes(PlacedPart part) {
        return load.sequences()
                * IntStream.range(part.from(), part.to())
                        .mapToDouble(segments::cacheBytes)
                        .sum();
    }

    /** Returns the front. A trade-off with the figures of this plan is this plan. */
    List<GenerationPlan.TradeOff> tradeOffs() {
        OptionalInt own = found.indexOf(phases.tradeOff(found, placement(), constraints()));
        List<GenerationPlan.TradeOff> all = new ArrayList<>();
        for (Phases.TradeOff each : found.tradeOffs()) {
            boolean chosen = own.isPresent() && own.getAsInt() == all.size();
            all.add(new GenerationPlan.TradeOff(
                    each.onceSeconds(),
                    1 / each.stepSeconds(),
                    chosen,
                    GenerationPlan.Run.of(chosen ? placement() : each.placement())));
        }
        return all;
    }

    /** Returns what would make another placement the best. */
    private List<GenerationPlan.Change> changes() {
        List<GenerationPlan.Change> changes = new ArrayList<>();
        for (int i = 0; i < turns.size(); i++) {
            if (isReached(i)
                    && !GenerationPlan.Run.of(turns.get(i).then()).equals(GenerationPlan.Run.of(placement()))) {
                changes.add(new GenerationPlan.Change(
                        tokens(i) + " new tokens",
                        GenerationPlan.Run.of(turns.get(i).then())));
            }
        }
        for (Explanation.Flip flip : planned.why().flips()) {
            changes.add(new GenerationPlan.Change(PlanPrinter.when(flip), GenerationPlan.Run.of(flip.then())));
        }
        return changes;
    }

    /** Returns the task, whether the objective counts both of its phases or not. */
    Phases both() {
        return phases.withTimes(GenerationSegments.PROMPT, 1).withTimes(GenerationSegments.TOKEN, load.tokenSteps());
    }

    /** Returns the costs of one run of a phase, whether the objective counts it or not. */
    Placement costs(String name) {
        int phase = phases.list().stream().map(Phases.Phase::name).toList().indexOf(name);
        return phases.costs(placement(), constraints()).get(phase);
    }

    /** Returns the seconds of one sequence. */
    double seconds() {
        return firstSeconds() + load.tokenSteps() * tokenSeconds();
    }

    double firstSeconds() {
        return costs(GenerationSegments.PROMPT).latencySeconds();
    }

    double tokenSeconds() {
        return costs(GenerationSegments.TOKEN).latencySeconds();
    }

    /** Returns the seconds from one token to the next, of all sequences together. */
    double secondsTogether() {
        return Phases.secondsOfStep(both().mean(placement(), constraints()), load.sequences());
    }

    /** Returns whether a turn is the best for some whole number of new tokens. */
    boolean isReached(int turn) {
        return turn + 1 == turns.size() || newTokens(turn) < newTokens(turn + 1);
    }

    /** Returns the numbers of new tokens for which a turn is the best, in words. */
    String tokens(int turn) {
        return newTokens(turn) + (turn + 1 < turns.size() ? " to " + (newTokens(turn + 1) - 1) : " and more");
    }

    /** The first new token comes from the prompt, so that the numbers of new tokens are one more than those of steps. */
    private long newTokens(int turn) {
        return 1 + (long) Math.ceil(turns.get(turn).times());
    }

    /** Returns an illustrated explanation. */
    PlanReport picture(OnnxModel opened) {
        String sequences = load.sequences() == 1 ? "1 sequence" : load.sequences() + " sequences at once";
        return PlanReport.of(opened, segments.token(), planned.why())
                .withPhases(
                        both(),
                        goal + ", for a prompt of " + load.promptTokens() + " tokens and " + load.newTokens()
                                + " new ones, with memory for a context of " + load.contextTokens() + " and "
                                + sequences,
                        task().cacheBytes())
                .withFront(
                        found,
                        "time to first token",
                        "tokens per second" + (found.tasks() > 1 ? " of " + found.tasks() + " sequences" : ""))
                .withCaveats(caveats);
    }

    /** Adds the figures of the phases to a document. */
    ObjectNode addTo(ObjectNode document) {
        ObjectNode node = document.putObject("generation");
        node.put("promptTokens", load.promptTokens())
                .put("newTokens", load.newTokens())
                .put("contextTokens", load.contextTokens())
                .put("sequences", load.sequences());
        Json.put(node, "firstTokenSeconds", firstSeconds());
        Json.put(node, "secondsPerToken", tokenSeconds());
        Json.put(node, "seconds", seconds());
        Json.put(node, "tokensPerSecondTogether", 1 / secondsTogether());
        GenerationPlanPrinter.add(this, node);
        ArrayNode changes = node.putArray("turns");
        for (int i = 0; i < turns.size(); i++) {
            ObjectNode entry = changes.addObject().put("newTokens", newTokens(i));
            entry.set("then", PlanPrinter.placement(turns.get(i).then()));
        }
        return document;
    }

    /** Returns the notes that a reader needs to understand the figures. */
    List<String> notes() {
        List<String> notes = new ArrayList<>(planned.prepared().notes());
        if (phases.steps() > 1) {
            notes.add("figures of parts are means of " + Quantities.number(phases.steps()) + " steps");
        }
        if (!found.exact()) {
            notes.add("the search for trade-offs reached its budget (--budget): others may be better");
        }
        return notes;
    }
}
