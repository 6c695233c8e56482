package io.pepper.examples.cli;

import io.pepper.cut.Cuts;
import io.pepper.generation.GenerationLoad;
import io.pepper.generation.GenerationSegments;
import io.pepper.generation.GenerationWork;
import io.pepper.onnx.OnnxModel;
import io.pepper.plan.Constraints;
import io.pepper.plan.Explanation;
import io.pepper.plan.Metric;
import io.pepper.plan.Objective;
import io.pepper.plan.Phases;
import io.pepper.plan.Placement;
import io.pepper.plan.Planner;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The option for plans of text generators. */
final class GenerationOption {
    /** The explanation of a throughput searches several hundred fronts, which takes seconds with this many devices. */
    private static final int MAX_EXPLAINED_DEVICES = 4;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--generate",
            paramLabel = "prompt=N,new=N[,context=N][,sequences=N]",
            converter = Load.class,
            description = "Plan a text generator: a prompt of N tokens and N new ones on one placement, with memory for"
                    + " the caches of a context and of several sequences at once (default: the prompt and the new tokens,"
                    + " 1 sequence).")
    private Optional<GenerationLoad> load = Optional.empty();

    /** Parses a load. */
    static final class Load implements ITypeConverter<GenerationLoad> {
        private static final String NEED = "give numbers such as prompt=512,new=128,context=2048,sequences=4";

        @Override
        public GenerationLoad convert(String value) {
            Map<String, Integer> given = new TreeMap<>();
            for (String each : value.split(",", -1)) {
                int split = each.indexOf('=');
                String name = each.substring(0, Math.max(0, split));
                if (!List.of("prompt", "new", "context", "sequences").contains(name) || given.containsKey(name)) {
                    throw new TypeConversionException("'" + each + "': " + NEED);
                }
                try {
                    given.put(name, Integer.parseInt(each.substring(split + 1)));
                } catch (NumberFormatException none) {
                    throw new TypeConversionException("'" + each + "': " + NEED);
                }
            }
            Integer prompt = given.get("prompt");
            Integer added = given.get("new");
            if (prompt == null || added == null) {
                throw new TypeConversionException("'" + value + "' has no prompt or no new tokens: " + NEED);
            }
            try {
                GenerationLoad least = GenerationLoad.of(prompt, added);
                return new GenerationLoad(
                        prompt,
                        added,
                        given.getOrDefault("context", least.contextTokens()),
                        given.getOrDefault("sequences", 1));
            } catch (IllegalArgumentException wrong) {
                throw new TypeConversionException(wrong.getMessage());
            }
        }
    }

    /** Returns a remark on a text generator that is planned as any other model. */
    static List<String> remarksWithout(OnnxModel model) {
        return model.recognizedInputs().caches().isEmpty()
                ? List.of()
                : List.of("a text generator, planned as single steps whose caches are inputs and outputs that travel:"
                        + " plan --generate keeps them in their parts");
    }

    boolean isGiven() {
        return load.isPresent();
    }

    /** Refuses what has no meaning for several phases. */
    void requireAlone(boolean plansOtherwise, PlanOptions plan) {
        if (plansOtherwise || plan.hasCostTable()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--generate plans a chain of predicted parts: without --shape, --dim, --branches, --operators,"
                            + " --scenario and --table");
        }
        if (plan.limitsMetrics()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--generate takes no limits on latency, period or energy, which its phases share");
        }
    }

    /** Plans both phases together. */
    GenerationPlanned plan(OnnxModel opened, CutChoice choice, PlanOptions plan, Goal goal, ConsoleProgress progress)
            throws IOException {
        GenerationLoad wanted = load.orElseThrow();
        List<String> notes = new ArrayList<>();
        GenerationWork work = GenerationWork.of(opened, wanted);
        Cuts found = choice.of(opened, work.token());
        GenerationSegments segments = work.segments(plan.candidates(work.token(), found, notes));
        PlanOptions.Timed timed = plan.timed(notes, progress);
        Phases phases = plan.withBudget(segments.phases(timed.cluster(), timed.model()));
        if (goal.equals(Goal.FIRST_TOKEN)) {
            phases = phases.withTimes(GenerationSegments.TOKEN, 0);
        } else if (goal.equals(Goal.TOKEN)) {
            phases = phases.withTimes(GenerationSegments.TOKEN, Math.max(1, wanted.tokenSteps()))
                    .withTimes(GenerationSegments.PROMPT, 0);
        }
        Constraints constraints = plan.constraints(Optional.of(segments.token()::segmentOf));
        Planner planner = phases.planner();
        PlanOptions.Prepared prepared = new PlanOptions.Prepared(
                segments.token(), planner, constraints, Optional.of(timed.model()), timed.states(), notes);
        Explanation why = why(phases, goal, wanted, constraints, notes);
        Phases counted = phases;
        why = plan.predictsLoads() && !isOfSequences(goal, wanted)
                ? why.withLoads(planner, timed.model(), (changed, device) -> segments.update(counted, changed, device)
                        .planner()
                        .costs())
                : why;
        int together = goal.objective().equals(Objective.THROUGHPUT) ? wanted.sequences() : 1;
        return new GenerationPlanned(
                goal.name(),
                wanted,
                segments,
                phases,
                new Planned(prepared, why, Optional.empty(), List.of()),
                turns(phases, goal, constraints),
                phases.front(GenerationSegments.PROMPT, GenerationSegments.TOKEN, together, constraints),
                segments.caveats(timed.model(), why.placement()));
    }

    private static boolean isOfSequences(Goal goal, GenerationLoad load) {
        return goal.objective().equals(Objective.THROUGHPUT) && load.sequences() > 1;
    }

    private static Explanation why(
            Phases phases, Goal goal, GenerationLoad load, Constraints constraints, List<String> notes) {
        Planner planner = phases.planner();
        if (isOfSequences(goal, load)) {
            Placement placement = phases.planConcurrent(load.sequences(), constraints);
            if (planner.cluster().devices().size() <= MAX_EXPLAINED_DEVICES) {
                return phases.explainConcurrent(placement, load.sequences(), constraints);
            }
            notes.add("the runner-up and what would change the decision are searched with up to "
                    + MAX_EXPLAINED_DEVICES + " devices, for the throughput of several sequences");
            return new Explanation(
                    placement,
                    constraints,
                    planner.singleDevices(Objective.THROUGHPUT),
                    Optional.empty(),
                    List.of(),
                    List.of());
        }
        Objective objective = goal.objective().equals(Objective.THROUGHPUT) ? Objective.LATENCY : goal.objective();
        return planner.explain(planner.plan(objective, constraints), constraints);
    }

    /** Returns the best placements for other numbers of new tokens. */
    private static List<Phases.Turn> turns(Phases phases, Goal goal, Constraints constraints) {
        return goal.equals(Goal.LATENCY)
                ? phases.turns(GenerationSegments.TOKEN, Metric.LATENCY, constraints)
                : List.of();
    }
}
