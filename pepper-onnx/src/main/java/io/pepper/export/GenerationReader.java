package io.pepper.export;

import io.pepper.cluster.Cluster;
import io.pepper.document.InvalidFileException;
import io.pepper.internal.text.Fields;
import io.pepper.plan.Placement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A reader of the phases of a plan and of a text generator's task. It checks them against the placement. */
final class GenerationReader {
    private static final long MAX_TOKENS = Integer.MAX_VALUE;

    private final Fields plan;
    private final Placement placement;

    GenerationReader(Fields plan, Placement placement) {
        this.plan = plan;
        this.placement = placement;
    }

    List<DeploymentPlan.Phase> phases() throws InvalidFileException {
        List<DeploymentPlan.Phase> phases = new ArrayList<>();
        if (!plan.has("phases")) {
            return phases;
        }
        Set<String> names = new HashSet<>();
        double steps = 0;
        double seconds = 0;
        for (Fields each : plan.list("phases")) {
            DeploymentPlan.Phase phase = phase(each);
            if (!names.add(phase.name())) {
                throw each.error("name", "'" + phase.name() + "' is there twice");
            }
            steps += phase.times();
            seconds += phase.times() * phase.latencySeconds();
            phases.add(phase);
        }
        if (!(steps > 0)) {
            throw plan.error("phases", "never run");
        }
        double mean = seconds / steps;
        if (placement.isChain() && PlanReader.differ(mean, placement.latencySeconds())) {
            throw plan.error(
                    "phases",
                    "have a mean latency of " + mean + ", where costs.latencySeconds is " + placement.latencySeconds());
        }
        return phases;
    }

    private DeploymentPlan.Phase phase(Fields fields) throws InvalidFileException {
        DeploymentPlan.Phase phase = new DeploymentPlan.Phase(
                fields.requiredText("name"),
                PlanReader.amount(fields, "times"),
                PlanReader.amount(fields, "latencySeconds"),
                PlanReader.amount(fields, "p90LatencySeconds"),
                PlanReader.amount(fields, "periodSeconds"),
                fields.requiredText("bottleneck"),
                amounts(fields, "partSeconds", placement.parts().size(), PartitionManifest.FILE_NAME, "parts"),
                amounts(fields, "transferSeconds", placement.transfers().size(), "the plan", "transfers"));
        if (phase.p90LatencySeconds() < phase.latencySeconds()) {
            throw fields.error("p90LatencySeconds", "is less than latencySeconds");
        }
        PlanReader.checkLatency(fields, phase.latencySeconds(), phase.partSeconds(), phase.transferSeconds());
        return phase;
    }

    Optional<GenerationPlan> generation(Cluster cluster) throws InvalidFileException {
        if (!plan.has("generation")) {
            return Optional.empty();
        }
        Fields fields = plan.fields("generation");
        int prompt = (int) fields.requiredWhole("promptTokens", MAX_TOKENS);
        int added = (int) fields.requiredWhole("newTokens", MAX_TOKENS);
        int context = (int) fields.requiredWhole("contextTokens", MAX_TOKENS);
        int sequences = (int) fields.requiredWhole("sequences", MAX_TOKENS);
        List<Double> caches =
                amounts(fields, "cacheBytes", placement.parts().size(), PartitionManifest.FILE_NAME, "parts");
        GenerationPlan.Front front = front(fields.fields("front"), cluster);
        List<GenerationPlan.Change> changes = new ArrayList<>();
        for (Fields each : fields.list("changes")) {
            changes.add(new GenerationPlan.Change(each.requiredText("when"), runs(each, cluster)));
        }
        return Optional.of(
                fields.made(() -> new GenerationPlan(prompt, added, context, sequences, caches, front, changes)));
    }

    private static GenerationPlan.Front front(Fields fields, Cluster cluster) throws InvalidFileException {
        int sequences = (int) fields.requiredWhole("sequences", MAX_TOKENS);
        if (sequences < 1) {
            throw fields.error("sequences", "is less than 1");
        }
        boolean exact = flag(fields, "exact");
        List<GenerationPlan.TradeOff> tradeOffs = new ArrayList<>();
        for (Fields each : fields.list("tradeOffs")) {
            GenerationPlan.TradeOff next = new GenerationPlan.TradeOff(
                    PlanReader.amount(each, "firstTokenSeconds"),
                    PlanReader.amount(each, "tokensPerSecond"),
                    flag(each, "chosen"),
                    runs(each, cluster));
            if (!tradeOffs.isEmpty()) {
                GenerationPlan.TradeOff before = tradeOffs.get(tradeOffs.size() - 1);
                requireMore(each, "firstTokenSeconds", before.firstTokenSeconds(), next.firstTokenSeconds());
                requireMore(each, "tokensPerSecond", before.tokensPerSecond(), next.tokensPerSecond());
            }
            tradeOffs.add(next);
        }
        return new GenerationPlan.Front(sequences, exact, tradeOffs);
    }

    private static void requireMore(Fields fields, String name, double before, double value)
            throws InvalidFileException {
        if (!(value > before)) {
            throw fields.error(
                    name,
                    "is " + value + ", not more than " + before + " of the one before, so that one beats the other");
        }
    }

    /** Reads the parts of another placement: each device is known, and each part begins where the one before ends. */
    private static List<GenerationPlan.Run> runs(Fields owner, Cluster cluster) throws InvalidFileException {
        List<GenerationPlan.Run> runs = new ArrayList<>();
        int end = 0;
        for (Fields each : owner.list("parts")) {
            String device = PlanReader.device(cluster, each, "device").name();
            int from = (int) each.requiredWhole("from", MAX_TOKENS);
            int to = (int) each.requiredWhole("to", MAX_TOKENS);
            if (from != end) {
                throw each.error("from", "is " + from + ", where the part before ends at " + end);
            }
            if (to <= from) {
                throw each.error("to", "is " + to + ", not more than from");
            }
            runs.add(new GenerationPlan.Run(device, from, to));
            end = to;
        }
        if (runs.isEmpty()) {
            throw owner.error("parts", "are none");
        }
        return runs;
    }

    private static boolean flag(Fields fields, String name) throws InvalidFileException {
        Optional<Boolean> flag = fields.flag(name);
        if (flag.isEmpty()) {
            throw fields.error(name, "is missing");
        }
        return flag.get();
    }

    private static List<Double> amounts(Fields fields, String name, int count, String where, String of)
            throws InvalidFileException {
        List<Double> numbers = fields.with(name).numbers(name).orElseThrow();
        if (numbers.size() != count) {
            throw fields.error(name, "are " + numbers.size() + ", where " + where + " has " + count + " " + of);
        }
        for (double number : numbers) {
            if (number < 0) {
                throw fields.error(name, "contain " + number + ", which is less than 0");
            }
        }
        return numbers;
    }
}
