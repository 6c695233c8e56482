package io.pepper.plan;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * The parts of a model on their devices, with the resulting costs. Immutable and therefore thread-safe.
 *
 * <p>The latency is the time of a single inference, from the inputs at the source to the outputs at the sink. In a
 * chain, it is the sum of the parts and transfers. With branches, each device runs one part at a time and each link
 * sends one message at a time, in the order of the parts (list scheduling under contention, Sinnen and Sousa,
 * "Communication contention in task scheduling", 2005). The period is the busy time of the bottleneck for one
 * inference: with many successive inferences, the busiest device or link is never idle and determines the throughput.
 */
public final class Placement {
    private final Cluster cluster;
    private final Objective objective;
    private final Topology topology;
    private final List<PlacedPart> parts;
    private final List<Transfer> transfers;
    private final Costs costs;
    private final double gap;

    /**
     * The total costs of a placement.
     *
     * @param latencySeconds time of a single inference, by medians
     * @param p90LatencySeconds time of a single inference, by 90th percentiles
     * @param periodSeconds time between two inferences in steady state
     * @param bottleneck the device, or the link as two devices with an arrow between them, that determines the period
     * @param energyJoules energy of one inference; empty if the watts of some device are unknown
     */
    public record Costs(
            double latencySeconds,
            double p90LatencySeconds,
            double periodSeconds,
            String bottleneck,
            OptionalDouble energyJoules) {}

    /**
     * Returns a placement from stored values, such as those of a file.
     *
     * @param cluster the devices and links that it was made for
     * @param objective the objective of the plan
     * @param flows the flows between its segments
     * @param parts its parts, in the order of their segments
     * @param transfers its messages, in the order in which they are scheduled
     * @param costs its costs
     * @param gap its optimality gap, 0 to 1
     * @return the placement with exactly these costs
     * @throws IllegalArgumentException if the parts are not consecutive, if a part has several segments that are not a
     *     chain, if a flow or device is unknown, or if the gap is out of its range
     */
    public static Placement of(
            Cluster cluster,
            Objective objective,
            List<Segments.Flow> flows,
            List<PlacedPart> parts,
            List<Transfer> transfers,
            Costs costs,
            double gap) {
        if (!(gap >= 0 && gap <= 1)) {
            throw new IllegalArgumentException("a gap is 0 to 1, found " + gap);
        }
        int end = 0;
        for (PlacedPart part : parts) {
            cluster.requireIndex(part.device().name());
            if (part.from() != end || part.to() <= end) {
                throw new IllegalArgumentException("part " + part.index() + " is of segments " + part.from() + " to "
                        + part.to() + ", and the one before it ends at " + end);
            }
            end = part.to();
        }
        Topology topology = Topology.of(end, flows);
        if (!topology.isChain() && parts.size() < end) {
            throw new IllegalArgumentException("segments that are not a chain must be separate parts");
        }
        for (Transfer transfer : transfers) {
            cluster.requireIndex(transfer.from().name());
            cluster.requireIndex(transfer.to().name());
            if (transfer.flow() < 0 || transfer.flow() >= flows.size()) {
                throw new IllegalArgumentException("there is no flow " + transfer.flow() + " of " + flows.size());
            }
        }
        return new Placement(cluster, objective, topology, parts, transfers, costs, gap);
    }

    Placement(
            Cluster cluster,
            Objective objective,
            Topology topology,
            List<PlacedPart> parts,
            List<Transfer> transfers,
            Costs costs,
            double gap) {
        this.cluster = cluster;
        this.objective = objective;
        this.topology = topology;
        this.parts = List.copyOf(parts);
        this.transfers = List.copyOf(transfers);
        this.costs = costs;
        this.gap = gap;
    }

    /**
     * Returns the devices and links of the plan.
     *
     * @return the cluster
     */
    public Cluster cluster() {
        return cluster;
    }

    /**
     * Returns the objective that the placement minimises.
     *
     * @return the objective
     */
    public Objective objective() {
        return objective;
    }

    /**
     * Returns the parts.
     *
     * @return the parts, in the order of their segments
     */
    public List<PlacedPart> parts() {
        return parts;
    }

    /**
     * Returns the flows between the placed segments.
     *
     * @return the flows, as in {@link CostTable#flows}
     */
    public List<Segments.Flow> flows() {
        return topology.flows();
    }

    /**
     * Returns this placement with each part as one segment, for use without the original segments once the parts are
     * written.
     *
     * @return a placement with one segment per part and the same costs
     */
    public Placement byPart() {
        if (parts.size() == topology.segments()) {
            return this;
        }
        int[] cutOf = new int[topology.segments() + 1];
        double[] cutBytes = new double[parts.size() + 1];
        cutBytes[0] = topology.bytes()[0];
        List<PlacedPart> single = new ArrayList<>();
        for (PlacedPart part : parts) {
            cutOf[part.to()] = part.index() + 1;
            cutBytes[part.index() + 1] = topology.bytes()[part.to()];
            single.add(part.ofSegments(part.index(), part.index() + 1));
        }
        List<Transfer> between = transfers.stream()
                .map(transfer -> transfer.ofFlow(cutOf[transfer.flow()]))
                .toList();
        return new Placement(cluster, objective, Topology.chain(cutBytes), single, between, costs, gap);
    }

