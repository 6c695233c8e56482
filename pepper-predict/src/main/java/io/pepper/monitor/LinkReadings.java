package io.pepper.monitor;

import io.pepper.cluster.LinkState;
import io.pepper.monitor.internal.SafeText;
import io.pepper.monitor.internal.Sample;
import io.pepper.monitor.internal.link.LinkMetrics;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The assembly of links from the series of agents. If several agents measured a link, the newest measurement counts. Used
 * once.
 */
final class LinkReadings {
    /** The query for the ages of measurements. Agents tell the age itself, so that their clocks need not be right. */
    static final String AGE_QUERY =
            LinkMetrics.AGE + " + (time() - timestamp(" + LinkMetrics.AGE + ")) or time() - " + LinkMetrics.TIME;

    private static final int MAX_LINKS = 10_000;
    private static final String NAME = "__name__";
    private static final double MILLIS = 1e3;

    private final Duration maxAge;
    private final Function<String, String> names;

    /** The values by the labels of their series: those of one measuring agent. */
    private final Map<Map<String, String>, Draft> drafts = new LinkedHashMap<>();

    /** One measurement of a link. */
    private static final class Draft {
        private OptionalDouble latency = OptionalDouble.empty();
        private OptionalDouble rate = OptionalDouble.empty();
        private OptionalDouble age = OptionalDouble.empty();
        private OptionalDouble failures = OptionalDouble.empty();

        private double order() {
            return age.orElse(Double.MAX_VALUE);
        }
    }

    /**
     * Starts a reading.
     *
     * @param maxAge the age from which a measurement is stale
     * @param names returns the name of the device that an agent calls by a name
     */
    LinkReadings(Duration maxAge, Function<String, String> names) {
        this.maxAge = maxAge;
        this.names = names;
    }

    void latencies(List<Sample> samples) throws IOException {
        for (Sample sample : samples) {
            draft(sample).ifPresent(draft -> draft.latency = OptionalDouble.of(sample.value()));
        }
    }

    void bandwidths(List<Sample> samples) throws IOException {
        for (Sample sample : samples) {
            draft(sample).ifPresent(draft -> draft.rate = OptionalDouble.of(sample.value()));
        }
    }

    void ages(List<Sample> samples) throws IOException {
        for (Sample sample : samples) {
            draft(sample).ifPresent(draft -> draft.age = OptionalDouble.of(sample.value()));
        }
    }

    void failures(List<Sample> samples) throws IOException {
        for (Sample sample : samples) {
            draft(sample).ifPresent(draft -> draft.failures = OptionalDouble.of(sample.value()));
        }
    }

    /** Returns the draft of a series; empty if the series is not that of a link. */
    private Optional<Draft> draft(Sample sample) throws IOException {
        String from = sample.labels().getOrDefault("source", "");
        String to = sample.labels().getOrDefault("target", "");
        if (from.isBlank() || to.isBlank() || names.apply(from).equals(names.apply(to))) {
            return Optional.empty();
        }
        Map<String, String> labels = new TreeMap<>(sample.labels());
        labels.remove(NAME);
        if (drafts.size() == MAX_LINKS && !drafts.containsKey(labels)) {
            throw new IOException("there are more than " + MAX_LINKS + " measured links");
        }
        return Optional.of(drafts.computeIfAbsent(labels, first -> new Draft()));
    }

    /**
     * Returns the links, sorted by sender and receiver.
     *
     * @param common problems that concern all links
     */
    List<LinkReading> readings(List<String> common) {
        Map<String, Map<String, List<Draft>>> byPair = new TreeMap<>();
        drafts.forEach((labels, draft) -> byPair.computeIfAbsent(
                        names.apply(labels.getOrDefault("source", "")), first -> new TreeMap<>())
                .computeIfAbsent(names.apply(labels.getOrDefault("target", "")), first -> new ArrayList<>())
                .add(draft));
        List<LinkReading> readings = new ArrayList<>();
        byPair.forEach((from, targets) -> targets.forEach((to, of) -> readings.add(reading(from, to, of, common))));
        return readings;
    }

    private LinkReading reading(String from, String to, List<Draft> of, List<String> common) {
        Draft newest = of.stream()
                .filter(draft -> draft.latency.isPresent() || draft.rate.isPresent())
                .min(Comparator.comparingDouble(Draft::order))
                .orElse(of.get(0));
        OptionalLong failures = of.stream()
                .flatMapToDouble(draft -> draft.failures.stream())
                .filter(count -> count >= 0 && count < Long.MAX_VALUE)
                .mapToLong(count -> (long) count)
                .reduce(Long::sum);
        List<String> problems = new ArrayList<>(common);
        LinkState state = LinkState.of(from, to);
        boolean stale = false;
        OptionalDouble age = newest.age.stream()
                .filter(Double::isFinite)
                .map(seconds -> Math.max(0, seconds))
                .findFirst();
        if (newest.latency.isEmpty() && newest.rate.isEmpty()) {
            problems.add(
                    failures.orElse(0) > 0
                            ? "none of " + failures.getAsLong() + " measurements of it succeeded"
                            : "it was not measured yet");
        } else if (age.isEmpty()) {
            problems.add("the age of its measurement is unknown");
        } else if (age.getAsDouble() > maxAge.toMillis() / MILLIS) {
            stale = true;
            problems.add("it was measured " + Math.round(age.getAsDouble()) + " seconds ago, which is older than "
                    + maxAge.toSeconds() + " seconds");
        } else {
            state = measured(state, newest, problems)
                    .withReadAt(Instant.now().minusMillis(Math.round(age.getAsDouble() * MILLIS)));
        }
        return new LinkReading(state, age, stale, failures, problems);
    }

    private static LinkState measured(LinkState state, Draft draft, List<String> problems) {
        LinkState with = state;
        try {
            with = draft.latency.isPresent() ? with.withLatencySeconds(draft.latency.getAsDouble()) : with;
        } catch (IllegalArgumentException wrong) {
            problems.add(SafeText.of(String.valueOf(wrong.getMessage())));
        }
        try {
            with = draft.rate.isPresent() ? with.withBytesPerSecond(draft.rate.getAsDouble()) : with;
        } catch (IllegalArgumentException wrong) {
            problems.add(SafeText.of(String.valueOf(wrong.getMessage())));
        }
        return with;
    }
}
