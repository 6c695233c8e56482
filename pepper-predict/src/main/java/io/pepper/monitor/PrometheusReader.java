package io.pepper.monitor;

import io.pepper.cluster.DeviceState;
import io.pepper.monitor.internal.Deadline;
import io.pepper.monitor.internal.PrometheusClient;
import io.pepper.monitor.internal.Sample;
import io.pepper.monitor.internal.link.LinkMetrics;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A reader of everything that a Prometheus watches. Immutable and therefore thread-safe. */
final class PrometheusReader {
    private static final String RATE = "; a rate needs two scrapes within its window";
    private static final String OLD_KERNEL = "; kernels before 3.14 do not report it";
    private static final Duration YOUNG = Duration.ofMinutes(5);

    private final PrometheusClient client;
    private final PrometheusQueries queries;
    private final Options options;

    /**
     * The user's options for nodes.
     *
     * @param nodes names by instance
     * @param containers devices by container
     * @param nodeLabel the label that identifies boards
     * @param devices names of the wanted devices
     * @param maxAge maximum time since the last scrape
     * @param maxLinkAge maximum time since the measurement of a link
     */
    record Options(
            Map<String, String> nodes,
            Map<String, String> containers,
            Optional<String> nodeLabel,
            Set<String> devices,
            Duration maxAge,
            Duration maxLinkAge) {
        Options {
            nodes = Map.copyOf(nodes);
            containers = Map.copyOf(containers);
            devices = Set.copyOf(devices);
        }
    }

    PrometheusReader(PrometheusClient client, PrometheusQueries queries, Options options) {
        this.client = client;
        this.queries = queries;
        this.options = options;
    }

    /** The boards of a Prometheus: the targets, the boards that they belong to, and the readings by name. */
    record Watched(Targets targets, List<Board> boards, Map<String, DeviceReading> readings) {}

    Map<String, DeviceReading> read(Deadline deadline) throws IOException {
        return read(begin(deadline), deadline).readings();
    }

    PrometheusClient client() {
        return client;
    }

    /** Returns a reading without answers, for queries that end with the deadline. */
    PrometheusReading begin(Deadline deadline) {
        return new PrometheusReading(client, queries, deadline);
    }

    Watched read(PrometheusReading reading, Deadline deadline) throws IOException {
        PrometheusReading.Answers answers = reading.ask();
        Targets targets = PrometheusReading.targets(answers);
        requireLabel(targets);
        Readings readings = new Readings(answers, queries, options.maxAge.toSeconds());
        readings.distribute(targets);
        BoardFinder finder = new BoardFinder(options.nodeLabel, options.maxAge.toSeconds());
        Evidence evidence = finder.isInDoubt(targets.all()) ? reading.evidence(targets) : Evidence.NONE;
        List<Board> boards = finder.find(targets.all(), evidence);
        new BoardNames(options.nodes, options.nodeLabel.isPresent()).name(boards);
        WantedNames wanted = new WantedNames(options.devices, boards);
        String[] started = new String[1]; // Queried at most once.
        Map<String, DeviceReading> found = new TreeMap<>(readings.of(boards, (fact, board) -> {
            if (fact == Fact.CPU_LOAD && started[0] == null) {
                started[0] = started(deadline);
            }
            board.problems.add(missing(fact, board, started[0]));
        }));
        found.putAll(wanted.ambiguous());
        for (Map.Entry<String, String> each : options.containers.entrySet()) {
            found.put(each.getValue(), new Containers(reading).read(each.getKey(), each.getValue()));
        }
        addAgentsOfOtherTimes(found, boards, answers.clocks());
        Map<String, String> strangers = UnsupportedExporters.byHost(answers.strangers(), known(boards, found));
        if (found.isEmpty()) {
            throw new IOException(client + ": " + new MissingNodes(reading).why(strangers, started(deadline)));
        }
        strangers.forEach(
                (host, exporter) -> found.putIfAbsent(host, unread(host, UnsupportedExporters.problem(exporter))));
        addUnreachable(found, boards, answers.down());
        Set<String> known = known(boards, found);
        SilentTargets.byHost(answers.silent(), boards).forEach((host, problem) -> {
            if (!known.contains(BoardNames.folded(host))) {
                found.put(host, unread(host, problem));
            }
        });
        return new Watched(targets, boards, withCommonProblems(found, reading));
    }

    List<LinkReading> readLinks(Deadline deadline) throws IOException {
        PrometheusReading reading = new PrometheusReading(client, queries, deadline);
        LinkReadings links = new LinkReadings(options.maxLinkAge, name -> options.nodes.getOrDefault(name, name));
        links.latencies(reading.ask("link latency", LinkMetrics.LATENCY));
        links.bandwidths(reading.ask("link bandwidth", LinkMetrics.BANDWIDTH));
        links.ages(reading.ask("link age", LinkReadings.AGE_QUERY));
        links.failures(reading.ask("link failures", LinkMetrics.FAILURES + "_total"));
        List<LinkReading> found = links.readings(reading.failed());
        if (found.isEmpty() && !reading.failed().isEmpty()) {
            throw new IOException(reading.failed().get(0));
        }
        return found;
    }

