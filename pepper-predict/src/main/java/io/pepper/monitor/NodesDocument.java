package io.pepper.monitor;

import io.pepper.cluster.DeviceState;
import io.pepper.monitor.internal.Deadline;
import io.pepper.monitor.internal.Sample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/** The reading of the use of nodes: {@link MonitoringDocuments#nodes}. For one thread. */
final class NodesDocument {
    private static final double PERCENT = 100;
    private static final String DEVICE = "device";

    /** Devices that hold no data of their own. */
    private static final String DISKS = "{device!~\"(loop|ram|zram|sr|fd)[0-9]+\"}";

    /** Interfaces that leave the node: not those to itself, to containers and to virtual machines. */
    private static final String NETWORKS =
            "{device!~\"(lo|veth.*|docker.*|br-.*|cni.*|flannel.*|cali.*|virbr.*|tap.*)\"}";

    private static final String ROOTS = "{mountpoint=~\"" + FileSystems.MOUNT_POINTS + "\"}";

    /** A list of the document and the query of its values; with a device, an entry for each of the node's disks. */
    private record Section(String title, String field, String query, boolean hasDevice) {}

    private final DocumentBuilder document;
    private final PrometheusReading reading;
    private final PrometheusReader.Watched watched;
    private final Map<Target, Board> boards = new HashMap<>();

    private NodesDocument(DocumentBuilder document, PrometheusReading reading, PrometheusReader.Watched watched) {
        this.document = document;
        this.reading = reading;
        this.watched = watched;
        watched.boards().forEach(board -> board.targets().forEach(target -> boards.put(target, board)));
    }

    static MonitoringDocument read(PrometheusDeviceMonitor monitor, String cloud, String window) throws IOException {
        Deadline deadline = monitor.newDeadline();
        PrometheusReading reading = monitor.reader().begin(deadline);
        PrometheusReader.Watched watched = monitor.reader().read(reading, deadline);
        NodesDocument nodes = new NodesDocument(new DocumentBuilder(cloud), reading, watched);
        nodes.addStates();
        for (Section section : sections(window)) {
            nodes.add(section);
        }
        nodes.document.noteStart(monitor.reader().started(deadline), window);
        nodes.document.note(reading);
        watched.readings().forEach((name, each) -> each.problems()
                .forEach(problem ->
                        nodes.document.note(reading.failed().contains(problem) ? problem : name + ": " + problem)));
        return nodes.document.build();
    }

    private static List<Section> sections(String window) {
        String rate = "[" + window + "])";
        return List.of(
                new Section(
                        "Disk Read Latency Results",
                        "disk_read_latency(percentage)",
                        "100 * rate(node_disk_read_time_seconds_total" + DISKS + rate,
                        true),
                new Section(
                        "Disk Write Latency Results",
                        "disk_write_latency(percentage)",
                        "100 * rate(node_disk_write_time_seconds_total" + DISKS + rate,
                        true),
                new Section("Filesystem Usage Results", "filesystem_usage(percentage)", "", false),
                new Section("Disk Size Results", "disk_total_size(bytes)", "node_filesystem_size_bytes" + ROOTS, false),
                new Section(
                        "Disk Free Space Results",
                        "disk_free_space(bytes)",
                        "node_filesystem_free_bytes" + ROOTS + " or node_filesystem_avail_bytes" + ROOTS,
                        false),
                new Section(
                        "Disk IO Usage Results",
                        "disk_io_time_spent(seconds)",
                        "rate(node_disk_io_time_seconds_total" + DISKS + rate,
                        true),
                new Section(
                        "Node Transmit Bandwidth Results",
                        "transmit_bandwidth(avg_bytes)",
                        "sum without (device) (rate(node_network_transmit_bytes_total" + NETWORKS + rate + ")",
                        false),
                new Section(
                        "Node Receive Bandwidth Results",
                        "receive_bandwidth(avg_bytes)",
                        "sum without (device) (rate(node_network_receive_bytes_total" + NETWORKS + rate + ")",
                        false));
    }

    /** Adds the lists whose values every reading has. */
    private void addStates() {
        String cpu = "Cpu Usage Results";
        String memory = "Memory Usage Results";
        document.list(cpu);
        document.list(memory);
        watched.readings().forEach((name, each) -> {
            DeviceState state = each.state();
            state.cpuLoadPercent()
                    .ifPresent(load -> document.add(
                            cpu, entry(name, "", Map.of("cpu_usage(percentage)", DocumentBuilder.number(load)))));
            if (state.memoryFreeBytes().isPresent() && state.memoryTotalBytes().orElse(0) > 0) {
                long free = state.memoryFreeBytes().getAsLong();
                Map<String, String> values = new LinkedHashMap<>();
                values.put(
                        "mem_usage(percentage)",
                        DocumentBuilder.number(PERCENT
                                * (1 - (double) free / state.memoryTotalBytes().getAsLong())));
                values.put("available_memory(bytes)", Long.toString(free));
                document.add(memory, entry(name, "", values));
            }
        });
    }

    private void add(Section section) throws IOException {
        document.list(section.title);
        if (section.query.isEmpty()) {
            watched.readings()
                    .forEach((name, each) -> add(section, name, "", each.state().diskUsagePercent()));
            return;
        }
        Map<String, Map<String, List<Sample>>> byNode = new TreeMap<>();
        for (Sample sample : reading.ask(section.title, section.query)) {
            board(sample).ifPresent(board -> byNode.computeIfAbsent(board.name, first -> new TreeMap<>())
                    .computeIfAbsent(
                            section.hasDevice ? DocumentBuilder.label(sample, DEVICE) : "", first -> new ArrayList<>())
                    .add(sample));
        }
        byNode.forEach((name, byDevice) -> byDevice.forEach((device, samples) -> {
            List<Sample> chosen = section.query.contains("filesystem") ? FileSystems.choose(samples) : samples;
            add(section, name, device, OptionalDouble.of(chosen.get(0).value()));
        }));
    }

    private void add(Section section, String name, String device, OptionalDouble value) {
        if (value.isEmpty()) {
            return;
        }
        double number = value.getAsDouble();
        if (DocumentBuilder.isAmount(number)) {
            document.add(section.title, entry(name, device, Map.of(section.field, DocumentBuilder.number(number))));
        } else {
            document.note(name + ": " + section.title + ": the value is " + number);
        }
    }

    /** Returns the board of a sample; empty if its labels match no board or several, or its values are too old. */
    private Optional<Board> board(Sample sample) {
        List<Board> meant = watched.targets().of(watched.targets().key(sample)).stream()
                .map(boards::get)
                .filter(Objects::nonNull)
                .distinct()
                .toList();
        return meant.size() == 1 && isCurrent(meant.get(0)) ? Optional.of(meant.get(0)) : Optional.empty();
    }

    private boolean isCurrent(Board board) {
        DeviceReading known = watched.readings().get(board.name);
        return known != null && !known.ambiguous() && known.state().readAt().isPresent();
    }

    private Map<String, String> entry(String name, String device, Map<String, String> values) {
        Map<String, String> entry = new LinkedHashMap<>();
        entry.put("node", name);
        if (!device.isEmpty()) {
            entry.put(DEVICE, device);
        }
        entry.putAll(values);
        DeviceReading known = watched.readings().get(name);
        entry.put("uuid", known == null ? "" : known.labels().getOrDefault("uuid", ""));
        return entry;
    }
}
