package io.pepper.examples.dashboard;

import io.pepper.distributed.ClusterClient;
import io.pepper.distributed.NodeInfo;
import io.pepper.examples.DeployedPart;
import io.pepper.examples.DeployedPlans;
import io.pepper.monitor.ClusterMonitor;
import io.pepper.monitor.DeviceReading;
import io.pepper.monitor.LinkReading;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The nodes of a living cluster, the links between them, and the parts that they serve. */
public final class ClusterSource implements DashboardSource {
    private final ClusterClient client;
    private final ClusterMonitor monitor;
    private final DeployedPlans plans = new DeployedPlans();

    /**
     * Creates a source.
     *
     * @param client a member of the cluster, which must stay open as long as the source is read
     */
    public ClusterSource(ClusterClient client) {
        this.client = client;
        this.monitor = ClusterMonitor.of(client);
    }

    @Override
    public String name() {
        return "Cluster";
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
    public Map<String, Double> stageSeconds() {
        return Map.of();
    }

    @Override
    public List<DeployedPart> parts() throws IOException {
        List<NodeInfo> nodes = client.nodes();
        List<String> problems = new ArrayList<>();
        List<DeployedPart> parts = DeployedPart.of(nodes, plans.of(client, nodes, problems::add));
        if (!problems.isEmpty() && parts.isEmpty()) {
            throw new IOException(String.join("; ", problems));
        }
        return parts;
    }
}
