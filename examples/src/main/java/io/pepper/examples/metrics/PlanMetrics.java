package io.pepper.examples.metrics;

import io.pepper.document.SafeText;
import io.pepper.examples.PlannedLink;
import io.pepper.export.DeploymentPlan;
import io.pepper.plan.PlacedPart;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Instant;
import java.util.List;

/**
 * The figures by which a plan was made, as metrics for a {@link io.pepper.monitor.NodeExporter}: alerts compare them
 * with what is measured. The metrics are {@code pepper_plan_timestamp_seconds}, {@code
 * pepper_plan_link_bandwidth_bytes_per_second} and {@code pepper_plan_link_latency_seconds} with the labels {@code
 * source} and {@code target}, and {@code pepper_plan_stage_seconds} with the labels {@code stage} (the part's file) and
 * {@code device}. Immutable and therefore thread-safe.
 */
public final class PlanMetrics implements MultiCollector {
    private static final double MILLIS = 1e3;
    private static final int MAX_LABEL = 300;

    private final MetricSnapshots snapshots;

    private PlanMetrics(MetricSnapshots snapshots) {
        this.snapshots = snapshots;
    }

    /**
     * Returns the metrics of a plan.
     *
     * @param plan the plan
     * @return the metrics, which do not change
     */
    public static PlanMetrics of(DeploymentPlan plan) {
        List<PlannedLink> links = PlannedLink.of(plan);
        return new PlanMetrics(
                MetricSnapshots.of(created(plan.created()), bandwidths(links), latencies(links), stages(plan)));
    }

    @Override
    public MetricSnapshots collect() {
        return snapshots;
    }

    private static GaugeSnapshot created(Instant time) {
        return gauge("pepper_plan_timestamp_seconds", "Time of planning, in seconds since 1970.")
                .dataPoint(point(time.toEpochMilli() / MILLIS))
                .build();
    }

    private static GaugeSnapshot bandwidths(List<PlannedLink> links) {
        GaugeSnapshot.Builder gauge = gauge(
                "pepper_plan_link_bandwidth_bytes_per_second",
                "Bandwidth that the plan assumes from source to target.");
        for (PlannedLink each : links) {
            if (Double.isFinite(each.link().bytesPerSecond())) {
                gauge.dataPoint(point(each.link().bytesPerSecond(), "source", each.from(), "target", each.to()));
            }
        }
        return gauge.build();
    }

    private static GaugeSnapshot latencies(List<PlannedLink> links) {
        GaugeSnapshot.Builder gauge =
                gauge("pepper_plan_link_latency_seconds", "Latency that the plan assumes from source to target.");
        links.forEach(each ->
                gauge.dataPoint(point(each.link().latencySeconds(), "source", each.from(), "target", each.to())));
        return gauge.build();
    }

    private static GaugeSnapshot stages(DeploymentPlan plan) {
        GaugeSnapshot.Builder gauge = gauge(
                "pepper_plan_stage_seconds",
                "Median time of a run of this part that the plan predicts, of the mean step if it has several phases.");
        for (int i = 0; i < plan.placement().parts().size(); i++) {
            PlacedPart part = plan.placement().parts().get(i);
            String file = plan.partition().parts().get(i).file();
            gauge.dataPoint(point(
                    part.computeSeconds(),
                    "stage",
                    file,
                    "device",
                    part.device().name()));
        }
        return gauge.build();
    }

    private static GaugeSnapshot.Builder gauge(String name, String help) {
        return GaugeSnapshot.builder().name(name).help(help);
    }

    private static GaugeSnapshot.GaugeDataPointSnapshot point(double value, String... labels) {
        String[] safe = labels.clone();
        for (int i = 1; i < safe.length; i += 2) {
            safe[i] = SafeText.line(safe[i], MAX_LABEL);
        }
        return GaugeSnapshot.GaugeDataPointSnapshot.builder()
                .value(value)
                .labels(Labels.of(safe))
                .build();
    }
}
