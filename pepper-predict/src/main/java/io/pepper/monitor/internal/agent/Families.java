package io.pepper.monitor.internal.agent;

import io.pepper.document.SafeText;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * The samples of one scrape by metric. Label values are made safe for every reader of the exposition: they have no
 * control characters, and at most 300 characters. Of samples with the same labels, the first one stays. Values that a
 * metric cannot have are left out. Not thread-safe.
 */
final class Families {
    private static final int MAX_LABEL = 300;
    private static final String COUNTER_SUFFIX = "_total";
    private static final String INFO_SUFFIX = "_info";

    private final Map<String, Family> byName = new LinkedHashMap<>();

    private enum Kind {
        GAUGE,
        COUNTER,
        INFO
    }

    private record Family(Kind kind, String help, Map<Labels, Double> samples) {}

    /** Adds a sample of a gauge; the labels are alternating names and values. */
    void gauge(String name, String help, double value, String... labels) {
        if (Double.isFinite(value)) {
            add(Kind.GAUGE, name, help, value, labels);
        }
    }

    void gauge(String name, String help, OptionalDouble value, String... labels) {
        if (value.isPresent()) {
            gauge(name, help, value.getAsDouble(), labels);
        }
    }

    void gauge(String name, String help, OptionalLong value, String... labels) {
        if (value.isPresent()) {
            gauge(name, help, (double) value.getAsLong(), labels);
        }
    }

    /** Adds a sample of a counter, whose name ends in {@code _total}. */
    void counter(String name, String help, double value, String... labels) {
        if (Double.isFinite(value) && value >= 0) {
            add(Kind.COUNTER, without(name, COUNTER_SUFFIX), help, value, labels);
        }
    }

    void counter(String name, String help, OptionalDouble value, String... labels) {
        if (value.isPresent()) {
            counter(name, help, value.getAsDouble(), labels);
        }
    }

    void counter(String name, String help, OptionalLong value, String... labels) {
        if (value.isPresent()) {
            counter(name, help, (double) value.getAsLong(), labels);
        }
    }

    /** Adds a sample of a metric whose labels are the information, and whose name ends in {@code _info}. */
    void info(String name, String help, String... labels) {
        add(Kind.INFO, without(name, INFO_SUFFIX), help, 1, labels);
    }

    private static String without(String name, String suffix) {
        if (!name.endsWith(suffix)) {
            throw new IllegalArgumentException("the name " + name + " does not end in " + suffix);
        }
        return name.substring(0, name.length() - suffix.length());
    }

    private void add(Kind kind, String name, String help, double value, String... labels) {
        String[] safe = labels.clone();
        for (int i = 1; i < safe.length; i += 2) {
            safe[i] = SafeText.line(safe[i], MAX_LABEL);
        }
        byName.computeIfAbsent(name, first -> new Family(kind, help, new TreeMap<>()))
                .samples
                .putIfAbsent(Labels.of(safe), value);
    }

    /** Returns the samples as Prometheus' library exposes them. */
    MetricSnapshots snapshots() {
        MetricSnapshots.Builder snapshots = MetricSnapshots.builder();
        byName.forEach((name, family) -> snapshots.metricSnapshot(snapshot(name, family)));
        return snapshots.build();
    }

    private static MetricSnapshot snapshot(String name, Family family) {
        return switch (family.kind) {
            case GAUGE -> gauges(name, family);
            case COUNTER -> counters(name, family);
            case INFO -> infos(name, family);
        };
    }

    private static MetricSnapshot gauges(String name, Family family) {
        GaugeSnapshot.Builder builder = GaugeSnapshot.builder().name(name).help(family.help);
        family.samples.forEach((labels, value) -> builder.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                .labels(labels)
                .value(value)
                .build()));
        return builder.build();
    }

    private static MetricSnapshot counters(String name, Family family) {
        CounterSnapshot.Builder builder = CounterSnapshot.builder().name(name).help(family.help);
        family.samples.forEach((labels, value) -> builder.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                .labels(labels)
                .value(value)
                .build()));
        return builder.build();
    }

    private static MetricSnapshot infos(String name, Family family) {
        InfoSnapshot.Builder builder = InfoSnapshot.builder().name(name).help(family.help);
        family.samples
                .keySet()
                .forEach(labels -> builder.dataPoint(InfoSnapshot.InfoDataPointSnapshot.builder()
                        .labels(labels)
                        .build()));
        return builder.build();
    }
}
