package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.export.DeploymentPlan;
import io.pepper.generation.GenerationLoad;
import io.pepper.generation.GenerationSegments;
import io.pepper.internal.text.Quantities;
import io.pepper.plan.Phases;
import io.pepper.plan.Placement;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * A placement of a text generator.
 *
 * @param load the task
 * @param phases the phases of which the placement is the best
 * @param planned the placement, with the figures of the mean step
 * @param costs the placement with the figures of each phase
 * @param turns the best placements for other numbers of new tokens; empty if they were not searched
 * @param caveats why the figures may be wrong
 */
record GenerationPlanned(
        GenerationLoad load,
        Phases phases,
        Planned planned,
        List<Placement> costs,
        List<Phases.Turn> turns,
        List<String> caveats) {

    /** Returns the phases as a plan stores them. */
    List<DeploymentPlan.Phase> stored() {
        return DeploymentPlan.Phase.of(phases, placement(), planned.prepared().constraints());
    }

    private Placement placement() {
        return planned.why().placement();
    }

    /** Returns the costs of one run of a phase, whether the objective counts it or not. */
    private Placement costs(String name) {
        int phase = phases.list().stream().map(Phases.Phase::name).toList().indexOf(name);
        return costs.get(phase);
    }

    /** Returns the seconds of one sequence. */
    private double seconds() {
        return firstSeconds() + load.tokenSteps() * tokenSeconds();
    }

    private double firstSeconds() {
        return costs(GenerationSegments.PROMPT).latencySeconds();
    }

    private double tokenSeconds() {
        return costs(GenerationSegments.TOKEN).latencySeconds();
    }

    /** Returns the seconds from one token to the next, of all sequences together. */
    private double secondsTogether() {
        Placement mean = phases.withTimes(GenerationSegments.PROMPT, 1)
                .withTimes(GenerationSegments.TOKEN, load.tokenSteps())
                .mean(placement(), planned.prepared().constraints());
        return Phases.secondsOfStep(mean, load.sequences());
    }

    void print(PrintWriter out) {
        out.println();
        Table table = new Table("phase", "tokens", "times", "latency", "90 % within", "paced by", "share of the time");
        row(table, GenerationSegments.PROMPT, load.promptTokens(), 1);
        row(table, GenerationSegments.TOKEN, 1, load.tokenSteps());
        table.print(out);
        out.println("first token after " + Quantities.seconds(firstSeconds()) + ", then "
                + Quantities.number(1 / tokenSeconds()) + " tokens per second; " + load.newTokens() + " new tokens in "
                + Quantities.seconds(seconds()));
        if (load.sequences() > 1) {
            out.println(load.sequences() + " sequences at once: " + Quantities.number(1 / secondsTogether())
                    + " tokens per second together");
        }
        if (turns.size() > 1) {
            out.println();
            Table others = new Table("new tokens", "segments", "first token", "tokens per second");
            for (int i = 0; i < turns.size(); i++) {
                turnRow(others, i);
            }
            others.print(out);
        }
    }

    private void row(Table table, String name, int tokens, double times) {
        Placement costs = costs(name);
        table.row(
                name,
                String.valueOf(tokens),
                Quantities.number(times),
                Quantities.seconds(costs.latencySeconds()),
                Quantities.seconds(costs.p90LatencySeconds()),
                costs.bottleneck(),
                Quantities.percent(times * costs.latencySeconds() / seconds()));
    }

    /** The first new token comes from the prompt, so that the numbers of new tokens are one more than those of steps. */
    private void turnRow(Table table, int index) {
        long from = newTokens(index);
        String until = index + 1 < turns.size() ? " to " + (newTokens(index + 1) - 1) : " and more";
        List<Placement> then =
                phases.costs(turns.get(index).then(), planned.prepared().constraints());
        if (index + 1 == turns.size() || from < newTokens(index + 1)) {
            table.row(
                    from + until,
                    PlanPrinter.line(turns.get(index).then()),
                    Quantities.seconds(then.get(0).latencySeconds()),
                    Quantities.number(1 / then.get(1).latencySeconds()));
        }
    }

    private long newTokens(int turn) {
        return 1 + (long) Math.ceil(turns.get(turn).times());
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
        ArrayNode list = node.putArray("phases");
        for (DeploymentPlan.Phase phase : stored()) {
            ObjectNode entry = list.addObject().put("name", phase.name());
            Json.put(entry, "times", phase.times());
            Json.put(entry, "latencySeconds", phase.latencySeconds());
            Json.put(entry, "p90LatencySeconds", phase.p90LatencySeconds());
            Json.put(entry, "periodSeconds", phase.periodSeconds());
        }
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
        return notes;
    }
}
