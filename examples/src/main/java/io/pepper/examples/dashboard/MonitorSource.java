package io.pepper.examples.dashboard;

import io.pepper.cluster.LinkState;
import io.pepper.monitor.DeviceMonitor;
import io.pepper.monitor.DeviceReading;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** The boards of any monitor, which measures no links and no stages. */
public final class MonitorSource implements DashboardSource {
    private final String name;
    private final DeviceMonitor monitor;

    /**
     * Creates a source.
     *
     * @param name the name of the source, for people
     * @param monitor the monitor
     */
    public MonitorSource(String name, DeviceMonitor monitor) {
        this.name = name;
        this.monitor = monitor;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Map<String, DeviceReading> boards() throws IOException {
        return monitor.read();
    }

    @Override
    public List<LinkState> links() {
        return List.of();
    }

    @Override
    public Map<String, Double> stageSeconds() {
        return Map.of();
    }
}
