package io.pepper.examples.dashboard;

import io.pepper.monitor.DeviceMonitor;
import io.pepper.monitor.DeviceReading;
import io.pepper.monitor.LinkMonitor;
import io.pepper.monitor.LinkReading;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** The boards and links of any monitor, which measures no stages. */
public final class MonitorSource implements DashboardSource {
    private final String name;
    private final DeviceMonitor monitor;
    private final LinkMonitor links;

    /**
     * Creates a source.
     *
     * @param name the name of the source, for people
     * @param monitor the monitor of boards
     * @param links the monitor of links
     */
    public MonitorSource(String name, DeviceMonitor monitor, LinkMonitor links) {
        this.name = name;
        this.monitor = monitor;
        this.links = links;
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
    public List<LinkReading> links() throws IOException {
        return links.readLinks();
    }

    @Override
    public Map<String, Double> stageSeconds() {
        return Map.of();
    }
}
