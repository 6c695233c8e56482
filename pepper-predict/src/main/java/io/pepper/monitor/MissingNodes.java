package io.pepper.monitor;

import io.pepper.monitor.internal.SafeText;
import io.pepper.monitor.internal.Sample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The explanation of a Prometheus without nodes: what was asked for, and what it has instead. */
final class MissingNodes {
    private static final int MAX_NAMED = 5;
    private static final String NODE_METRICS = "count by (__name__) ({__name__=~\"node_.+|char_node_.+\"})";

    private final PrometheusReading reading;

    MissingNodes(PrometheusReading reading) {
        this.reading = reading;
    }

    /** Returns the explanation, with the start of Prometheus if that was recent. */
    String why(Map<String, String> strangers, String started) throws IOException {
        List<String> findings = new ArrayList<>();
        List<Sample> up = reading.ask("targets", "up");
        if (up.isEmpty()) {
            findings.add("it has scraped nothing yet, or it has no targets");
        } else {
            findings.add("it watches " + jobs(up));
        }
        List<String> metrics = reading.ask("metrics", NODE_METRICS).stream()
                .map(sample -> SafeText.of(sample.labels().getOrDefault("__name__", "")))
                .sorted()
                .toList();
        if (!metrics.isEmpty()) {
            findings.add(
                    "it has " + named(metrics) + ", but neither node_cpu_seconds_total nor node_memory_MemTotal_bytes");
        }
        if (!strangers.isEmpty()) {
            findings.add(UnsupportedExporters.shown(strangers) + ", which is not supported");
        }
        findings.addAll(reading.failed());
        if (!started.isEmpty()) {
            findings.add(started);
        }
        return "Prometheus has no series of node_exporter: " + String.join("; ", findings);
    }

    private static String named(List<String> names) {
        return names.stream().limit(MAX_NAMED).collect(Collectors.joining(", "))
                + (names.size() > MAX_NAMED ? " and " + (names.size() - MAX_NAMED) + " more" : "");
    }

    /** Returns the jobs with the number of their targets, and the unreachable ones. */
    private static String jobs(List<Sample> up) {
        Map<String, List<Sample>> byJob = up.stream()
                .collect(Collectors.groupingBy(
                        sample -> SafeText.of(sample.labels().getOrDefault("job", "")),
                        TreeMap::new,
                        Collectors.toList()));
        return named(byJob.entrySet().stream()
                .map(job -> {
                    List<Sample> down = job.getValue().stream()
                            .filter(sample -> sample.value() == 0)
                            .toList();
                    return "job '" + job.getKey() + "' (" + job.getValue().size() + " targets"
                            + (down.isEmpty()
                                    ? ""
                                    : ", of which it cannot reach "
                                            + named(down.stream()
                                                    .map(sample -> SafeText.of(
                                                            sample.labels().getOrDefault("instance", "?")))
                                                    .toList()))
                            + ")";
                })
                .toList());
    }
}
