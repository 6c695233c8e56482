package io.pepper.plan;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Link;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What is to be planned, as numbers: what runs and hops cost, and which of them are allowed. Immutable. */
final class Problem {
    /** No device: inputs that are everywhere, outputs that are wanted nowhere. */
    static final int NOWHERE = -1;

    private final Cluster cluster;
    private final CostTable table;
    private final Objective objective;
    private final Constraints constraints;
    private final Runs seconds;
    private final Runs joules;
    private final Hops hopSeconds;
    private final Hops hopOccupied;
    private final Hops hopJoules;
    private final double[] capacity;
    private final Allowed allowed;

    /** What it has in common with a problem before is taken from that. */
    private Problem(
            Cluster cluster, CostTable table, Objective objective, Constraints constraints, @Nullable Problem before) {
        this.cluster = cluster;
        this.table = table;
        this.objective = objective;
        this.constraints = constraints;
        this.seconds = Runs.of(table, DeviceCosts::secondsOfRuns);
        this.joules = Runs.of(table, DeviceCosts::joulesOfRuns);
        boolean sameHops = before != null
                && before.cluster.equals(cluster)
                && before.table.isLike(table)
                && before.constraints.forbiddenHops().equals(constraints.forbiddenHops());
        if (before != null && sameHops) {
            this.hopSeconds = before.hopSeconds;
            this.hopOccupied = before.hopOccupied;
            this.hopJoules = before.hopJoules;
        } else {
            double[] bytes = IntStream.rangeClosed(0, table.segments())
                    .mapToDouble(table::cutBytes)
                    .toArray();
            this.hopSeconds = Hops.none(devices(), bytes);
            this.hopOccupied = Hops.none(devices(), bytes);
            this.hopJoules = Hops.none(devices(), bytes);
            link();
        }
        this.capacity =
                cluster.devices().stream().mapToDouble(GraphPlanner::memory).toArray();
        this.allowed = allowed(before);
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
        return problem;
    }

    /** The same devices and costs, for another question. */
    Problem with(Objective other, Constraints limits) {
        return of(cluster, table, other, limits, this);
    }

    /** The same question after costs have changed. */
    Problem with(CostTable changed) {
        return of(cluster, changed, objective, constraints, this);
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

    /** Devices are as before of which neither costs nor what may run there have changed. */
    private Allowed allowed(@Nullable Problem before) {
        constraints.check(cluster, segments());
        boolean comparable = before != null
                && before.cluster.equals(cluster)
                && before.table.isLike(table)
                && before.constraints.pins().equals(constraints.pins())
                && before.constraints.barred().equals(constraints.barred());
        Allowed.OnDevice[] on = new Allowed.OnDevice[devices()];
        for (int device = 0; device < on.length; device++) {
            boolean same = comparable && before != null && before.table.column(device) == table.column(device);
            on[device] = before != null && same
                    ? before.allowed.on(device)
                    : Allowed.OnDevice.of(table, device, capacity[device], blocked(device));
        }
        return new Allowed(table, on);
    }

    /** By segment, whether it must not run on a device. */
    private boolean[] blocked(int device) {
        boolean[] blocked = new boolean[segments()];
        DeviceCosts column = table.column(device);
        Arrays.fill(blocked, !cluster.devices().get(device).allowed());
        if (table.isAdditive() && !column.runsEverything()) {
            for (int segment = 0; segment < blocked.length; segment++) {
                blocked[segment] |= column.seconds()[segment] == Double.POSITIVE_INFINITY;
            }
        }
        constraints.keepOff(name(device), blocked);
        return blocked;
    }

    private void refuseUnknownEnergy() {
        if (!counts(Metric.ENERGY)) {
            return;
        }
        for (int device = 0; device < devices(); device++) {
            if (cluster.devices().get(device).allowed() && Double.isNaN(table.joules(0, 1, device))) {
                throw new IllegalArgumentException("what device '" + name(device)
                        + "' draws is not known, so that nothing can be planned by energy: the cluster has no busyWatts"
                        + " for it, and the table of costs no joules");
            }
        }
    }

    Cluster cluster() {
        return cluster;
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
     * Whether in a pipeline the inputs and the outputs travel over the same link: from the source, which runs the last part, to
     * the sink, which runs the first.
     */
    boolean meets(int first, int last) {
        return source() != NOWHERE && source() != sink() && first == sink() && last == source();
    }

    /** How long that link is then occupied. */
    double meetingSeconds() {
        return hopOccupied.at(0, source(), sink()) + hopOccupied.at(segments(), source(), sink());
    }

    Runs seconds() {
        return seconds;
    }

    Runs joules() {
        return joules;
    }

    Hops hopSeconds() {
        return hopSeconds;
    }

    Hops hopOccupied() {
        return hopOccupied;
    }

    Hops hopJoules() {
        return hopJoules;
    }

    Allowed allowed() {
        return allowed;
    }

    double capacity(int device) {
        return capacity[device];
    }

    /** Whether a metric has a weight or a limit. */
    boolean counts(Metric metric) {
        return objective.weight(metric) > 0 || constraints.limit(metric).isPresent();
    }

    /** Whether memory limits single runs. */
    boolean memoryLimitsRuns() {
        return allowed.memoryLimits();
    }

    /** Whether some device's memory has an end: several runs may take more together than one of them all. */
    boolean hasCapacities() {
        return Arrays.stream(capacity).anyMatch(bytes -> bytes < Double.POSITIVE_INFINITY);
    }
}
