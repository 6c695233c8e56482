package io.pepper.monitor.internal.link;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;

/**
 * The metrics of an agent's links, by {@code source} and {@code target}: the sender and the receiver of messages.
 * Thread-safe.
 */
final class LinkCollector implements MultiCollector {
    private static final double MILLIS = 1e3;

    private final LinkMeter meter;

    LinkCollector(LinkMeter meter) {
        this.meter = meter;
    }

    @Override
    public MetricSnapshots collect() {
        GaugeSnapshot.Builder latency = gauge(
                LinkMetrics.LATENCY,
                "Half of the smallest round trip of a small exchange, in seconds, as last measured.");
        GaugeSnapshot.Builder bandwidth =
                gauge(LinkMetrics.BANDWIDTH, "Bytes per second from source to target, as last measured.");
        GaugeSnapshot.Builder time =
                gauge(LinkMetrics.TIME, "Unix time of the last measurement, by the clock of this agent.");
        GaugeSnapshot.Builder age = gauge(LinkMetrics.AGE, "Seconds since the last measurement.");
        GaugeSnapshot.Builder stale =
                gauge(LinkMetrics.STALE, "1 if the last measurement is too old to describe the link, else 0.");
        CounterSnapshot.Builder done =
                CounterSnapshot.builder().name(LinkMetrics.MEASUREMENTS).help("Measurements that succeeded.");
        CounterSnapshot.Builder failed =
                CounterSnapshot.builder().name(LinkMetrics.FAILURES).help("Measurements that failed.");
        for (LinkMeter.Status status : meter.status()) {
            Labels there = labels(meter.source(), status.target());
            done.dataPoint(count(there, status.measurements()));
            failed.dataPoint(count(there, status.failures()));
            status.last().ifPresent(measured -> {
                LinkProbe.Result result = measured.result();
                for (boolean back : new boolean[] {false, true}) {
                    Labels pair = back ? labels(status.target(), meter.source()) : there;
                    latency.dataPoint(point(pair, result.latencySeconds()));
                    bandwidth.dataPoint(point(pair, back ? result.receivedPerSecond() : result.sentPerSecond()));
                    time.dataPoint(point(pair, measured.at().toEpochMilli() / MILLIS));
                    age.dataPoint(point(pair, status.ageSeconds()));
                    stale.dataPoint(point(pair, status.stale() ? 1 : 0));
                }
            });
        }
        return new MetricSnapshots(List.of(
                latency.build(),
                bandwidth.build(),
                time.build(),
                age.build(),
                stale.build(),
                done.build(),
                failed.build()));
    }

    /** Returns the names, so that a registry refuses two collectors with the same ones. */
    @Override
    public List<String> getPrometheusNames() {
        return new ArrayList<>(LinkMetrics.NAMES);
    }

    private static GaugeSnapshot.Builder gauge(String name, String help) {
        return GaugeSnapshot.builder().name(name).help(help);
    }

    private static Labels labels(String source, String target) {
        return Labels.of("source", source, "target", target);
    }

    private static GaugeSnapshot.GaugeDataPointSnapshot point(Labels labels, double value) {
        return GaugeSnapshot.GaugeDataPointSnapshot.builder()
                .labels(labels)
                .value(value)
                .build();
    }

    private static CounterSnapshot.CounterDataPointSnapshot count(Labels labels, long value) {
        return CounterSnapshot.CounterDataPointSnapshot.builder()
                .labels(labels)
                .value((double) value)
                .build();
    }
}
