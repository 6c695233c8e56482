package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.export.DeploymentPlan;
import io.pepper.export.GenerationPlan;
import io.pepper.generation.GenerationSegments;
import io.pepper.internal.text.Quantities;
import io.pepper.plan.PhaseShare;
import io.pepper.plan.Phases;
import io.pepper.plan.Placement;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The phases of a text generator's placement and their explanation, for a person or a program. */
final class GenerationPlanPrinter {
    private static final int MAX_TRADE_OFFS = 12;

    private final GenerationPlanned plan;
    private final PrintWriter out;

    GenerationPlanPrinter(GenerationPlanned plan, PrintWriter out) {
        this.plan = plan;
        this.out = out;
    }

    void print() {
        out.println();
        phases();
        out.println("first token after " + Quantities.seconds(plan.firstSeconds()) + ", then "
                + Quantities.number(1 / plan.tokenSeconds()) + " tokens per second; "
                + plan.load().newTokens() + " new tokens in " + Quantities.seconds(plan.seconds()));
        if (plan.load().sequences() > 1) {
            out.println(plan.load().sequences() + " sequences at once: " + Quantities.number(1 / plan.secondsTogether())
                    + " tokens per second together");
        }
        out.println();
        shares();
        if (plan.turns().size() > 1) {
            out.println();
            turns();
        }
        out.println();
        front();
    }

    private void phases() {
        Table table = new Table("phase", "tokens", "times", "latency", "90 % within", "paced by", "share of the time");
        row(table, GenerationSegments.PROMPT, plan.load().promptTokens(), 1);
        row(table, GenerationSegments.TOKEN, 1, plan.load().tokenSteps());
        table.print(out);
    }

    private void row(Table table, String name, int tokens, double times) {
        Placement costs = plan.costs(name);
        table.row(
                name,
                String.valueOf(tokens),
                Quantities.number(times),
                Quantities.seconds(costs.latencySeconds()),
                Quantities.seconds(costs.p90LatencySeconds()),
                costs.bottleneck(),
                Quantities.percent(times * costs.latencySeconds() / plan.seconds()));
    }

    /** Prints which part or link takes how much of each phase. */
    private void shares() {
        Phases both = plan.both();
        int prompt = index(both, GenerationSegments.PROMPT);
        int token = index(both, GenerationSegments.TOKEN);
        List<PhaseShare> shares = both.shares(plan.placement(), plan.constraints());
        Table table = new Table("part or link", "prompt", "token", "share of the time", "caches");
        List<Double> caches = plan.task().cacheBytes();
        for (PhaseShare share : shares) {
            table.row(
                    share.part().isPresent() ? share.part().getAsInt() + 1 + " on " + share.where() : share.where(),
                    Quantities.seconds(share.seconds().get(prompt)),
                    Quantities.seconds(share.seconds().get(token)),
                    Quantities.percent(share.taskSeconds() / plan.seconds()),
                    share.part().isPresent()
                            ? Quantities.bytes(caches.get(share.part().getAsInt()))
                            : "");
        }
        table.print(out);
        Map.Entry<String, Double> most = PhaseShare.most(shares);
        out.println(most.getKey() + " limits it: " + Quantities.percent(most.getValue() / plan.seconds())
                + " of the time of a sequence");
    }

    private static int index(Phases phases, String name) {
        return phases.list().stream().map(Phases.Phase::name).toList().indexOf(name);
    }

    private void turns() {
        Table others = new Table("new tokens", "segments", "first token", "tokens per second");
        for (int i = 0; i < plan.turns().size(); i++) {
            if (plan.isReached(i)) {
                Placement then = plan.turns().get(i).then();
                List<Placement> costs = plan.phases().costs(then, plan.constraints());
                others.row(
                        plan.tokens(i),
                        PlanPrinter.line(then),
                        Quantities.seconds(costs.get(index(plan.phases(), GenerationSegments.PROMPT))
                                .latencySeconds()),
                        Quantities.number(1
                                / costs.get(index(plan.phases(), GenerationSegments.TOKEN))
                                        .latencySeconds()));
            }
        }
        others.print(out);
    }

    private void front() {
        out.println("the best trade-offs of first token and tokens per second"
                + (plan.found().tasks() > 1 ? " of " + plan.found().tasks() + " sequences together" : "") + ":");
        Table table = new Table("first token", "tokens per second", "segments", "");
        List<GenerationPlan.TradeOff> all = plan.tradeOffs();
        int stride = (all.size() + MAX_TRADE_OFFS - 1) / MAX_TRADE_OFFS;
        for (int i = 0; i < all.size(); i++) {
            GenerationPlan.TradeOff each = all.get(i);
            if (i % stride == 0 || i + 1 == all.size() || each.chosen()) {
                table.row(
                        Quantities.seconds(each.firstTokenSeconds()),
                        Quantities.number(each.tokensPerSecond()),
                        each.parts().stream().map(GenerationPlanPrinter::text).collect(Collectors.joining(", ")),
                        each.chosen() ? "this plan" : "");
            }
        }
        table.print(out);
        if (stride > 1) {
            out.println("some of " + all.size() + "; --report and --json have all");
        }
    }

    private static String text(GenerationPlan.Run run) {
        return PlanPrinter.span(run.from(), run.to()) + " on " + run.device();
    }

    /** Adds the phases, the front and the caches to a document. */
    static void add(GenerationPlanned plan, ObjectNode node) {
        ArrayNode phases = node.putArray("phases");
        for (DeploymentPlan.Phase phase : plan.stored()) {
            ObjectNode entry = phases.addObject().put("name", phase.name());
            Json.put(entry, "times", phase.times());
            Json.put(entry, "latencySeconds", phase.latencySeconds());
            Json.put(entry, "p90LatencySeconds", phase.p90LatencySeconds());
            Json.put(entry, "periodSeconds", phase.periodSeconds());
            entry.put("bottleneck", phase.bottleneck());
            numbers(entry.putArray("partSeconds"), phase.partSeconds());
            numbers(entry.putArray("transferSeconds"), phase.transferSeconds());
        }
        Map.Entry<String, Double> most = PhaseShare.most(plan.both().shares(plan.placement(), plan.constraints()));
        node.put("limitedBy", most.getKey());
        Json.put(node, "limitingShare", most.getValue() / plan.seconds());
        GenerationPlan task = plan.task();
        numbers(node.putArray("cacheBytes"), task.cacheBytes());
        ObjectNode front = node.putObject("front")
                .put("sequences", task.front().sequences())
                .put("exact", task.front().exact());
        ArrayNode tradeOffs = front.putArray("tradeOffs");
        for (GenerationPlan.TradeOff each : task.front().tradeOffs()) {
            ObjectNode entry = tradeOffs.addObject();
            Json.put(entry, "firstTokenSeconds", each.firstTokenSeconds());
            Json.put(entry, "tokensPerSecond", each.tokensPerSecond());
            ArrayNode parts = entry.put("chosen", each.chosen()).putArray("parts");
            each.parts().forEach(run -> parts.addObject()
                    .put("device", run.device())
                    .put("from", run.from())
                    .put("to", run.to()));
        }
    }

    private static void numbers(ArrayNode array, List<Double> numbers) {
        numbers.forEach(array::add);
    }
}
