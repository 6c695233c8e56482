package io.pepper.monitor;

import io.pepper.cluster.DeviceState;
import io.pepper.monitor.internal.Deadline;
import io.pepper.monitor.internal.Sample;
import io.pepper.monitor.internal.ScrapeClient;
import io.pepper.monitor.internal.link.LinkMetrics;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;

/** A reader of agents without a Prometheus. Immutable and therefore thread-safe. */
final class AgentReader {
    private static final String SOURCE = "the agent";
    private static final int MAX_THREADS = 16;
    private static final double NANOS = 1e9;
    private static final double MILLIS = 1e3;

    private final ScrapeClient client;
    private final Options options;

    /**
     * The user's options.
     *
     * @param agents the agents' addresses
     * @param window the time between the two scrapes of a reading
     * @param nodes names by address or other name
     * @param devices names of the wanted devices
     * @param maxLinkAge maximum time since the measurement of a link
     */
    record Options(
            List<URI> agents, Duration window, Map<String, String> nodes, Set<String> devices, Duration maxLinkAge) {}

    /** The scrapes of one agent, or the reason why there are none. */
    private record Scrape(Map<String, List<Sample>> metrics, long nanos, String problem) {
        boolean isThere() {
            return problem.isEmpty();
        }
    }

    AgentReader(ScrapeClient client, Options options) {
        this.client = client;
        this.options = options;
    }

    Map<String, DeviceReading> read(Deadline deadline) throws IOException {
        Map<URI, Scrape> before = scrape(ScrapedFacts::isWanted, deadline);
        if (before.values().stream().anyMatch(Scrape::isThere)) {
            sleep(options.window.toMillis());
        }
        Map<URI, Scrape> now = scrape(ScrapedFacts::isWanted, deadline);
        List<ScrapedFacts> nodes = new ArrayList<>();
        Map<URI, String> problems = new LinkedHashMap<>();
        for (URI agent : options.agents) {
            Scrape first = Objects.requireNonNull(before.get(agent));
            Scrape second = Objects.requireNonNull(now.get(agent));
            if (first.isThere() && second.isThere()) {
                double seconds = Math.max(1, second.nanos - first.nanos) / NANOS;
                nodes.add(new ScrapedFacts(address(agent), first.metrics, second.metrics, seconds));
            } else {
                problems.put(agent, first.isThere() ? second.problem : first.problem);
            }
        }
        if (nodes.isEmpty()) {
            throw new IOException(String.join("; ", problems.values()));
        }
        return assembled(nodes, problems);
    }

    /** Returns an address without its scheme, as a Prometheus would call the instance. */
    private static String address(URI agent) {
        return agent.getRawAuthority() + agent.getRawPath();
    }

    private Map<String, DeviceReading> assembled(List<ScrapedFacts> nodes, Map<URI, String> problems)
            throws IOException {
        PrometheusReading.Answers answers = answers(nodes);
        Targets targets = PrometheusReading.targets(answers);
        Readings readings = new Readings(answers, PrometheusQueries.DEFAULTS, Double.MAX_VALUE);
        readings.distribute(targets);
        List<Board> boards = targets.all().stream()
                .map(target ->
                        new Board(target, List.of(), Map.entry("instance", target.labels.getOrDefault("instance", ""))))
                .toList();
        new BoardNames(options.nodes, false).name(boards);
        WantedNames wanted = new WantedNames(options.devices, boards);
        Map<String, DeviceReading> found = new TreeMap<>(
                readings.of(boards, (fact, board) -> board.problems.add(fact.words() + ": " + SOURCE + " has none")));
        found.putAll(wanted.ambiguous());
        problems.forEach((agent, problem) -> {
            String name = options.nodes.getOrDefault(address(agent), agent.getHost());
            DeviceReading unread = new DeviceReading(DeviceState.of(name), Map.of(), List.of(problem));
            if (found.putIfAbsent(name, unread) != null) {
                found.put(address(agent), unread.withState(DeviceState.of(address(agent))));
            }
        });
        return found;
    }

