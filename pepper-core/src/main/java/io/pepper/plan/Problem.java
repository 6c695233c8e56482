package io.pepper.plan;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A question to a planner in the form of arrays: the costs of runs and hops, and which of them are feasible. Immutable. */
final class Problem {
    /** No device: for inputs that every device has, and for outputs that no device needs. */
    static final int NOWHERE = -1;

    private final Cluster cluster;
    private final CostTable table;
    private final Objective objective;
    private final Constraints constraints;
    private final RunCosts seconds;
    private final RunCosts joules;
    private final LinkCosts hopSeconds;
    private final LinkCosts hopOccupied;
    private final LinkCosts hopJoules;
    private final double[] capacity;
    private final FeasibleRuns allowed;

    /** The minimised costs, if they are not the metrics of the objective. */
    private final @Nullable Problem goal;

    /** Creates a problem that reuses the data that it has in common with an earlier one. */
    private Problem(
            Cluster cluster, CostTable table, Objective objective, Constraints constraints, @Nullable Problem before) {
        this.cluster = cluster;
        this.table = table;
        this.objective = objective;
        this.constraints = constraints;
        this.seconds = RunCosts.of(table, DeviceCosts::secondsOfRuns);
        this.joules = RunCosts.of(table, DeviceCosts::joulesOfRuns);
        boolean sameHops = before != null
                && before.cluster.equals(cluster)
                && before.table.isLike(table)
                && before.constraints.forbiddenHops().equals(constraints.forbiddenHops());
        if (before != null && sameHops) {
            this.hopSeconds = before.hopSeconds;
            this.hopOccupied = before.hopOccupied;
            this.hopJoules = before.hopJoules;
        } else {
            double[] bytes = table.topology().bytes();
            this.hopSeconds = LinkCosts.none(devices(), bytes);
            this.hopOccupied = LinkCosts.none(devices(), bytes);
            this.hopJoules = LinkCosts.none(devices(), bytes);
            link();
        }
        this.capacity =
                cluster.devices().stream().mapToDouble(Problem::capacity).toArray();
        this.allowed = allowed(before);
        this.goal = null;
    }

    /** Creates a problem with the feasible runs and the memory of one, and the times and the goal of others. */
    private Problem(Problem runs, Problem times, Problem goal, Constraints constraints) {
        this.cluster = runs.cluster;
        this.table = runs.table;
        this.objective = Objective.LATENCY;
        this.constraints = constraints;
        this.seconds = times.seconds;
        this.joules = runs.joules;
        this.hopSeconds = times.hopSeconds;
        this.hopOccupied = times.hopOccupied;
        this.hopJoules = runs.hopJoules;
        this.capacity = runs.capacity;
        this.allowed = runs.allowed;
        this.goal = goal;
    }

    static Problem of(Cluster cluster, CostTable table, Objective objective, Constraints constraints) {
        return of(cluster, table, objective, constraints, null);
    }

    private static Problem of(
            Cluster cluster, CostTable table, Objective objective, Constraints constraints, @Nullable Problem before) {
        if (cluster.devices().size() != table.devices()) {
            throw new IllegalArgumentException("the costs are of " + table.devices() + " devices, the cluster has "
                    + cluster.devices().size());
        }
        Problem problem = new Problem(cluster, table, objective, constraints, before);
        problem.refuseUnknownEnergy();
        problem.refuseFewParts();
        return problem;
    }

    /** Returns the problem with the same devices and costs for another question. */
    Problem with(Objective other, Constraints limits) {
        return of(cluster, table, other, limits, this);
    }

    /** Returns the same question with changed costs. */
    Problem with(CostTable changed) {
        return of(cluster, changed, objective, constraints, this);
    }

    /**
     * Returns the question for the lowest latency in another problem. Limits hold for the times of a third one; feasible
     * runs and memory are those of this problem.
     *
     * @param goal the minimised latency
     * @param times the times that are limited
     * @param limits the constraints, which differ from those of this problem in limits on latency and period alone
     */
    Problem minimising(Problem goal, Problem times, Constraints limits) {
        return new Problem(this, times, goal, limits);
    }

    /** Returns the minimised costs of runs, without the period. */
    RunCosts goalOfRuns() {
        return goal == null
                ? seconds.weighted(objective.latencyWeight(), joules, objective.energyWeight())
                : goal.seconds;
    }

    /** Returns the minimised costs of messages. */
    LinkCosts goalOfHops() {
        return goal == null
                ? hopSeconds.weighted(objective.latencyWeight(), hopJoules, objective.energyWeight())
                : goal.hopSeconds;
    }

    /** Returns the memory of a device; infinite if it is unknown. */
    static double capacity(Device device) {
        OptionalLong bytes = device.memoryBytes();
        return bytes.isPresent() ? (double) bytes.getAsLong() : Double.POSITIVE_INFINITY;
    }

