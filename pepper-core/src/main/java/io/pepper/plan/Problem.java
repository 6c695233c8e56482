package io.pepper.plan;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

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

    private Problem(Cluster cluster, CostTable table, Objective objective, Constraints constraints) {
        this.cluster = cluster;
        this.table = table;
        this.objective = objective;
        this.constraints = constraints;
        this.seconds = Runs.of(table, table::seconds);
        this.joules = Runs.of(table, table::joules);
        double[] bytes = IntStream.rangeClosed(0, table.segments())
                .mapToDouble(table::cutBytes)
                .toArray();
        this.hopSeconds = Hops.none(devices(), bytes);
        this.hopOccupied = Hops.none(devices(), bytes);
        this.hopJoules = Hops.none(devices(), bytes);
        link();
        this.capacity = cluster.devices().stream()
                .mapToDouble(device -> device.memoryBytes().isPresent()
                        ? (double) device.memoryBytes().getAsLong()
                        : Double.POSITIVE_INFINITY)
                .toArray();
        this.allowed = Allowed.of(table, capacity, blocked());
    }

    static Problem of(Cluster cluster, CostTable table, Objective objective, Constraints constraints) {
        if (cluster.devices().size() != table.devices()) {
            throw new IllegalArgumentException("the costs are of " + table.devices() + " devices, the cluster has "
                    + cluster.devices().size());
        }
        Problem problem = new Problem(cluster, table, objective, constraints);
        problem.refuseUnknownEnergy();
        return problem;
    }

    private void link() {
        for (int from = 0; from < devices(); from++) {
            for (int to = 0; to < devices(); to++) {
                Optional<Link> link = cluster.link(from, to);
                boolean forbidden =
                        constraints.forbiddenHops().contains(new Constraints.Forbidden(name(from), name(to)));
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

    /** By segment and device, whether the one must not run on the other. */
    private boolean[] blocked() {
        boolean[] blocked = new boolean[segments() * devices()];
        for (int device = 0; device < devices(); device++) {
            Device known = cluster.devices().get(device);
            for (int segment = 0; segment < segments(); segment++) {
                blocked[segment * devices() + device] = !known.allowed()
                        || (table.isAdditive()
                                && table.seconds(segment, segment + 1, device) == Double.POSITIVE_INFINITY);
            }
        }
        for (Map.Entry<Integer, String> pin : constraints.pins().entrySet()) {
            int row = checkSegment(pin.getKey()) * devices();
            int only = checkDevice(pin.getValue());
            for (int device = 0; device < devices(); device++) {
                blocked[row + device] |= device != only;
            }
        }
        for (Map.Entry<Integer, Set<String>> bar : constraints.barred().entrySet()) {
            int row = checkSegment(bar.getKey()) * devices();
            bar.getValue().forEach(name -> blocked[row + checkDevice(name)] = true);
        }
        constraints.forbiddenHops().forEach(hop -> {
            checkDevice(hop.from());
            checkDevice(hop.to());
        });
        return blocked;
    }

    private int checkSegment(int segment) {
        if (segment < 0 || segment >= segments()) {
            throw new IllegalArgumentException("there is no segment " + segment + " of " + segments());
        }
        return segment;
    }

    private int checkDevice(String name) {
        OptionalInt index = cluster.indexOf(name);
        if (index.isEmpty()) {
            throw new IllegalArgumentException("there is no device '" + name + "' in the cluster");
        }
        return index.getAsInt();
    }

    private void refuseUnknownEnergy() {
        if (!counts(Metric.ENERGY)) {
            return;
        }
        for (int device = 0; device < devices(); device++) {
            if (cluster.devices().get(device).allowed() && Double.isNaN(table.joules(0, 1, device))) {
                throw new IllegalArgumentException("what device '" + name(device)
                        + "' draws is not known (its busyWatts)," + " so that nothing can be planned by energy");
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
