package io.pepper.plan;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.LinkState;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A monitor that checks whether a placement is still the best while the states of the devices and links change. It
 * proposes another placement once the saving has lasted for a while, so that a short burst of load, or a short drop of
 * a link, moves nothing. Only devices whose state has changed are predicted again. The memory of a device is its free
 * memory plus the memory that the running placement takes. Not thread-safe.
 *
 * <pre>{@code
 * Replanner monitor = Replanner.builder(segments, costModel).objective(Objective.THROUGHPUT).build();
 * // every few seconds, with what a device monitor reads:
 * monitor.update(states, Instant.now()).ifPresent(proposal -> move(proposal.placement()));
 * }</pre>
 */
public final class Replanner {
    private final Objective objective;
    private final Constraints constraints;
    private final Patience patience;
    private final Segments segments;
    private final Map<String, DeviceState> states = new LinkedHashMap<>();

    /** The last state of each link, by sender and receiver. */
    private final Map<List<String>, LinkState> links = new LinkedHashMap<>();

    private final Cluster declared;
    private final MeasuredCorrections corrections = new MeasuredCorrections();
    private CostModel costs;
    private CostTable predicted;
    private Planner planner;
    private Placement current;
    private @Nullable Instant betterSince;

    /**
     * The conditions for proposing another placement.
     *
     * @param leastGain the smallest relative saving, 0 or more
     * @param hold the time for which the saving must have lasted
     * @param movingCost the cost of moving, once, in the unit of the objective (seconds or joules), 0 or more
     * @param inferences the number of inferences that must save the cost of moving, 1 or more
     */
    public record Patience(double leastGain, Duration hold, double movingCost, long inferences) {
        /** A saving of 10 % for ten seconds; moving is free. */
        public static final Patience DEFAULTS = new Patience(0.1, Duration.ofSeconds(10), 0, 1_000);

        /**
         * Checks the numbers.
         *
         * @param leastGain the smallest relative saving, 0 or more
         * @param hold the time for which the saving must have lasted
         * @param movingCost the cost of moving, once, in the unit of the objective (seconds or joules), 0 or more
         * @param inferences the number of inferences that must save the cost of moving, 1 or more
         * @throws IllegalArgumentException if a number is out of its range
         */
        public Patience {
            if (!(leastGain >= 0 && movingCost >= 0) || hold.isNegative() || inferences < 1) {
                throw new IllegalArgumentException("no patience: gain " + leastGain + ", hold " + hold + ", moving "
                        + movingCost + ", inferences " + inferences);
            }
        }
    }

    /**
     * A placement that is worth moving to.
     *
     * @param placement the placement
     * @param now the current placement with its current costs
     * @param gain the relative saving of the new placement
     */
    public record Proposal(Placement placement, Placement now, double gain) {}

    private Replanner(Builder made) {
        this.segments = made.segments;
        this.declared = made.costs.cluster();
        this.objective = made.objective;
        this.constraints = made.constraints;
        this.patience = made.patience;
        this.costs = made.costs;
        this.predicted = costs.table(segments);
        this.planner = Planner.of(declared, predicted);
        this.current = planner.plan(objective, constraints);
    }

    /**
     * Starts a replanner for minimal latency, without constraints, with {@link Patience#DEFAULTS}.
     *
     * @param segments the segments
     * @param costs the cost model that predicts their costs on the devices of its cluster
     * @return a builder
     */
    public static Builder builder(Segments segments, CostModel costs) {
        return new Builder(segments, costs);
    }

    /** A builder of replanners. Not thread-safe. */
    public static final class Builder {
        private final Segments segments;
        private final CostModel costs;
        private Objective objective = Objective.LATENCY;
        private Constraints constraints = Constraints.NONE;
        private Patience patience = Patience.DEFAULTS;

        private Builder(Segments segments, CostModel costs) {
            this.segments = Objects.requireNonNull(segments);
            this.costs = Objects.requireNonNull(costs);
        }