    private void link() {
        for (int from = 0; from < devices(); from++) {
            for (int to = 0; to < devices(); to++) {
                Optional<Link> link = cluster.link(from, to);
                boolean forbidden = constraints.forbidsHop(name(from), name(to));
                if (from != to && link.isPresent() && !forbidden) {
                    Link known = link.get();
                    double perByte = known.sentShare() / known.bytesPerSecond();
                    hopSeconds.set(from, to, known.overheadSeconds() + known.latencySeconds(), perByte);
                    hopOccupied.set(from, to, known.overheadSeconds(), perByte);
                    hopJoules.set(from, to, 0, known.sentShare() * known.joulesPerByte());
                }
            }
        }
    }

    /** Returns the feasible runs. They are reused for devices whose costs and restrictions have not changed. */
    private FeasibleRuns allowed(@Nullable Problem before) {
        constraints.check(cluster, segments());
        boolean comparable = before != null
                && before.cluster.equals(cluster)
                && before.table.isLike(table)
                && before.constraints.pins().equals(constraints.pins())
                && before.constraints.barred().equals(constraints.barred());
        FeasibleRuns.OnDevice[] on = new FeasibleRuns.OnDevice[devices()];
        for (int device = 0; device < on.length; device++) {
            boolean same = comparable && before != null && before.table.column(device) == table.column(device);
            on[device] = before != null && same
                    ? before.allowed.on(device)
                    : FeasibleRuns.OnDevice.of(table, device, capacity[device], blocked(device));
        }
        return new FeasibleRuns(table, on);
    }

    /** Returns by segment whether it must not run on a device. */
    private boolean[] blocked(int device) {
        boolean[] blocked = new boolean[segments()];
        DeviceCosts column = table.column(device);
        Arrays.fill(blocked, !cluster.devices().get(device).allowed());
        if (table.isAdditive() && !column.runsEverything()) {
            for (int segment = 0; segment < blocked.length; segment++) {
                blocked[segment] |= column.seconds()[segment] == Double.POSITIVE_INFINITY;
            }
        }
        constraints.bar(name(device), blocked);
        return blocked;
    }

    private void refuseUnknownEnergy() {
        if (!counts(Metric.ENERGY)) {
            return;
        }
        for (int device = 0; device < devices(); device++) {
            if (cluster.devices().get(device).allowed()
                    && table.joules(0, 1, device).isEmpty()) {
                throw new IllegalArgumentException("the power of device '" + name(device)
                        + "' is unknown, so that planning by energy is impossible: the cluster has no busyWatts"
                        + " for it, and the table of costs no joules");
            }
        }
    }

    private void refuseFewParts() {
        if (!topology().isChain() && constraints.maxParts() < segments()) {
            throw new IllegalArgumentException("each of the " + segments()
                    + " segments is a separate part, since they are not a chain: there cannot be at most "
                    + constraints.maxParts() + " parts");
        }
    }

    Cluster cluster() {
        return cluster;
    }

    Topology topology() {
        return table.topology();
    }

    CostTable table() {
        return table;
    }

    Objective objective() {
        return objective;
    }

    Constraints constraints() {
        return constraints;
    }

    int segments() {
        return table.segments();
    }

    int devices() {
        return table.devices();
    }

    String name(int device) {
        return cluster.devices().get(device).name();
    }

    int source() {
        return cluster.source().orElse(NOWHERE);
    }

    int sink() {
        return cluster.sink().orElse(NOWHERE);
    }

    /**
     * Returns whether inputs and outputs of a pipeline travel over the same link: from the source, which runs the last
     * part, to the sink, which runs the first.
     */
    boolean meets(int first, int last) {
        return source() != NOWHERE && source() != sink() && first == sink() && last == source();
    }

    /** Returns the time for which this link is then occupied. */
    double meetingSeconds() {
        return hopOccupied.at(0, source(), sink()) + hopOccupied.at(segments(), source(), sink());
    }

    RunCosts seconds() {
        return seconds;
    }

    RunCosts joules() {
        return joules;
    }

    LinkCosts hopSeconds() {
        return hopSeconds;
    }

    LinkCosts hopOccupied() {
        return hopOccupied;
    }

    LinkCosts hopJoules() {
        return hopJoules;
    }

    FeasibleRuns allowed() {
        return allowed;
    }

    double capacity(int device) {
        return capacity[device];
    }

    /** Returns whether a metric has a weight or a limit. */
    boolean counts(Metric metric) {
        return objective.weight(metric) > 0 || constraints.limit(metric).isPresent();
    }

    /** Returns whether memory limits single runs. */
    boolean memoryLimitsRuns() {
        return allowed.memoryLimits();
    }

    /**
     * Returns whether some device's memory is limited: several runs together may take more than a single run of all
     * their segments.
     */
    boolean hasCapacities() {
        return Arrays.stream(capacity).anyMatch(bytes -> bytes < Double.POSITIVE_INFINITY);
    }
}