    private static PrometheusReading.Answers answers(List<ScrapedFacts> nodes) {
        List<Sample> names = new ArrayList<>();
        List<Sample> models = new ArrayList<>();
        Map<Fact, List<Sample>> facts = new EnumMap<>(Fact.class);
        for (ScrapedFacts node : nodes) {
            names.addAll(node.names());
            models.addAll(node.models());
            node.facts().forEach((fact, samples) -> facts.computeIfAbsent(fact, first -> new ArrayList<>())
                    .addAll(samples));
        }
        return new PrometheusReading.Answers(
                SOURCE, names, facts, models, List.of(), List.of(), List.of(), List.of(), List.of(), Clocks.NONE);
    }

    List<LinkReading> readLinks(Deadline deadline) throws IOException {
        LinkReadings links = new LinkReadings(options.maxLinkAge, name -> options.nodes.getOrDefault(name, name));
        List<String> problems = new ArrayList<>();
        Map<URI, Scrape> scrapes = scrape(metric -> metric.startsWith(LinkMetrics.PREFIX), deadline);
        for (Map.Entry<URI, Scrape> each : scrapes.entrySet()) {
            if (!each.getValue().isThere()) {
                problems.add(each.getValue().problem);
                continue;
            }
            Map<String, List<Sample>> metrics = each.getValue().metrics;
            String address = address(each.getKey());
            links.latencies(of(metrics, LinkMetrics.LATENCY, address));
            links.bandwidths(of(metrics, LinkMetrics.BANDWIDTH, address));
            links.failures(of(metrics, LinkMetrics.FAILURES + "_total", address));
            links.ages(
                    metrics.containsKey(LinkMetrics.AGE)
                            ? of(metrics, LinkMetrics.AGE, address)
                            : sinceThen(of(metrics, LinkMetrics.TIME, address)));
        }
        if (problems.size() == scrapes.size()) {
            throw new IOException(String.join("; ", problems));
        }
        return links.readings(List.of());
    }

    /** Returns the series of links of one agent, whatever address it claims to have. */
    private static List<Sample> of(Map<String, List<Sample>> metrics, String metric, String address) {
        return metrics.getOrDefault(metric, List.of()).stream()
                .map(sample -> {
                    Map<String, String> labels = new TreeMap<>(sample.labels());
                    labels.put("instance", address);
                    return new Sample(labels, sample.value());
                })
                .toList();
    }

    private static List<Sample> sinceThen(List<Sample> times) {
        double now = Instant.now().toEpochMilli() / MILLIS;
        return times.stream()
                .map(time -> new Sample(time.labels(), now - time.value()))
                .toList();
    }

    /** Scrapes all agents, some at a time. */
    private Map<URI, Scrape> scrape(Predicate<String> wanted, Deadline deadline) throws InterruptedIOException {
        ExecutorService threads = Executors.newFixedThreadPool(Math.min(MAX_THREADS, options.agents.size()));
        try {
            Map<URI, Future<Scrape>> running = new LinkedHashMap<>();
            options.agents.forEach(agent -> running.put(agent, threads.submit(() -> scrape(agent, wanted, deadline))));
            Map<URI, Scrape> done = new LinkedHashMap<>();
            for (Map.Entry<URI, Future<Scrape>> each : running.entrySet()) {
                done.put(each.getKey(), result(each.getKey(), each.getValue()));
            }
            return done;
        } finally {
            threads.shutdownNow();
        }
    }

    private Scrape scrape(URI agent, Predicate<String> wanted, Deadline deadline) {
        try {
            Map<String, List<Sample>> metrics = client.metrics(agent, wanted, deadline);
            return new Scrape(metrics, System.nanoTime(), "");
        } catch (IOException failed) {
            return new Scrape(Map.of(), 0, String.valueOf(failed.getMessage()));
        }
    }

    private static Scrape result(URI agent, Future<Scrape> future) throws InterruptedIOException {
        try {
            return future.get();
        } catch (InterruptedException stopped) {
            throw interrupted(stopped);
        } catch (ExecutionException failed) {
            return new Scrape(Map.of(), 0, agent + ": " + failed.getCause());
        }
    }

    private static void sleep(long millis) throws InterruptedIOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException stopped) {
            throw interrupted(stopped);
        }
    }

    private static InterruptedIOException interrupted(InterruptedException stopped) {
        Thread.currentThread().interrupt();
        return (InterruptedIOException) new InterruptedIOException("the reading was interrupted").initCause(stopped);
    }
}