        /**
         * Sets the objective.
         *
         * @param value the objective
         * @return this builder
         */
        public Builder objective(Objective value) {
            objective = Objects.requireNonNull(value);
            return this;
        }

        /**
         * Sets the constraints.
         *
         * @param value the constraints
         * @return this builder
         */
        public Builder constraints(Constraints value) {
            constraints = Objects.requireNonNull(value);
            return this;
        }

        /**
         * Sets the conditions for proposing another placement.
         *
         * @param value the conditions
         * @return this builder
         */
        public Builder patience(Patience value) {
            patience = Objects.requireNonNull(value);
            return this;
        }

        /**
         * Builds the replanner, which plans once.
         *
         * @return the replanner
         * @throws NoSuchPlacementException if there is no placement
         */
        public Replanner build() {
            return new Replanner(this);
        }
    }

    /**
     * Returns the running placement.
     *
     * @return the initial placement or the last accepted one, with its current costs
     */
    public Placement current() {
        return current;
    }

    /**
     * Updates the states of devices. The links keep their states.
     *
     * @param readings the current states, for instance from a device monitor; other devices keep their states, and
     *     devices outside of the cluster are ignored
     * @param now the current time, not before that of the previous call
     * @return a placement that has been worth moving to for long enough; each update proposes it again until it is
     *     {@linkplain #accept accepted} or no longer worth moving to
     */
    public Optional<Proposal> update(Collection<DeviceState> readings, Instant now) {
        return update(readings, List.of(), now);
    }

    /**
     * Updates the states of devices and links.
     *
     * @param readings the current states of devices, for instance from a device monitor; other devices keep their
     *     states, and devices outside of the cluster are ignored
     * @param measured the current states of links, for instance from a link monitor; other links keep their states, a
     *     value that is unknown now keeps its last state, and links of devices outside of the cluster are ignored
     * @param now the current time, not before that of the previous call
     * @return a placement that has been worth moving to for long enough; each update proposes it again until it is
     *     {@linkplain #accept accepted} or no longer worth moving to
     */
    public Optional<Proposal> update(Collection<DeviceState> readings, Collection<LinkState> measured, Instant now) {
        return update(readings, measured, Set.of(), now);
    }

    /**
     * Updates the states of devices and links, and which devices are absent. No new placement uses an absent device. If
     * the running one does, another one is proposed at once, whatever it gains; none, if the constraints need the device.
     *
     * @param readings the current states of devices, as for {@link #update(Collection, Collection, Instant)}
     * @param measured the current states of links, as for {@link #update(Collection, Collection, Instant)}
     * @param absent the names of devices that can run nothing at present; devices outside of the cluster are ignored
     * @param now the current time, not before that of the previous call
     * @return a placement to move to
     */
    public Optional<Proposal> update(
            Collection<DeviceState> readings, Collection<LinkState> measured, Set<String> absent, Instant now) {
        for (DeviceState state : readings) {
            OptionalInt device = declared.indexOf(state.device());
            if (device.isPresent() && !state.equals(states.put(state.device(), state))) {
                costs = costs.withState(state);
                predicted = costs.update(segments, predicted, device.getAsInt());
            }
        }
        measured.forEach(this::take);
        Cluster cluster = currentCluster();
        planner = planner.withCosts(corrections.applied(predicted));
        planner = cluster.equals(planner.cluster()) ? planner : planner.withCluster(cluster);
        current = planner.evaluate(current, constraints, 0);
        Optional<Placement> best = planner.tryPlan(objective, without(absent));
        boolean isBroken = current.parts().stream()
                .anyMatch(part -> absent.contains(part.device().name()));
        if (isBroken && best.isPresent()) {
            return Optional.of(new Proposal(best.get(), current, 1));
        }
        if (best.isEmpty() || !isWorth(best.get())) {
            betterSince = null;
            return Optional.empty();
        }
        if (betterSince == null) {
            betterSince = now;
        }
        return Duration.between(betterSince, now).compareTo(patience.hold) < 0
                ? Optional.empty()
                : Optional.of(new Proposal(best.get(), current, gain(best.get())));
    }

