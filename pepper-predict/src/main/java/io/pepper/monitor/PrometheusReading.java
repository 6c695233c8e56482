package io.pepper.monitor;

import io.pepper.monitor.internal.Answer;
import io.pepper.monitor.internal.Deadline;
import io.pepper.monitor.internal.PrometheusClient;
import io.pepper.monitor.internal.PrometheusClient.NoAnswerException;
import io.pepper.monitor.internal.Sample;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One reading of everything that a Prometheus watches: it collects all answers, assigns them to targets, and then
 * interprets them.
 */
final class PrometheusReading {
    /** The label with the node's name in series of the characterization agent. */
    static final String AGENT = "char_node_name";

    private static final String BOOT = "node_boot_time_seconds";
    private static final String IDLE = "sum without (cpu, mode) (node_cpu_seconds_total{mode=\"idle\"})";

    private final PrometheusClient client;
    private final PrometheusQueries queries;
    private final Deadline deadline;
    private final List<String> failed = new ArrayList<>();
    private final Set<String> warnings = new LinkedHashSet<>();
    private int asked;

    PrometheusReading(PrometheusClient client, PrometheusQueries queries, Deadline deadline) {
        this.client = client;
        this.queries = queries;
        this.deadline = deadline;
    }

    /**
     * The answers to all queries, before they are assigned to targets.
     *
     * @param source their origin, in the middle of a sentence: {@code Prometheus} or {@code the agent}
     * @param names the series with the names of nodes
     * @param facts the values by their meaning
     * @param models the series with the kinds of devices
     * @param ages the times since the last scrapes
     * @param resets the numbers of counter resets
     * @param down the targets that cannot be scraped
     * @param strangers the series of exporters that are not supported
     * @param silent the targets without node metrics
     * @param clocks the offsets of clocks
     */
    record Answers(
            String source,
            List<Sample> names,
            Map<Fact, List<Sample>> facts,
            List<Sample> models,
            List<Sample> ages,
            List<Sample> resets,
            List<Sample> down,
            List<Sample> strangers,
            List<Sample> silent,
            Clocks clocks) {}

    Answers ask() throws IOException {
        List<Sample> names = ask("node names", queries.nodeName());
        Clocks clocks = clocks(); // Before the numbers, so that a board whose first scrape comes now has them.
        Map<Fact, List<Sample>> facts = new EnumMap<>(Fact.class);
        for (Fact fact : Fact.values()) {
            facts.put(fact, ask(fact.words(), fact.query(queries)));
        }
        Answers answers = new Answers(
                "Prometheus",
                names,
                facts,
                ask("device model", queries.deviceModel()),
                ask("age", queries.age()),
                ask("restarts", queries.resets()),
                ask("reachability", queries.up()),
                ask("other exporters", queries.strangers()),
                queries.up().isEmpty() ? List.of() : ask("silent targets", SilentTargets.QUERY),
                clocks);
        requireAnswers();
        return answers;
    }

    /**
     * Checks that not all queries failed.
     *
     * @throws IOException if none had an answer, with the reason
     */
    void requireAnswers() throws IOException {
        if (asked > 0 && failed.size() == asked) {
            throw new IOException(failed.get(0).replaceFirst("^[^:]*: ", ""));
        }
    }

    List<Sample> ask(String what, String query) throws IOException {
        if (query.isEmpty()) {
            return List.of();
        }
        asked++;
        try {
            Answer answer = client.query(query, deadline);
            answer.warnings().forEach(warning -> warnings.add("Prometheus warns: " + warning));
            return answer.samples();
        } catch (InterruptedIOException stopped) {
            throw stopped;
        } catch (IOException refused) {
            if (asked == 1 && refused instanceof NoAnswerException) {
                throw refused; // Without an answer to the first query, all others would fail in the same way.
            }
            failed.add(what + ": " + refused.getMessage());
            return List.of();
        }
    }

    /** Returns the offsets of the clocks from that of Prometheus; none if ages are not queried or the server refuses the query. */
    private Clocks clocks() throws IOException {
        if (queries.age().isEmpty()) {
            return Clocks.NONE;
        }
        try {
            List<Sample> answer = client.query(Clocks.NOW, deadline).samples();
            if (answer.isEmpty()) {
                return Clocks.NONE;
            }
            double now = answer.get(0).value();
            Answer newest = client.query(Clocks.NEWEST, now + Clocks.MAX_AHEAD_SECONDS, deadline);
            return Clocks.of(newest.samples(), now);
        } catch (NoAnswerException late) {
            failed.add("clocks: " + late.getMessage());
        } catch (InterruptedIOException stopped) {
            throw stopped;
        } catch (IOException refused) {
            return Clocks.NONE;
        }
        return Clocks.NONE;
    }

    /** Returns the queries that failed, which concern all devices. */
    List<String> failed() {
        return failed;
    }

    /** Returns the warnings of Prometheus, which concern all devices. */
    Set<String> warnings() {
        return warnings;
    }

    /** Returns the targets of the answers. */
    static Targets targets(Answers answers) throws IOException {
        List<Sample> plain = new ArrayList<>();
        for (Fact fact : List.of(Fact.MEMORY, Fact.FREE, Fact.RUNNABLE, Fact.CORES, Fact.CPU_LOAD)) {
            answers.facts.getOrDefault(fact, List.of()).stream()
                    .filter(sample -> !sample.labels().containsKey(AGENT)
                            && !sample.labels().isEmpty())
                    .forEach(plain::add);
        }
        if (plain.isEmpty()) {
            answers.facts.getOrDefault(Fact.DISK, List.of()).forEach(plain::add);
        }
        return new Targets(answers.names, plain, answers.clocks);
    }

    /** Returns the evidence that distinguishes targets that may be one board. */
    Evidence evidence(Targets targets) throws IOException {
        return new Evidence(byTarget(targets, ask("boot times", BOOT)), byTarget(targets, ask("idle times", IDLE)));
    }

    static Map<Target, Double> byTarget(Targets targets, List<Sample> samples) {
        Map<Target, Double> values = new HashMap<>();
        for (Sample sample : samples) {
            List<Target> found = targets.of(targets.key(sample));
            if (found.size() == 1) {
                values.put(found.get(0), sample.value());
            }
        }
        return values;
    }
}
