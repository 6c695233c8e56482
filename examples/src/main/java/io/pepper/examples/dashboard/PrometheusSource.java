package io.pepper.examples.dashboard;

import io.pepper.monitor.DeviceReading;
import io.pepper.monitor.LinkReading;
import io.pepper.monitor.MetricAnswer;
import io.pepper.monitor.PrometheusDeviceMonitor;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The boards, links and stages that a Prometheus watches. */
public final class PrometheusSource implements DashboardSource {
    private static final String STAGES = "sum by (stage) (rate(pepper_stage_seconds_sum[1m]))"
            + " / sum by (stage) (rate(pepper_stage_seconds_count[1m]))";

    private final PrometheusDeviceMonitor monitor;

    /**
     * Creates a source.
     *
     * @param monitor the monitor of the nodes
     */
    public PrometheusSource(PrometheusDeviceMonitor monitor) {
        this.monitor = monitor;
    }

    @Override
    public String name() {
        return "Prometheus " + monitor;
    }

    @Override
    public Map<String, DeviceReading> boards() throws IOException {
        return monitor.read();
    }

    @Override
    public List<LinkReading> links() throws IOException {
        return monitor.readLinks();
    }

    @Override
    public Map<String, Double> stageSeconds() throws IOException {
        Map<String, Double> seconds = new TreeMap<>();
        for (MetricAnswer.Sample sample : monitor.query(STAGES).samples()) {
            String stage = sample.labels().get("stage");
            if (stage != null && Double.isFinite(sample.value()) && sample.value() >= 0) {
                seconds.put(stage, sample.value());
            }
        }
        return seconds;
    }
}
