package io.pepper.plan;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Where each part of a model runs, and what that costs. Immutable and therefore thread-safe.
 *
 * <p>The latency is the sum of the stages and transfers. The period is the greatest of what an inference asks of each device and
 * each link: with many inferences one after the other, whatever has most to do is never idle, and sets the pace.
 */
public final class Placement {
    private final Cluster cluster;
    private final Objective objective;
    private final List<Stage> stages;
    private final List<Transfer> transfers;
    private final Totals totals;
    private final double lowerBound;

    /** What a placement costs in all. */
    record Totals(double latency, double p90Latency, double period, String bottleneck, double joules) {}

    Placement(
            Cluster cluster,
            Objective objective,
            List<Stage> stages,
            List<Transfer> transfers,
            Totals totals,
            double lowerBound) {
        this.cluster = cluster;
        this.objective = objective;
        this.stages = List.copyOf(stages);
        this.transfers = List.copyOf(transfers);
        this.totals = totals;
        this.lowerBound = lowerBound;
    }

    /**
     * The devices and links that it was made for.
     *
     * @return the cluster
     */
    public Cluster cluster() {
        return cluster;
    }

    /**
     * What it has least of.
     *
     * @return the objective
     */
    public Objective objective() {
        return objective;
    }

    /**
     * The parts.
     *
     * @return in the order of the model
     */
    public List<Stage> stages() {
        return stages;
    }

    /**
     * What travels.
     *
     * @return in the order of the model: the inputs if they arise elsewhere, what the stages send, the outputs if they are wanted
     *     elsewhere
     */
    public List<Transfer> transfers() {
        return transfers;
    }

    /**
     * How long one inference takes alone.
     *
     * @return seconds, by the medians of its stages
     */
    public double latencySeconds() {
        return totals.latency;
    }

    /**
     * How long one inference takes alone on a bad day: cautious, for not all stages are slow at once.
     *
     * @return seconds, by the 90th percentiles of its stages
     */
    public double p90LatencySeconds() {
        return totals.p90Latency;
    }

    /**
     * How long it takes between two inferences in steady state.
     *
     * @return seconds, more than 0 unless nothing takes time
     */
    public double periodSeconds() {
        return totals.period;
    }

    /**
     * How many inferences there are in a second in steady state.
     *
     * @return the inverse of the period
     */
    public double throughputPerSecond() {
        return 1 / totals.period;
    }

    /**
     * What sets the pace in steady state.
     *
     * @return a device's name, or two with an arrow between them for a link
     */
    public String bottleneck() {
        return totals.bottleneck;
    }

    /**
     * What one inference draws.
     *
     * @return joules; empty if some device's watts are not known
     */
    public OptionalDouble energyJoules() {
        return Double.isNaN(totals.joules) ? OptionalDouble.empty() : OptionalDouble.of(totals.joules);
    }

    /**
     * What it costs by a metric.
     *
     * @param metric which
     * @return seconds or joules; NaN if not known
     */
    public double cost(Metric metric) {
        return switch (metric) {
            case LATENCY -> totals.latency;
            case PERIOD -> totals.period;
            case ENERGY -> totals.joules;
        };
    }

    /**
     * What it costs by its objective.
     *
     * @return the weighted sum of metrics
     */
    public double value() {
        return objective.value(totals.latency, totals.period, totals.joules);
    }

    /**
     * Whether there is proven to be none better.
     *
     * @return {@code false} if the search ended at its budget; {@link #gap} then says how much better one could be
     */
    public boolean isOptimal() {
        return gap() == 0;
    }

    /**
     * By how much a better one could cost less at most.
     *
     * @return relative to this one's cost, 0 to 1; 0 if there is proven to be none better
     */
    public double gap() {
        double value = value();
        return lowerBound >= value || value == 0 ? 0 : (value - lowerBound) / value;
    }

    /**
     * What the parts take of the memory, all at once.
     *
     * @return bytes by device, for the devices that run something
     */
    public Map<Device, Double> memoryBytes() {
        Map<Device, Double> bytes = new LinkedHashMap<>();
        stages.forEach(stage -> bytes.merge(stage.device(), stage.memoryBytes(), Double::sum));
        return bytes;
    }

    /** Whether the same segments run on the same devices. */
    boolean hasPartsOf(Placement other) {
        if (other.stages.size() != stages.size()) {
            return false;
        }
        for (int i = 0; i < stages.size(); i++) {
            Stage mine = stages.get(i);
            Stage its = other.stages.get(i);
            if (mine.to() != its.to()
                    || !mine.device().name().equals(its.device().name())) {
                return false;
            }
        }
        return true;
    }

    /** For instance {@code Placement[0-3 on pi, 3-9 on cloud: 41.2 ms]}. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("Placement[");
        for (Stage stage : stages) {
            text.append(stage.index() == 0 ? "" : ", ")
                    .append(stage.from())
                    .append('-')
                    .append(stage.to())
                    .append(" on ")
                    .append(stage.device().name());
        }
        return text.append(": ")
                .append(totals.latency)
                .append(" s, every ")
                .append(totals.period)
                .append(" s]")
                .toString();
    }
}
