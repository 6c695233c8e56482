package io.pepper.monitor;

import io.pepper.cluster.DeviceState;
import io.pepper.monitor.internal.Sample;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/** The assembly of readings from boards and their values. */
final class Readings {
    private static final List<String> AGENT_LABELS = List.of("class", "uuid", "name");
    private static final double MILLIS = 1e3;

    private final PrometheusReading.Answers answers;
    private final double mostAgeSeconds;
    private final PrometheusQueries queries;
    private final Map<String, Agent> agents = new TreeMap<>();

    private final List<Shared> shared = new ArrayList<>();

    /** A value whose labels match several targets. */
    private record Shared(Fact fact, Sample sample, List<Target> targets) {}

    /** The values of the characterization agent for one node. */
    private static final class Agent {
        private final Map<Fact, List<Sample>> facts = new EnumMap<>(Fact.class);
        private final Map<String, String> labels = new TreeMap<>();
        private final TreeSet<String> models = new TreeSet<>();
    }

    Readings(PrometheusReading.Answers answers, PrometheusQueries queries, double mostAgeSeconds) {
        this.answers = answers;
        this.queries = queries;
        this.mostAgeSeconds = mostAgeSeconds;
    }

    /** Assigns the values to their targets. */
    void distribute(Targets targets) {
        answers.facts().forEach((fact, samples) -> samples.forEach(sample -> distribute(fact, sample, targets)));
        PrometheusReading.byTarget(targets, answers.ages())
                .forEach((target, age) -> target.age = OptionalDouble.of(age));
        for (List<Sample> newest :
                List.of(answers.clocks().plain(), answers.clocks().systems())) {
            PrometheusReading.byTarget(targets, newest)
                    .forEach((target, ahead) ->
                            target.ahead = OptionalDouble.of(Math.max(ahead, target.ahead.orElse(ahead))));
        }
        PrometheusReading.byTarget(targets, answers.resets()).forEach((target, count) -> target.resets = count);
        for (Sample sample : answers.down()) {
            targets.near(sample).stream().filter(target -> isOf(sample, target)).forEach(target -> target.down = true);
        }
        for (Sample sample : answers.models()) {
            String name = sample.labels().get(PrometheusReading.AGENT);
            String model = sample.labels().get("char_node_device_model_name");
            if (name != null && model != null) {
                Agent agent = agents.computeIfAbsent(name, first -> new Agent());
                if (sample.value() != 0) { // Else the agent does not know it.
                    agent.models.add(model);
                }
                AGENT_LABELS.stream()
                        .filter(label -> sample.labels().containsKey("char_node_" + label))
                        .forEach(
                                label -> agent.labels.put(label, sample.labels().get("char_node_" + label)));
            }
        }
    }

    private void distribute(Fact fact, Sample sample, Targets targets) {
        String agent = sample.labels().get(PrometheusReading.AGENT);
        if (agent != null) {
            agents.computeIfAbsent(agent, first -> new Agent())
                    .facts
                    .computeIfAbsent(fact, first -> new ArrayList<>())
                    .add(sample);
            return;
        }
        List<Target> found = targets.of(targets.key(sample));
        if (found.size() == 1) {
            found.get(0).facts.computeIfAbsent(fact, first -> new ArrayList<>()).add(sample);
        } else if (found.size() > 1) {
            shared.add(new Shared(fact, sample, found));
        }
    }

    /**
     * Returns whether the labels that both have agree, and there are some. The series {@code up} may have labels that
     * were dropped elsewhere.
     */
    private static boolean isOf(Sample up, Target target) {
        long both =
                target.labels.keySet().stream().filter(up.labels()::containsKey).count();
        return both > 0
                && target.labels.entrySet().stream().allMatch(label -> label.getValue()
                        .equals(up.labels().getOrDefault(label.getKey(), label.getValue())));
    }

    /** Returns the reading of each board by its name, and those of the agent's nodes that are not boards. */
    Map<String, DeviceReading> of(List<Board> boards, BiConsumer<Fact, Board> missing) {
        Map<String, DeviceReading> readings = new TreeMap<>();
        settleShared(boards);
        Map<Board, Agent> joined = new HashMap<>();
        Map<String, List<Board>> byAlias = byAlias(boards);
        agents.forEach((name, agent) -> {
            List<Board> meant =
                    boards.stream().filter(board -> board.name.equals(name)).toList();
            meant = meant.isEmpty() ? byAlias.getOrDefault(BoardNames.folded(name), List.of()) : meant;
            if (meant.size() == 1 && !joined.containsKey(meant.get(0))) {
                joined.put(meant.get(0), agent);
            } else {
                readings.put(name, agentOnly(name, agent, meant));
            }
        });
        boards.forEach(
                board -> readings.put(board.name, reading(board, Optional.ofNullable(joined.get(board)), missing)));
        return readings;
    }

    /** Returns the boards by all their aliases, in lower case. */
    static Map<String, List<Board>> byAlias(List<Board> boards) {
        Map<String, List<Board>> byAlias = new HashMap<>();
        for (Board board : boards) {
            board.aliases().stream().map(BoardNames::folded).distinct().forEach(alias -> byAlias.computeIfAbsent(
                            alias, first -> new ArrayList<>())
                    .add(board));
        }
        return byAlias;
    }

    /**
     * Assigns values whose labels match several targets: to their board if the targets are of one board, else to none.
     */
    private void settleShared(List<Board> boards) {
        for (Shared each : shared) {
            List<Board> meant = boards.stream()
                    .filter(board -> board.targets().stream().anyMatch(each.targets::contains))
                    .toList();
            if (meant.size() == 1) {
                meant.get(0)
                        .target
                        .facts
                        .computeIfAbsent(each.fact, first -> new ArrayList<>())
                        .add(each.sample);
            } else {
                String names = meant.stream().map(board -> board.name).collect(Collectors.joining(", "));
                meant.forEach(board -> board.problems.add(each.fact.words() + ": Prometheus' answer "
                        + Target.shown(each.sample.labels()) + " may be of any of " + names));
            }
        }
    }

