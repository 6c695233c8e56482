package io.pepper.monitor;

import io.pepper.monitor.internal.Sample;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.DoubleStream;

/**
 * The facts of one node, computed from two scrapes of its agent as Prometheus computes {@link PrometheusQueries#DEFAULTS}
 * from many. Immutable.
 */
final class ScrapedFacts {
    private static final String CPU = "node_cpu_seconds_total";
    private static final String RUNNING = "node_procs_running";
    private static final String AVAILABLE = "node_memory_MemAvailable_bytes";
    private static final String FREE = "node_memory_MemFree_bytes";
    private static final String BUFFERS = "node_memory_Buffers_bytes";
    private static final String CACHED = "node_memory_Cached_bytes";
    private static final String SHARED = "node_memory_Shmem_bytes";
    private static final String TOTAL = "node_memory_MemTotal_bytes";
    private static final String DISK_FREE = "node_filesystem_avail_bytes";
    private static final String DISK_SIZE = "node_filesystem_size_bytes";
    private static final String CLOCK = "node_cpu_scaling_frequency_hertz";
    private static final String MAX_CLOCK = "node_cpu_scaling_frequency_max_hertz";
    private static final String TEMPERATURE = "node_thermal_zone_temp";
    private static final String TIME = "node_time_seconds";
    private static final String GPU_LOAD = "node_drm_gpu_busy_percent";
    private static final String GPU_SIZE = "node_drm_memory_vram_size_bytes";
    private static final String GPU_USED = "node_drm_memory_vram_used_bytes";
    private static final String NAME = "node_uname_info";
    private static final String MODEL = "char_node_device_model";
    private static final String POWER = "char_node_cpu_energy_watt";
    private static final String AGENT_MEMORY = "char_node_ram_total_bytes";
    private static final String AGENT_CORES = "char_node_cpu_total_cores";
    private static final double PERCENT = 100;

    /** The labels that are read; an exporter cannot claim the address of another one. */
    private static final Set<String> LABELS = Set.of(
            "domainname", "machine", "nodename", "release", "sysname", "version", "mountpoint", "fstype", "device");

    private static final String AGENT_LABELS = "char_node_";

    private final Map<String, List<Sample>> before;
    private final Map<String, List<Sample>> now;
    private final double seconds;
    private final String address;

    /**
     * Creates the facts.
     *
     * @param address the agent's address, which identifies the node
     * @param before the first scrape
     * @param now the second scrape
     * @param seconds the time between them, more than 0
     */
    ScrapedFacts(String address, Map<String, List<Sample>> before, Map<String, List<Sample>> now, double seconds) {
        this.address = address;
        this.before = before;
        this.now = now;
        this.seconds = seconds;
    }

    /** Returns whether a metric is read. */
    static boolean isWanted(String metric) {
        return metric.startsWith("node_cpu_")
                || metric.startsWith("node_memory_")
                || metric.startsWith("node_filesystem_")
                || metric.startsWith("node_pressure_")
                || metric.startsWith("node_drm_")
                || metric.equals(TIME)
                || metric.startsWith(AGENT_LABELS)
                || metric.equals(RUNNING)
                || metric.equals(TEMPERATURE)
                || metric.equals(NAME);
    }

    /** Returns the series with the node's name: that of its agent, if it has one. */
    List<Sample> names() {
        List<String> agents = now.values().stream()
                .flatMap(List::stream)
                .flatMap(sample -> Optional.ofNullable(sample.labels().get(AGENT_LABELS + "name")).stream())
                .distinct()
                .toList();
        return labelled(NAME).stream()
                .map(sample -> agents.size() == 1 ? named(sample, agents.get(0)) : sample)
                .toList();
    }

    private static Sample named(Sample sample, String name) {
        Map<String, String> labels = new TreeMap<>(sample.labels());
        labels.put("nodename", name);
        return new Sample(labels, sample.value());
    }

    /** Returns the series with the kind of device. */
    List<Sample> models() {
        return labelled(MODEL);
    }

    /** Returns the values by their meaning, with the labels of the target. */
    Map<Fact, List<Sample>> facts() {
        Map<Fact, List<Sample>> facts = new EnumMap<>(Fact.class);
        put(facts, Fact.CPU_LOAD, load());
        put(facts, Fact.RUNNABLE, average(one(before, RUNNING), one(now, RUNNING)));
        put(facts, Fact.FREE, free());
        put(facts, Fact.MEMORY, one(now, TOTAL));
        long cores = now.getOrDefault(CPU, List.of()).stream()
                .filter(ScrapedFacts::isIdle)
                .count();
        put(facts, Fact.CORES, cores > 0 ? OptionalDouble.of((double) cores) : OptionalDouble.empty());
        put(facts, Fact.CLOCK, clock());
        put(facts, Fact.TEMPERATURE, values(now, TEMPERATURE, all -> true).max());
        put(facts, Fact.CPU_PRESSURE, pressure("cpu"));
        put(facts, Fact.MEMORY_PRESSURE, pressure("memory"));
        put(facts, Fact.IO_PRESSURE, pressure("io"));
        graphics(facts);
        facts.put(Fact.DISK, disks());
        facts.put(Fact.POWER, labelled(POWER));
        facts.computeIfAbsent(Fact.MEMORY, absent -> new ArrayList<>()).addAll(labelled(AGENT_MEMORY));
        facts.computeIfAbsent(Fact.CORES, absent -> new ArrayList<>()).addAll(labelled(AGENT_CORES));
        return facts;
    }

    private void put(Map<Fact, List<Sample>> facts, Fact fact, OptionalDouble value) {
        if (value.isPresent()) {
            facts.put(fact, new ArrayList<>(List.of(new Sample(Map.of("instance", address), value.getAsDouble()))));
        }
    }