    /** Returns the constraints that also keep all segments off absent devices. */
    private Constraints without(Set<String> absent) {
        Constraints kept = constraints;
        for (String device : absent) {
            if (declared.indexOf(device).isPresent()) {
                for (int segment = 0; segment < segments.count(); segment++) {
                    kept = kept.withBarred(segment, device);
                }
            }
        }
        return kept;
    }

    private void take(LinkState state) {
        if (declared.indexOf(state.from()).isEmpty()
                || declared.indexOf(state.to()).isEmpty()) {
            return;
        }
        List<String> pair = List.of(state.from(), state.to());
        LinkState known = links.getOrDefault(pair, LinkState.of(state.from(), state.to()));
        links.put(pair, state.orElse(known));
    }

    /**
     * Corrects the predictions for a device by measurements. The factor applies from the next {@link #update} on, and
     * replaces the previous one.
     *
     * @param device the device's name
     * @param factor the measured times of its parts relative to the predicted ones, more than 0; 1 for no correction
     * @throws IllegalArgumentException if there is no such device, or the factor is out of its range
     */
    public void correct(String device, double factor) {
        corrections.correct(index(device), factor);
    }

    /**
     * Corrects the predictions for the messages of a link by measurements. The factor applies from the next {@link #update}
     * on, and replaces the previous one.
     *
     * @param from the sender's name
     * @param to the receiver's name
     * @param factor the measured times of messages relative to the predicted ones, more than 0; 1 for no correction
     * @throws IllegalArgumentException if there is no such device, or the factor is out of its range
     */
    public void correctLink(String from, String to, double factor) {
        corrections.correct(index(from), index(to), factor);
    }

    /**
     * Returns the correction factor of a link.
     *
     * @param from the sender's name
     * @param to the receiver's name
     * @return the last factor; 1 if there was none
     * @throws IllegalArgumentException if there is no such device
     */
    public double linkCorrection(String from, String to) {
        return corrections.of(index(from), index(to));
    }

    private int index(String device) {
        return declared.indexOf(device)
                .orElseThrow(() -> new IllegalArgumentException("device '" + device + "' is not in the cluster"));
    }

    /**
     * Returns the correction factor of a device.
     *
     * @param device the device's name
     * @return the last factor; 1 if there was none
     * @throws IllegalArgumentException if there is no such device
     */
    public double correction(String device) {
        return corrections.of(index(device));
    }

    /**
     * Returns the devices and links.
     *
     * @return the cluster, without the read states of devices and links
     */
    public Cluster cluster() {
        return declared;
    }

    /**
     * Returns the cluster with its measured links and the free memory of each device, including the memory that the
     * running placement would release.
     */
    private Cluster currentCluster() {
        Cluster cluster = corrections.applied(declared.withLinkStates(links.values()));
        for (DeviceState state : states.values()) {
            OptionalLong free = state.memoryFreeBytes();
            if (free.isEmpty()) {
                cluster = cluster.withState(state);
            } else {
                long own = (long) Math.ceil(current.parts().stream()
                        .filter(part -> part.device().name().equals(state.device()))
                        .mapToDouble(PlacedPart::memoryBytes)
                        .sum());
                cluster = cluster.withState(state.withMemoryFreeBytes(free.getAsLong() + own));
            }
        }
        return cluster;
    }

    private double gain(Placement best) {
        if (current.value() == Double.POSITIVE_INFINITY) {
            return 1;
        }
        return current.value() > 0 ? (current.value() - best.value()) / current.value() : 0;
    }

    private boolean isWorth(Placement best) {
        double saved = (current.value() - best.value()) * patience.inferences;
        return current.value() > best.value() && gain(best) >= patience.leastGain && saved > patience.movingCost;
    }

    /**
     * Accepts a proposal: its placement now runs.
     *
     * @param proposal the proposal
     */
    public void accept(Proposal proposal) {
        current = proposal.placement();
        betterSince = null;
    }
}
