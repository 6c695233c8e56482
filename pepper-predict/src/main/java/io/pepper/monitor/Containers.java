package io.pepper.monitor;

import io.pepper.cluster.Conditions;
import io.pepper.cluster.DeviceState;
import io.pepper.monitor.internal.SafeText;
import io.pepper.monitor.internal.Sample;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** A reader of containers from the metrics of cAdvisor: their limits and their current use. */
final class Containers {
    private static final double PERCENT = 100;
    private static final double MIN_CORES = 0.001;

    /** Without a limit, cAdvisor reports 0 or the largest number of pages. */
    private static final double NO_LIMIT = 1L << 60;

    private final PrometheusReading reading;

    Containers(PrometheusReading reading) {
        this.reading = reading;
    }

    /**
     * Reads a container.
     *
     * @param container its name in Docker or Kubernetes, or {@code POD/CONTAINER}
     * @param device the device's name in the reading
     */
    DeviceReading read(String container, String device) throws IOException {
        List<Sample> found = List.of();
        String matcher = "";
        for (String each : matchers(container)) {
            if (found.isEmpty()) {
                matcher = each;
                found = reading.ask("container", "container_memory_working_set_bytes{" + matcher + "}");
            }
        }
        if (found.size() != 1) {
            return unknown(container, device, found);
        }
        Map<String, String> labels = found.get(0).labels();
        OptionalDouble quota =
                number(labels, "container_spec_cpu_quota{%1$s} / container_spec_cpu_period{%1$s}", matcher).stream()
                        .filter(cores -> cores > 0)
                        .findFirst();
        OptionalDouble cores = quota.isPresent() ? quota : ofMachine(labels, "machine_cpu_cores");
        List<String> problems = new ArrayList<>();
        DeviceState state = memory(DeviceState.of(device).withReadAt(Instant.now()), found.get(0), matcher, problems);
        if (cores.isPresent()) {
            state = state.withCores(Math.max(MIN_CORES, cores.getAsDouble()));
        } else {
            problems.add("cores: cAdvisor reports neither a quota nor machine_cpu_cores");
        }
        OptionalDouble busy =
                number(labels, "sum without (cpu) (irate(container_cpu_usage_seconds_total{%1$s}[5m]))", matcher);
        if (cores.isPresent() && busy.isPresent()) {
            state = state.withCpuLoadPercent(Math.min(PERCENT, PERCENT * busy.getAsDouble() / cores.getAsDouble()));
        } else {
            problems.add("CPU load: Prometheus has none; a rate needs two scrapes");
        }
        return new DeviceReading(
                state,
                labels,
                problems,
                conditions(quota, labels, matcher),
                Target.shown(identity(labels)),
                List.of(),
                false);
    }

    private Conditions conditions(OptionalDouble quota, Map<String, String> labels, String matcher) throws IOException {
        OptionalDouble throttled = number(
                labels,
                "100 * irate(container_cpu_cfs_throttled_periods_total{%1$s}[5m])"
                        + " / irate(container_cpu_cfs_periods_total{%1$s}[5m])",
                matcher);
        return new Conditions(
                quota,
                throttled.stream()
                        .map(percent -> Math.min(PERCENT, Math.max(0, percent)))
                        .findFirst(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty());
    }

    private static List<String> matchers(String container) {
        int slash = container.indexOf('/');
        return slash > 0
                ? List.of("pod=" + quoted(container.substring(0, slash)) + ",container="
                        + quoted(container.substring(slash + 1)))
                : List.of("name=" + quoted(container), "container=" + quoted(container));
    }

    /** Quotes a text for PromQL. */
    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\"";
    }

    private static DeviceReading unknown(String container, String device, List<Sample> found) {
        String problem = found.isEmpty()
                ? "cAdvisor reports no container '" + SafeText.of(container) + "'"
                : "'" + SafeText.of(container) + "' is " + found.size() + " containers, for instance "
                        + Target.shown(Target.differing(
                                found.get(0).labels(), found.get(1).labels())) + " and "
                        + Target.shown(Target.differing(
                                found.get(1).labels(), found.get(0).labels()))
                        + ": name one as POD/CONTAINER";
        return new DeviceReading(
                DeviceState.of(device),
                Map.of(),
                List.of(problem),
                Conditions.UNKNOWN,
                "",
                List.of(),
                !found.isEmpty());
    }

    private DeviceState memory(DeviceState state, Sample used, String matcher, List<String> problems)
            throws IOException {
        OptionalDouble limit = number(used.labels(), "container_spec_memory_limit_bytes{%1$s}", matcher).stream()
                .filter(bytes -> bytes > 0 && bytes < NO_LIMIT)
                .findFirst();
        OptionalDouble most = limit.isPresent() ? limit : ofMachine(used.labels(), "machine_memory_bytes");
        if (most.isEmpty() || !(used.value() >= 0)) {
            problems.add("memory: cAdvisor reports neither a limit nor machine_memory_bytes");
            return state;
        }
        if (limit.isEmpty()) {
            problems.add(
                    "free memory: the container has no limit, and cAdvisor does not report the free memory of its machine");
            return state.withMemoryTotalBytes((long) most.getAsDouble());
        }
        return state.withMemoryTotalBytes((long) most.getAsDouble())
                .withMemoryFreeBytes((long) Math.max(0, most.getAsDouble() - used.value()));
    }

    /** Returns the only finite value of a query for this container; empty if there is none, or more than one. */
    private OptionalDouble number(Map<String, String> labels, String query, String matcher) throws IOException {
        List<Double> values = reading.ask("container", query.replace("%1$s", matcher)).stream()
                .filter(sample -> identity(sample.labels()).equals(identity(labels)))
                .map(Sample::value)
                .filter(Double::isFinite)
                .toList();
        return values.size() == 1 ? OptionalDouble.of(values.get(0)) : OptionalDouble.empty();
    }

    /** Returns a value of the machine that the same cAdvisor watches. */
    private OptionalDouble ofMachine(Map<String, String> labels, String metric) throws IOException {
        Optional<String> instance = Optional.ofNullable(labels.get("instance"));
        return reading.ask("machine", metric).stream()
                .filter(sample ->
                        instance.equals(Optional.ofNullable(sample.labels().get("instance"))))
                .map(Sample::value)
                .filter(value -> value > 0 && Double.isFinite(value))
                .mapToDouble(Double::doubleValue)
                .findFirst();
    }

    private static Map<String, String> identity(Map<String, String> labels) {
        Map<String, String> identity = new TreeMap<>(labels);
        identity.remove("__name__");
        identity.remove("cpu");
        return identity;
    }
}