    /**
     * Returns whether the segments are a chain, so that the parts run one after the other.
     *
     * @return {@code false} for a graph with branches
     */
    public boolean isChain() {
        return topology.isChain();
    }

    /**
     * Returns the messages between devices.
     *
     * @return the messages, in the order in which they are scheduled: inputs from the source, tensors between parts,
     *     and outputs to the sink
     */
    public List<Transfer> transfers() {
        return transfers;
    }

    /**
     * Returns the latency of a single inference.
     *
     * @return seconds, by the medians of its parts
     */
    public double latencySeconds() {
        return costs.latencySeconds;
    }

    /**
     * Returns a cautious latency of a single inference. It assumes that all parts are slow at once.
     *
     * @return seconds, by the 90th percentiles of its parts
     */
    public double p90LatencySeconds() {
        return costs.p90LatencySeconds;
    }

    /**
     * Returns the time between two inferences in steady state.
     *
     * @return seconds; 0 only if all times are 0
     */
    public double periodSeconds() {
        return costs.periodSeconds;
    }

    /**
     * Returns the throughput in steady state.
     *
     * @return inferences per second, the inverse of the period
     */
    public double throughputPerSecond() {
        return 1 / costs.periodSeconds;
    }

    /**
     * Returns the bottleneck in steady state.
     *
     * @return the name of a device, or of two devices with an arrow between them for a link
     */
    public String bottleneck() {
        return costs.bottleneck;
    }

    /**
     * Returns the energy of one inference.
     *
     * @return joules; empty if the watts of some device are unknown
     */
    public OptionalDouble energyJoules() {
        return costs.energyJoules;
    }

    /**
     * Returns the cost by a metric.
     *
     * @param metric the metric
     * @return seconds or joules; empty for an unknown energy
     */
    public OptionalDouble cost(Metric metric) {
        return switch (metric) {
            case LATENCY -> OptionalDouble.of(costs.latencySeconds);
            case PERIOD -> OptionalDouble.of(costs.periodSeconds);
            case ENERGY -> costs.energyJoules;
        };
    }

    /** Returns the cost by a metric of the planner's objective, which is therefore known. */
    double knownCost(Metric metric) {
        return cost(metric).orElseThrow();
    }

    /**
     * Returns the cost by the objective.
     *
     * @return the weighted sum of metrics
     */
    public double value() {
        return objective.value(costs.latencySeconds, costs.periodSeconds, costs.energyJoules.orElse(Double.NaN));
    }

    /**
     * Returns whether the placement is proven to be the best.
     *
     * @return {@code false} if the search ended at its budget; {@link #gap} then bounds the saving of a better one
     */
    public boolean isOptimal() {
        return gap == 0;
    }

    /**
     * Returns an upper bound on its optimality gap: the share of its cost that a better placement could save.
     *
     * @return 0 to 1; 0 if it is proven to be the best, 1 if no bound is known
     */
    public double gap() {
        return gap;
    }

    /**
     * Returns the memory that all parts take together.
     *
     * @return bytes by device, for the used devices
     */
    public Map<Device, Double> memoryBytes() {
        Map<Device, Double> bytes = new LinkedHashMap<>();
        parts.forEach(part -> bytes.merge(part.device(), part.memoryBytes(), Double::sum));
        return bytes;
    }

    /**
     * Returns whether the placement is feasible: all flows arrive, and the used devices are allowed and have enough
     * memory.
     *
     * @return whether it is feasible
     */
    public boolean fits() {
        return costs.latencySeconds < Double.POSITIVE_INFINITY
                && memoryBytes().entrySet().stream()
                        .allMatch(
                                used -> used.getKey().allowed() && used.getValue() <= Problem.capacity(used.getKey()));
    }

    /**
     * Returns the total costs.
     *
     * @return latency, period and energy
     */
    public Costs costs() {
        return costs;
    }

    /**
     * Returns this placement as text for people: a line for each part and each transfer, and the costs.
     *
     * @return the lines of text, with segments and parts counted from 1
     */
    public String describe() {
        return Description.of(this);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Placement that
                && cluster.equals(that.cluster)
                && objective.equals(that.objective)
                && flows().equals(that.flows())
                && parts.equals(that.parts)
                && transfers.equals(that.transfers)
                && costs.equals(that.costs)
                && gap == that.gap;
    }

    @Override
    public int hashCode() {
        return Objects.hash(objective, parts, costs);
    }

    /** Returns whether the same segments run on the same devices. */
    boolean hasPartsOf(Placement other) {
        if (other.parts.size() != parts.size()) {
            return false;
        }
        for (int i = 0; i < parts.size(); i++) {
            PlacedPart mine = parts.get(i);
            PlacedPart its = other.parts.get(i);
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
        for (PlacedPart part : parts) {
            text.append(part.index() == 0 ? "" : ", ")
                    .append(part.from())
                    .append('-')
                    .append(part.to())
                    .append(" on ")
                    .append(part.device().name());
        }
        return text.append(": ")
                .append(costs.latencySeconds)
                .append(" s, every ")
                .append(costs.periodSeconds)
                .append(" s]")
                .toString();
    }
}
