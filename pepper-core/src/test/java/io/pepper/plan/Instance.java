package io.pepper.plan;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * A random planning problem in whole numbers, so that sums in any order are equal, and the answer by trying all assignments. The
 * costs of an assignment are added up here on their own.
 */
final class Instance {
    final Random random;
    final int segments;
    Cluster cluster;
    CostTable table;
    Objective objective = Objective.LATENCY;
    Constraints constraints = Constraints.NONE;
    private int minDevices = 1;
    private int maxDevices = Integer.MAX_VALUE;
    private int maxParts = Integer.MAX_VALUE;
    private boolean reuse = true;
    private boolean overlap = true;
    private int pinned = -1;
    private String pin = "";
    private int barred = -1;
    private String bar = "";
    private String noHopFrom = "";
    private String noHopTo = "";

    Instance(long seed, int mostSegments, int maxDevices) {
        this.random = new Random(seed);
        this.segments = 1 + random.nextInt(mostSegments);
        int devices = 1 + random.nextInt(maxDevices);
        this.cluster = cluster(devices);
        this.table = table(devices);
    }

    private Cluster cluster(int devices) {
        Cluster.Builder builder = Cluster.builder();
        boolean limited = random.nextBoolean();
        for (int i = 0; i < devices; i++) {
            Device device = Device.of("d" + i).withPower(0, 1).withAllowed(random.nextInt(20) > 0);
            builder.device(limited && random.nextBoolean() ? device.withMemoryBytes(random.nextInt(16)) : device);
        }
        if (random.nextInt(4) > 0) {
            builder.defaultLink(link());
        }
        for (int from = 0; from < devices; from++) {
            for (int to = 0; to < devices; to++) {
                if (from != to && random.nextInt(3) == 0) {
                    builder.directedLink("d" + from, "d" + to, link());
                } else if (from != to && random.nextInt(8) == 0) {
                    builder.unreachable("d" + from, "d" + to);
                }
            }
        }
        if (random.nextBoolean()) {
            builder.source("d" + random.nextInt(devices));
        }
        if (random.nextBoolean()) {
            builder.sink("d" + random.nextInt(devices));
        }
        return builder.build();
    }

    private Link link() {
        return new Link(
                random.nextInt(5) == 0 ? Double.POSITIVE_INFINITY : 1 << random.nextInt(3),
                random.nextInt(3),
                random.nextInt(3),
                random.nextInt(2),
                random.nextInt(4) == 0 ? 0.5 : 1);
    }

    private CostTable table(int devices) {
        boolean additive = random.nextBoolean();
        CostTable.Builder builder =
                additive ? CostTable.bySegment(segments, devices) : CostTable.byRun(segments, devices);
        int range = 1 + random.nextInt(12);
        for (int from = 0; from < segments; from++) {
            for (int to = from + 1; to <= (additive ? from + 1 : segments); to++) {
                builder.memoryBytes(from, to, random.nextInt(6), random.nextInt(4));
                for (int device = 0; device < devices; device++) {
                    double seconds = random.nextInt(25) == 0 ? Double.POSITIVE_INFINITY : random.nextInt(range);
                    builder.seconds(from, to, device, seconds, seconds);
                    builder.joules(from, to, device, random.nextInt(range));
                }
            }
        }
        for (int cut = 0; cut <= segments; cut++) {
            builder.cutBytes(cut, 4 * random.nextInt(4));
        }
        for (int device = 0; device < devices; device++) {
            builder.runtimeBytes(device, random.nextInt(2));
        }
        return builder.build();
    }

    Instance withMetricLimits() {
        for (Metric metric : Metric.values()) {
            if (random.nextInt(3) == 0) {
                constraints = constraints.withLimit(metric, random.nextInt(30));
            }
        }
        return this;
    }

    Instance withStructure() {
        if (random.nextInt(3) == 0) {
            minDevices = 1 + random.nextInt(3);
            constraints = constraints.withMinDevices(minDevices);
        }
        if (random.nextInt(3) == 0) {
            maxDevices = 1 + random.nextInt(3);
            constraints = constraints.withMaxDevices(maxDevices);
        }
        if (random.nextInt(3) == 0) {
            maxParts = 1 + random.nextInt(4);
            constraints = constraints.withMaxParts(maxParts);
        }
        if (random.nextInt(3) == 0) {
            pinned = random.nextInt(segments);
            pin = anyDevice();
            constraints = constraints.withPin(pinned, pin);
        }
        if (random.nextInt(3) == 0) {
            barred = random.nextInt(segments);
            bar = anyDevice();
            constraints = constraints.withBarred(barred, bar);
        }
        if (random.nextInt(3) == 0) {
            noHopFrom = anyDevice();
            noHopTo = anyDevice();
            constraints = constraints.withForbiddenHop(noHopFrom, noHopTo);
        }
        return this;
    }

    private String anyDevice() {
        return "d" + random.nextInt(cluster.devices().size());
    }

    Instance withReuse(boolean again) {
        reuse = again;
        constraints = constraints.withReuse(again);
        return this;
    }

    Instance withOverlap(boolean together) {
        overlap = together;
        constraints = constraints.withOverlap(together);
        return this;
    }

    Instance with(CostTable other) {
        table = other;
        return this;
    }