    private DeviceReading agentOnly(String name, Agent agent, List<Board> meant) {
        List<String> problems = new ArrayList<>();
        Draft draft = new Draft(DeviceState.of(name));
        if (meant.isEmpty()) {
            draft.state = draft.state.withReadAt(Instant.now());
            agent.facts.forEach((fact, told) -> take(draft, fact, told, problems));
            draft.dropContradictions(answers.source(), problems);
            modelled(draft, agent, problems);
            for (Fact fact : Fact.values()) {
                if (isMissing(fact) && !agent.facts.containsKey(fact)) {
                    problems.add(fact.words() + ": " + answers.source() + " has none");
                }
            }
        } else {
            problems.add("the agent's node may be any of "
                    + meant.stream().map(board -> board.name).collect(Collectors.joining(", ")));
        }
        return new DeviceReading(
                draft.state, agent.labels, problems, draft.conditions(), "", List.of(), !meant.isEmpty());
    }

    private static void modelled(Draft draft, Agent agent, List<String> problems) {
        if (agent.models.size() > 1) {
            problems.add("device model: the agent reports " + String.join(" and ", agent.models));
        } else if (!agent.models.isEmpty()) {
            draft.state = draft.state.withModel(agent.models.first());
        }
    }

    private boolean isMissing(Fact fact) {
        return fact.isExpected() && !fact.query(queries).isEmpty();
    }

    private DeviceReading reading(Board board, Optional<Agent> agent, BiConsumer<Fact, Board> missing) {
        Map<String, String> labels = new LinkedHashMap<>(board.target.labels);
        agent.ifPresent(told -> labels.putAll(told.labels));
        Draft draft = new Draft(DeviceState.of(board.name));
        if (board.isMixed()) {
            return reading(draft, board, labels, true);
        }
        boolean isOld = !board.target.gone && board.target.secondsOld() > mostAgeSeconds;
        if (isOld) {
            board.problems.clear();
            board.problems.add(old(board.target));
        } else if (board.target.gone) {
            board.problems.add(
                    (board.identity.equals(board.name) ? "" : board.identity + ": ") + whyGone(board.target));
        } else {
            draft.state = draft.state.withReadAt(scraped(board.target));
            board.target.ahead.stream().filter(Clocks::isAhead).forEach(ahead -> board.notes.add(Clocks.note(ahead)));
        }
        if (!isOld && (!board.target.gone || agent.isPresent())) {
            fill(draft, board, agent, missing);
            Optional<String> instructionSet = board.target.machine();
            if (instructionSet.isPresent()) {
                draft.state = draft.state.withPlatform(draft.state.platform().withInstructionSet(instructionSet.get()));
            }
        }
        return reading(draft, board, labels, false);
    }

    private static String old(Target target) {
        double ahead = target.ahead.orElse(0);
        return ahead > target.age.orElse(0)
                ? Clocks.tooOld(ahead)
                : "the last scrape is " + Math.round(target.age.orElse(0)) + " seconds old";
    }

    private static String whyGone(Target target) {
        OptionalDouble ahead = target.ahead;
        if (target.down && !Clocks.isAhead(ahead.orElse(0))) {
            return "Prometheus cannot reach it";
        }
        return ahead.isPresent() ? Clocks.problem(ahead.getAsDouble()) : "Prometheus has no values of it";
    }

    private static DeviceReading reading(Draft draft, Board board, Map<String, String> labels, boolean ambiguous) {
        return new DeviceReading(
                draft.state, labels, board.problems, draft.conditions(), board.shown(), board.notes, ambiguous);
    }

    private static Instant scraped(Target target) {
        return Instant.now().minusMillis(Math.round(target.secondsOld() * MILLIS));
    }

    private void fill(Draft draft, Board board, Optional<Agent> agent, BiConsumer<Fact, Board> missing) {
        List<Fact> absent = new ArrayList<>();
        for (Fact fact : Fact.values()) {
            List<Sample> told = board.targets().stream()
                    .map(target -> target.facts.getOrDefault(fact, List.of()))
                    .filter(samples -> !samples.isEmpty())
                    .findFirst()
                    .or(() -> agent.map(believed -> believed.facts.getOrDefault(fact, List.of())))
                    .orElse(List.of());
            take(draft, fact, told, board.problems);
            if (told.isEmpty() && isMissing(fact)) {
                absent.add(fact);
            }
        }
        draft.dropContradictions(answers.source(), board.problems);
        if (!board.target.gone) {
            absent.forEach(fact -> missing.accept(fact, board));
        }
        agent.ifPresent(told -> modelled(draft, told, board.problems));
    }

    private void take(Draft draft, Fact fact, List<Sample> told, List<String> problems) {
        List<Sample> samples = fact == Fact.DISK ? FileSystems.choose(told) : told;
        List<Double> values = samples.stream().map(Sample::value).distinct().toList();
        if (values.size() > 1) {
            Map<String, String> first = samples.get(0).labels();
            Map<String, String> second = samples.get(1).labels();
            problems.add(fact.words() + ": " + answers.source() + " has " + samples.size()
                    + " that disagree, for instance of "
                    + Target.shown(Target.differing(first, second)) + " and of "
                    + Target.shown(Target.differing(second, first)));
        } else if (!values.isEmpty()) {
            try {
                draft.take(fact, values.get(0));
            } catch (IllegalArgumentException wrong) {
                problems.add(fact.words() + ": " + wrong.getMessage());
            }
        }
    }
}
