package io.pepper.monitor;

import java.io.IOException;

/**
 * The documents of EdgeCloud Mon's monitoring API, read from a Prometheus: nodes, their characterization, and the pods
 * of Kubernetes. Values are joined by node, and a value that may belong to two nodes is assigned to neither. Immutable
 * and therefore thread-safe.
 *
 * <pre>{@code
 * PrometheusDeviceMonitor monitor = PrometheusDeviceMonitor.builder("http://prometheus:9090").build();
 * MonitoringDocument nodes = MonitoringDocuments.of(monitor, "north").nodes();
 * }</pre>
 */
public final class MonitoringDocuments {
    private final PrometheusDeviceMonitor monitor;
    private final String cloud;
    private final String window;

    private MonitoringDocuments(PrometheusDeviceMonitor monitor, String cloud, String window) {
        this.monitor = monitor;
        this.cloud = cloud;
        this.window = window;
    }

    /**
     * Returns the documents of a Prometheus, with rates over a minute.
     *
     * @param monitor the monitor of its nodes, whose queries, limits and names of nodes apply
     * @param cloud the name of the cluster, for the field {@code minicloud_id}; may be empty
     * @return the documents
     */
    public static MonitoringDocuments of(PrometheusDeviceMonitor monitor, String cloud) {
        return new MonitoringDocuments(monitor, cloud, "1m");
    }

    /**
     * Sets the window of rates, which must hold two scrapes. The window of the CPU load is that of the monitor's
     * queries.
     *
     * @param value the window in Prometheus's syntax, for instance {@code 30s}
     * @return a copy with this window
     * @throws IllegalArgumentException if {@code value} is not a duration
     */
    public MonitoringDocuments withWindow(String value) {
        return new MonitoringDocuments(monitor, cloud, PrometheusQueries.window(value));
    }

    /**
     * Reads the use of the nodes: processor, memory, disks, root file systems and networks.
     *
     * @return the document
     * @throws java.io.InterruptedIOException if the thread is interrupted
     * @throws IOException if Prometheus has no usable answer, or watches no node
     */
    public MonitoringDocument nodes() throws IOException {
        return NodesDocument.read(monitor, cloud, window);
    }

    /**
     * Reads the description of the nodes by their characterization agents.
     *
     * @return the document; its lists are empty, and a note reports it, if Prometheus scrapes no agent
     * @throws java.io.InterruptedIOException if the thread is interrupted
     * @throws IOException if Prometheus has no usable answer
     */
    public MonitoringDocument characterization() throws IOException {
        return CharacterizationDocument.read(monitor, cloud);
    }

    /**
     * Reads the use of the pods of Kubernetes, from the series of the kubelets' cAdvisor.
     *
     * @return the document; its lists are empty, and a note reports it, if Prometheus has no series of pods
     * @throws java.io.InterruptedIOException if the thread is interrupted
     * @throws IOException if Prometheus has no usable answer
     */
    public MonitoringDocument pods() throws IOException {
        return PodsDocument.read(monitor, cloud, window);
    }
}