    private void requireLabel(Targets targets) {
        String label = options.nodeLabel.orElse("");
        if (!label.isEmpty()
                && !targets.all().isEmpty()
                && targets.all().stream().noneMatch(target -> target.labels.containsKey(label))) {
            throw new IllegalArgumentException("no series of node_exporter has the label '" + label
                    + "' that nodes are named by;" + " there are " + String.join(", ", targets.labelNames()));
        }
    }

    private String missing(Fact fact, Board board, @Nullable String started) {
        String hint = "";
        if (fact == Fact.CPU_LOAD && queries.cpuLoadPercent().contains("rate(")) {
            hint = RATE + (started == null || started.isEmpty() ? "" : " (" + started + ")");
        } else if (fact == Fact.FREE && board.target.facts.containsKey(Fact.MEMORY)) {
            hint = OLD_KERNEL;
        }
        return fact.words() + ": Prometheus has none" + hint;
    }

    /** Returns when Prometheus started, if that was recent: values may then be missing that will come. */
    String started(Deadline deadline) {
        try {
            Instant start = Instant.parse(client.text("/api/v1/status/runtimeinfo", "data.startTime", deadline));
            Duration since = Duration.between(start, Instant.now());
            return since.isNegative() || since.compareTo(YOUNG) > 0
                    ? ""
                    : "Prometheus started " + since.toSeconds() + " seconds ago";
        } catch (IOException | DateTimeParseException unknown) {
            return ""; // Other servers with Prometheus's interface do not report it.
        }
    }

    private static Set<String> known(List<Board> boards, Map<String, DeviceReading> found) {
        Set<String> known = new HashSet<>(Readings.byAlias(boards).keySet());
        found.keySet().forEach(name -> known.add(BoardNames.folded(name)));
        return known;
    }

    private static DeviceReading unread(String name, String problem) {
        return new DeviceReading(DeviceState.of(name), Map.of(), List.of(problem));
    }

    /** Adds named nodes that report nothing now, and unreachable targets of the same jobs as the boards. */
    private void addUnreachable(Map<String, DeviceReading> found, List<Board> boards, List<Sample> down) {
        Set<String> instances = new LinkedHashSet<>();
        Set<String> jobs = new HashSet<>();
        boards.forEach(board -> board.targets().forEach(target -> jobs.add(target.labels.getOrDefault("job", ""))));
        Map<String, List<Board>> byAlias = Readings.byAlias(boards);
        for (Sample sample : down) {
            String instance = sample.labels().getOrDefault("instance", "");
            instances.add(instance);
            if (!instance.isEmpty()
                    && !byAlias.containsKey(BoardNames.folded(instance))
                    && !options.nodes.containsKey(instance)
                    && jobs.contains(sample.labels().getOrDefault("job", "-"))) {
                String host = BoardNames.host(instance);
                found.putIfAbsent(host, unread(host, instance + ": Prometheus cannot reach it"));
            }
        }
        new TreeMap<>(options.nodes)
                .forEach((instance, name) -> found.computeIfAbsent(
                        name,
                        missing -> unread(
                                name,
                                instance
                                        + why(
                                                instances.contains(instance),
                                                byAlias.getOrDefault(BoardNames.folded(instance), List.of())))));
    }

    private static void addAgentsOfOtherTimes(Map<String, DeviceReading> found, List<Board> boards, Clocks clocks) {
        Set<String> known = known(boards, found);
        for (Sample sample : clocks.agents()) {
            String name = sample.labels().getOrDefault(PrometheusReading.AGENT, "");
            if (!name.isEmpty() && !known.contains(BoardNames.folded(name))) {
                found.putIfAbsent(name, unread(name, Clocks.problem(sample.value())));
            }
        }
    }

    /** Returns why a named node is missing. */
    private static String why(boolean down, List<Board> meant) {
        if (meant.size() > 1) {
            return ": is any of " + meant.size() + " boards: name one of "
                    + meant.stream().map(board -> board.name).sorted().collect(Collectors.joining(", "));
        }
        return down ? ": Prometheus cannot reach it" : ": Prometheus has no values of it";
    }

    /** Adds the problems and warnings that concern all devices. */
    private static Map<String, DeviceReading> withCommonProblems(
            Map<String, DeviceReading> found, PrometheusReading reading) {
        Map<String, DeviceReading> readings = new TreeMap<>();
        found.forEach((name, each) -> {
            List<String> problems = new ArrayList<>(reading.failed());
            problems.addAll(each.problems());
            List<String> notes = new ArrayList<>(each.notes());
            notes.addAll(reading.warnings());
            readings.put(
                    name,
                    new DeviceReading(
                            each.state(),
                            each.labels(),
                            problems,
                            each.conditions(),
                            each.identity(),
                            notes,
                            each.ambiguous()));
        });
        return readings;
    }
}
