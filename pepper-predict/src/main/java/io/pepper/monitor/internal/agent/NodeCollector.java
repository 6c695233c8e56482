package io.pepper.monitor.internal.agent;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The metrics of a node, read at each scrape. A part that fails is left out, and {@code node_scrape_collector_success}
 * is 0 for it. Thread-safe: scrapes at the same time take turns.
 */
final class NodeCollector implements MultiCollector {
    private static final Logger LOG = LoggerFactory.getLogger(NodeCollector.class);

    private final Map<String, NodePart> parts;
    private final Set<String> reported = ConcurrentHashMap.newKeySet();

    NodeCollector(Map<String, NodePart> parts) {
        this.parts = new LinkedHashMap<>(parts);
    }

    @Override
    public synchronized MetricSnapshots collect() {
        Families families = new Families();
        parts.forEach((name, part) -> families.gauge(
                "node_scrape_collector_success",
                "Whether this part of the node was read without a failure.",
                read(name, part, families) ? 1 : 0,
                "collector",
                name));
        return families.snapshots();
    }

    private boolean read(String name, NodePart part, Families families) {
        try {
            part.read(families);
            return true;
        } catch (RuntimeException failed) {
            if (reported.add(name)) {
                LOG.warn("the agent cannot read its node's {}; further failures are not logged", name, failed);
            }
            return false;
        }
    }
}
