package io.pepper.monitor.internal.agent;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's metrics and those that the host application gives. A collector of the host that fails costs its own
 * metrics only, and a metric whose name an earlier collector has is left out: one name that occurs twice would make the
 * whole scrape fail. Thread-safe if the given collectors are.
 */
final class GivenCollector implements MultiCollector {
    private static final Logger LOG = LoggerFactory.getLogger(GivenCollector.class);

    private final MultiCollector node;
    private final List<MultiCollector> given;
    private final AtomicBoolean reported = new AtomicBoolean();

    GivenCollector(MultiCollector node, List<MultiCollector> given) {
        this.node = node;
        this.given = List.copyOf(given);
    }

    @Override
    public MetricSnapshots collect() {
        List<MetricSnapshot> all = new ArrayList<>();
        Set<String> names = new HashSet<>();
        add(node.collect(), all, names);
        for (MultiCollector each : given) {
            try {
                add(each.collect(), all, names);
            } catch (RuntimeException failed) {
                report("a collector of the application failed", failed);
            }
        }
        return new MetricSnapshots(all);
    }

    private void add(MetricSnapshots snapshots, List<MetricSnapshot> all, Set<String> names) {
        for (MetricSnapshot snapshot : snapshots) {
            String name = snapshot.getMetadata().getPrometheusName();
            if (names.add(name)) {
                all.add(snapshot);
            } else {
                report("the metric " + name + " is collected twice", new IllegalStateException(name));
            }
        }
    }

    private void report(String what, RuntimeException cause) {
        if (reported.compareAndSet(false, true)) {
            LOG.warn("{}, and is left out of the agent's metrics; further failures are not logged", what, cause);
        }
    }
}
