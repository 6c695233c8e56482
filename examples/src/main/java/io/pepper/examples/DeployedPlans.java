package io.pepper.examples;

import io.pepper.distributed.ClusterClient;
import io.pepper.distributed.NodeInfo;
import io.pepper.export.DeploymentPlan;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The plans of the deployments that serve on a cluster, each of which is read once. Thread-safe. */
public final class DeployedPlans {
    private final Map<String, Entry> known = new TreeMap<>();

    private record Entry(String version, DeploymentPlan plan) {}

    /** Creates an empty collection. */
    public DeployedPlans() {}

    /**
     * Returns the plans of the versions that serve.
     *
     * @param client a member of the cluster
     * @param nodes its nodes
     * @param problems receives why a plan cannot be read, for people
     * @return the plans by the names of their deployments
     * @throws InterruptedIOException if the thread is interrupted
     */
    public synchronized Map<String, DeploymentPlan> of(
            ClusterClient client, List<NodeInfo> nodes, Consumer<String> problems) throws InterruptedIOException {
        Map<String, String> versions = new TreeMap<>();
        for (NodeInfo node : nodes) {
            node.held().stream()
                    .filter(held -> held.serving() && node.reachable())
                    .forEach(held -> versions.put(held.deployment(), held.version()));
        }
        known.keySet().retainAll(versions.keySet());
        Map<String, DeploymentPlan> plans = new TreeMap<>();
        for (Map.Entry<String, String> each : versions.entrySet()) {
            Entry entry = known.get(each.getKey());
            if (entry == null || !entry.version.equals(each.getValue())) {
                try {
                    entry = new Entry(each.getValue(), client.plan(each.getKey()));
                    known.put(each.getKey(), entry);
                } catch (InterruptedIOException stopped) {
                    throw stopped;
                } catch (IOException unreadable) {
                    problems.accept("the plan of " + each.getKey() + " cannot be read: " + unreadable.getMessage());
                    continue;
                }
            }
            plans.put(each.getKey(), entry.plan);
        }
        return Collections.unmodifiableMap(plans);
    }
}
