package io.pepper.monitor;

import io.pepper.monitor.internal.Sample;
import java.io.IOException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The reading of the description of nodes: {@link MonitoringDocuments#characterization}. */
final class CharacterizationDocument {
    private static final String PREFIX = "char_node_";

    /**
     * A list of the document.
     *
     * @param title its title
     * @param metric the metric of the agents
     * @param labels the fields of an entry and the labels of their values
     * @param value the field of the metric's value; empty if the value is 1 for a known fact and 0 for an unknown one
     */
    private record Section(String title, String metric, Map<String, String> labels, String value) {}

    private static final List<Section> SECTIONS = List.of(
            new Section(
                    "CPU Characterization",
                    "cpu_total_cores",
                    labels("node_cpu_arch", "arch", "node_cpu_bits", "bits", "node_cpu_brand", "brand"),
                    "node_cpu_cores"),
            new Section("Memory Characterization", "ram_total_bytes", labels(), "node_ram_total_bytes"),
            new Section("Disk Characterization", "disk_total_size", labels(), "node_disk_total_size"),
            new Section(
                    "Battery Characterization",
                    "battery",
                    labels("node_battery_plugged", "plugged_battery"),
                    "node_battery_percent"),
            new Section(
                    "Location Characterization",
                    "location",
                    labels(
                            "node_city",
                            "city",
                            "node_continent",
                            "continent",
                            "node_country",
                            "country",
                            "node_latitude",
                            "latitude",
                            "node_longitude",
                            "longitude"),
                    ""),
            new Section(
                    "OS Characterization",
                    "os",
                    labels("node_os_name", "os_name", "node_os_version", "os_version"),
                    ""),
            new Section(
                    "GPU Characterization",
                    "gpu",
                    labels("node_gpu_model", "gpu_model", "node_gpu_type", "gpu_type", "node_gpu_id", "gpu_id"),
                    "quantity"));

    private CharacterizationDocument() {}

    private static Map<String, String> labels(String... fieldsAndLabels) {
        Map<String, String> labels = new LinkedHashMap<>();
        for (int i = 0; i < fieldsAndLabels.length; i += 2) {
            labels.put(fieldsAndLabels[i], PREFIX + fieldsAndLabels[i + 1]);
        }
        return labels;
    }

    static MonitoringDocument read(PrometheusDeviceMonitor monitor, String cloud) throws IOException {
        PrometheusReading reading = monitor.reader().begin(monitor.newDeadline());
        DocumentBuilder document = new DocumentBuilder(cloud);
        Map<String, Set<String>> nodesByUuid = new TreeMap<>();
        for (Section section : SECTIONS) {
            document.list(section.title);
            reading.ask(section.title, PREFIX + section.metric).stream()
                    .sorted(Comparator.comparing(sample -> sample.labels().toString()))
                    .forEach(sample -> add(document, section, sample, nodesByUuid));
        }
        reading.requireAnswers();
        nodesByUuid.forEach((uuid, nodes) -> {
            if (!uuid.isEmpty() && nodes.size() > 1) {
                document.note("the nodes " + String.join(", ", nodes) + " have the same UUID " + uuid
                        + ": their agents use copies of one file");
            }
        });
        if (document.isEmpty() && reading.failed().isEmpty()) {
            document.note("Prometheus has no series " + PREFIX + "…: it scrapes no characterization agent");
        }
        document.note(reading);
        return document.build();
    }

    private static void add(
            DocumentBuilder document, Section section, Sample sample, Map<String, Set<String>> nodesByUuid) {
        String name = DocumentBuilder.label(sample, PrometheusReading.AGENT);
        if (name.isEmpty()) {
            document.note("a series " + PREFIX + section.metric + " of " + DocumentBuilder.label(sample, "instance")
                    + " has no " + PrometheusReading.AGENT);
            return;
        }
        String uuid = DocumentBuilder.label(sample, PREFIX + "uuid");
        nodesByUuid.computeIfAbsent(uuid, first -> new TreeSet<>()).add(name);
        if (!DocumentBuilder.isAmount(sample.value())) {
            document.note(name + ": " + section.title + ": the value is " + sample.value());
        } else if (section.value.isEmpty() && sample.value() == 0) {
            document.note(name + ": " + section.title + ": the agent knows none");
        } else {
            document.add(section.title, entry(section, sample, name, uuid));
        }
    }

    private static Map<String, String> entry(Section section, Sample sample, String name, String uuid) {
        Map<String, String> entry = new LinkedHashMap<>();
        entry.put("node_type", DocumentBuilder.label(sample, PREFIX + "class"));
        entry.put("node_name", name);
        entry.put("node_uuid", uuid);
        entry.put("node_ip", BoardNames.host(DocumentBuilder.label(sample, "instance")));
        section.labels.forEach((field, label) -> entry.put(field, DocumentBuilder.label(sample, label)));
        if (!section.value.isEmpty()) {
            entry.put(section.value, DocumentBuilder.number(sample.value()));
        }
        return entry;
    }
}