    Instance with(Cluster other) {
        cluster = other;
        return this;
    }

    Instance with(Objective other) {
        objective = other;
        return this;
    }

    /** What an assignment costs, and the parts of it as device and end in turn. */
    record Tried(double latency, double period, double energy, double value, List<Integer> parts) {
        double cost(Metric metric) {
            return switch (metric) {
                case LATENCY -> latency;
                case PERIOD -> period;
                case ENERGY -> energy;
            };
        }
    }

    /** All assignments within the limits. */
    List<Tried> all() {
        List<Tried> all = new ArrayList<>();
        int devices = cluster.devices().size();
        int count = (int) Math.pow(devices, segments);
        for (int code = 0; code < count; code++) {
            int[] assignment = new int[segments];
            int rest = code;
            for (int i = 0; i < segments; i++) {
                assignment[i] = rest % devices;
                rest /= devices;
            }
            tried(assignment).ifPresent(all::add);
        }
        return all;
    }

    Optional<Tried> best() {
        return all().stream()
                .min(Comparator.comparingDouble(Tried::value)
                        .thenComparingInt(tried -> tried.parts.size())
                        .thenComparing(Instance::firstDifference));
    }

    private static int firstDifference(Tried one, Tried other) {
        for (int i = 0; i < one.parts.size(); i++) {
            int order = Integer.compare(one.parts.get(i), other.parts.get(i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    /** Nothing of the planner's is used but the table and the cluster: an assignment is added up part by part. */
    private Optional<Tried> tried(int... assignment) {
        List<Integer> parts = new ArrayList<>();
        int devices = cluster.devices().size();
        double[] busy = new double[devices * devices + devices];
        double[] memory = new double[devices];
        Arrays.fill(memory, -1);
        double latency = 0;
        double energy = 0;
        int at = cluster.source().orElse(-1);
        int begin = 0;
        while (begin < segments) {
            int device = assignment[begin];
            int end = begin;
            while (end < segments && assignment[end] == device) {
                end++;
            }
            latency += seconds(begin, at, device, busy);
            energy += joules(begin, at, device);
            double seconds = table.seconds(begin, end, device);
            latency += seconds;
            energy += table.joules(begin, end, device).orElseThrow();
            busy[device] += seconds;
            boolean again = memory[device] >= 0;
            if ((again && !reuse) || latency == Double.POSITIVE_INFINITY) {
                return Optional.empty();
            }
            memory[device] = Math.max(memory[device], 0) + table.memoryBytes(begin, end, device);
            parts.add(device);
            parts.add(end);
            at = device;
            begin = end;
        }
        int sink = cluster.sink().orElse(at);
        latency += seconds(segments, at, sink, busy);
        energy += joules(segments, at, sink);
        double period = Arrays.stream(busy).max().orElse(0);
        if (!keeps(memory, parts.size() / 2, assignment) || !within(latency, period, energy)) {
            return Optional.empty();
        }
        double value = objective.latencyWeight() * latency
                + objective.periodWeight() * period
                + objective.energyWeight() * energy;
        return Optional.of(new Tried(latency, period, energy, value, parts));
    }

    private boolean within(double latency, double period, double energy) {
        return latency < Double.POSITIVE_INFINITY
                && latency <= constraints.limit(Metric.LATENCY).orElse(Double.MAX_VALUE)
                && period <= constraints.limit(Metric.PERIOD).orElse(Double.MAX_VALUE)
                && energy <= constraints.limit(Metric.ENERGY).orElse(Double.MAX_VALUE);
    }

    private boolean keeps(double[] memory, int parts, int... assignment) {
        int used = 0;
        for (int device = 0; device < memory.length; device++) {
            Device known = cluster.devices().get(device);
            if (memory[device] >= 0) {
                used++;
                if (!known.allowed() || memory[device] > known.memoryBytes().orElse(Long.MAX_VALUE)) {
                    return false;
                }
            }
        }
        return used >= minDevices
                && used <= maxDevices
                && parts <= maxParts
                && (pinned < 0 || pin.equals("d" + assignment[pinned]))
                && (barred < 0 || !bar.equals("d" + assignment[barred]));
    }

    /** What a message takes; it keeps the link busy, and its ends if they cannot do two things at once. */
    private double seconds(int cut, int from, int to, double... busy) {
        if (from < 0 || from == to) {
            return 0;
        }
        Optional<Link> link = cluster.link(from, to);
        if (link.isEmpty() || (noHopFrom.equals("d" + from) && noHopTo.equals("d" + to))) {
            return Double.POSITIVE_INFINITY;
        }
        Link known = link.get();
        double occupied = known.overheadSeconds() + table.flowBytes(cut) * known.sentShare() / known.bytesPerSecond();
        int devices = cluster.devices().size();
        busy[devices + from * devices + to] += occupied;
        if (!overlap) {
            busy[from] += occupied;
            busy[to] += occupied;
        }
        return occupied + known.latencySeconds();
    }

    private double joules(int cut, int from, int to) {
        return from < 0 || from == to
                ? 0
                : cluster.link(from, to)
                        .map(link -> table.flowBytes(cut) * link.sentShare() * link.joulesPerByte())
                        .orElse(0.0);
    }
}
