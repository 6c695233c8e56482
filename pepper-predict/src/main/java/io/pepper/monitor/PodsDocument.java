package io.pepper.monitor;

import io.pepper.monitor.internal.Deadline;
import io.pepper.monitor.internal.Sample;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The reading of the use of pods: {@link MonitoringDocuments#pods}. */
final class PodsDocument {
    private static final String CPU = "container_cpu_usage_seconds_total";

    /** The containers of pods, without the group of the pod itself, which would count them twice. */
    private static final String CONTAINERS = "{pod!=\"\",container!=\"\",container!=\"POD\"}";

    private static final String PODS = "{pod!=\"\"}";
    private static final String SUM = "sum by (job, node, instance, namespace, pod) (";

    /** A list of the document and the query of its values. */
    private record Section(String title, String field, String query) {}

    private PodsDocument() {}

    static MonitoringDocument read(PrometheusDeviceMonitor monitor, String cloud, String window) throws IOException {
        Deadline deadline = monitor.newDeadline();
        PrometheusReading reading = monitor.reader().begin(deadline);
        DocumentBuilder document = new DocumentBuilder(cloud);
        for (Section section : sections(window)) {
            document.list(section.title);
            largest(reading.ask(section.title, section.query))
                    .forEach((pod, value) -> document.add(section.title, entry(pod, section.field, value)));
        }
        reading.requireAnswers();
        if (document.isEmpty() && reading.failed().isEmpty()) {
            document.note("Prometheus has no series of pods (such as " + CPU
                    + " with a label pod): it does not scrape the kubelets' cAdvisor");
        }
        if (!document.isEmpty()) {
            document.noteStart(monitor.reader().started(deadline), window);
        }
        document.note(reading);
        return document.build();
    }

    private static List<Section> sections(String window) {
        return List.of(
                new Section(
                        "Pod CPU Usage Results",
                        "max_pod_cpu_usage(seconds)",
                        most(SUM + CPU + CONTAINERS + ")", window)),
                new Section(
                        "Pod Memory Usage Results",
                        "max_pod_memory_usage(bytes)",
                        most(SUM + "container_memory_working_set_bytes" + CONTAINERS + ")", window)),
                new Section(
                        "Pod Threads Results",
                        "max_pod_threads",
                        most(SUM + "container_threads" + CONTAINERS + ")", window)),
                new Section(
                        "Pod Receive Bandwidth Results",
                        "max_receive_bandwidth(bytes)",
                        most(SUM + "rate(container_network_receive_bytes_total" + PODS + "[" + window + "]))", window)),
                new Section(
                        "Pod Transmit Bandwidth Results",
                        "max_transmit_bandwidth(bytes)",
                        most(
                                SUM + "rate(container_network_transmit_bytes_total" + PODS + "[" + window + "]))",
                                window)));
    }

    /** Returns the query of the largest value in the window. */
    private static String most(String query, String window) {
        return "max_over_time((" + query + ")[" + window + ":5s])";
    }

    /** A pod on a node. */
    private record Pod(String node, String namespace, String name) {}

    /** Returns the largest value of each pod, of which two jobs may have values. */
    private static Map<Pod, Double> largest(List<Sample> samples) {
        Map<String, Map.Entry<Pod, Double>> largest = new TreeMap<>();
        for (Sample sample : samples) {
            String node = DocumentBuilder.label(sample, "node");
            Pod pod = new Pod(
                    node.isEmpty() ? BoardNames.host(DocumentBuilder.label(sample, "instance")) : node,
                    DocumentBuilder.label(sample, "namespace"),
                    DocumentBuilder.label(sample, "pod"));
            if (DocumentBuilder.isAmount(sample.value())) {
                largest.merge(
                        pod.toString(),
                        Map.entry(pod, sample.value()),
                        (one, other) -> one.getValue() >= other.getValue() ? one : other);
            }
        }
        Map<Pod, Double> values = new LinkedHashMap<>();
        largest.values().forEach(each -> values.put(each.getKey(), each.getValue()));
        return values;
    }

    private static Map<String, String> entry(Pod pod, String field, double value) {
        Map<String, String> entry = new LinkedHashMap<>();
        entry.put("node", pod.node);
        entry.put("namespace", pod.namespace);
        entry.put("pod", pod.name);
        entry.put(field, DocumentBuilder.number(value));
        return entry;
    }
}