    private List<Sample> labelled(String metric) {
        return now.getOrDefault(metric, List.of()).stream()
                .map(sample -> new Sample(labels(sample), sample.value()))
                .toList();
    }

    private Map<String, String> labels(Sample sample) {
        Map<String, String> labels = new TreeMap<>(sample.labels());
        labels.keySet().removeIf(label -> !LABELS.contains(label) && !label.startsWith(AGENT_LABELS));
        labels.put("instance", address);
        return labels;
    }

    private static boolean isIdle(Sample sample) {
        return "idle".equals(sample.labels().get("mode"));
    }

    private static DoubleStream values(Map<String, List<Sample>> scrape, String metric, Predicate<Sample> which) {
        return scrape.getOrDefault(metric, List.of()).stream().filter(which).mapToDouble(Sample::value);
    }

    private static OptionalDouble one(Map<String, List<Sample>> scrape, String metric) {
        List<Sample> found = scrape.getOrDefault(metric, List.of());
        return found.size() == 1 ? OptionalDouble.of(found.get(0).value()) : OptionalDouble.empty();
    }

    private static OptionalDouble average(OptionalDouble first, OptionalDouble second) {
        return first.isPresent() && second.isPresent()
                ? OptionalDouble.of((first.getAsDouble() + second.getAsDouble()) / 2)
                : second;
    }

    /** Returns the increase of counters between the scrapes; empty if they were reset, or are not in both. */
    private OptionalDouble increase(String metric, Predicate<Sample> which) {
        double[] first = values(before, metric, which).toArray();
        double[] second = values(now, metric, which).toArray();
        double more = DoubleStream.of(second).sum() - DoubleStream.of(first).sum();
        return first.length == 0 || first.length != second.length || !(more >= 0)
                ? OptionalDouble.empty()
                : OptionalDouble.of(more);
    }

    /** Returns the time in other modes than idle relative to the time in all modes. */
    private OptionalDouble load() {
        OptionalDouble all = increase(CPU, sample -> true);
        OptionalDouble idle = increase(CPU, ScrapedFacts::isIdle);
        return all.isPresent() && idle.isPresent() && all.getAsDouble() > 0
                ? OptionalDouble.of(PERCENT * (1 - idle.getAsDouble() / all.getAsDouble()))
                : OptionalDouble.empty();
    }

    /** Returns the available memory; kernels before 3.14 report its parts only. */
    private OptionalDouble free() {
        OptionalDouble available = one(now, AVAILABLE);
        List<OptionalDouble> parts = List.of(one(now, FREE), one(now, BUFFERS), one(now, CACHED), one(now, SHARED));
        if (available.isPresent() || parts.stream().anyMatch(OptionalDouble::isEmpty)) {
            return available;
        }
        double[] sizes = parts.stream().mapToDouble(OptionalDouble::getAsDouble).toArray();
        return OptionalDouble.of(sizes[0] + sizes[1] + sizes[2] - sizes[3]);
    }

    private List<Sample> disks() {
        List<Sample> disks = new ArrayList<>();
        Map<Map<String, String>, Double> sizes = byLabels(DISK_SIZE);
        for (Sample free : now.getOrDefault(DISK_FREE, List.of())) {
            Double size = sizes.get(free.labels());
            String mounted = free.labels().getOrDefault("mountpoint", "");
            if (size != null && mounted.matches(FileSystems.MOUNT_POINTS)) {
                disks.add(new Sample(labels(free), PERCENT * (1 - free.value() / size)));
            }
        }
        return disks;
    }

    private OptionalDouble clock() {
        Map<Map<String, String>, Double> most = byLabels(MAX_CLOCK);
        return now.getOrDefault(CLOCK, List.of()).stream()
                .mapToDouble(clock -> PERCENT * clock.value() / most.getOrDefault(clock.labels(), Double.NaN))
                .filter(share -> !Double.isNaN(share))
                .max();
    }

    private Map<Map<String, String>, Double> byLabels(String metric) {
        Map<Map<String, String>, Double> values = new HashMap<>();
        now.getOrDefault(metric, List.of()).forEach(sample -> values.put(sample.labels(), sample.value()));
        return values;
    }

    /** Returns the share of the agent's time, or where it tells no time, of the time between the scrapes. */
    private OptionalDouble pressure(String what) {
        OptionalDouble waiting = increase("node_pressure_" + what + "_waiting_seconds_total", sample -> true);
        double elapsed = increase(TIME, sample -> true).stream()
                .filter(time -> time > 0)
                .findFirst()
                .orElse(seconds);
        return waiting.isPresent()
                ? OptionalDouble.of(Math.min(PERCENT, PERCENT * waiting.getAsDouble() / elapsed))
                : OptionalDouble.empty();
    }

    private static OptionalDouble sum(Map<String, List<Sample>> scrape, String metric) {
        return scrape.containsKey(metric)
                ? OptionalDouble.of(values(scrape, metric, sample -> true).sum())
                : OptionalDouble.empty();
    }

    private void graphics(Map<Fact, List<Sample>> facts) {
        OptionalDouble total = sum(now, GPU_SIZE);
        OptionalDouble used = sum(now, GPU_USED);
        put(facts, Fact.GPU_LOAD, values(now, GPU_LOAD, all -> true).max());
        put(facts, Fact.GPU_MEMORY, total);
        if (total.isPresent() && used.isPresent()) {
            put(facts, Fact.GPU_FREE, OptionalDouble.of(total.getAsDouble() - used.getAsDouble()));
        }
    }
}
