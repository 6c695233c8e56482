package io.pepper.plan;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import io.pepper.plan.Segments.Flow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * A random graph of segments on a random cluster, in whole numbers, so that sums in any order are equal, and the answer by trying
 * all assignments. The costs of an assignment are added up here on their own, from what the model of the planner says.
 */
final class BranchInstance {
    final Random random;
    final int segments;
    final Cluster cluster;
    final CostTable table;
    Objective objective = Objective.LATENCY;
    Constraints constraints = Constraints.NONE;
    private final Map<Metric, Double> most = new HashMap<>();
    private int minDevices = 1;
    private int maxDevices = Integer.MAX_VALUE;
    private boolean reuse = true;
    private boolean overlap = true;
    private boolean concurrent = true;
    private int pinned = -1;
    private String pin = "";
    private int barred = -1;
    private String bar = "";
    private String noHopFrom = "";
    private String noHopTo = "";

    BranchInstance(long seed, int segments, int devices) {
        this.random = new Random(seed);
        this.segments = segments;
        this.cluster = cluster(devices);
        this.table = table(devices);
    }

    private Cluster cluster(int devices) {
        Cluster.Builder builder = Cluster.builder();
        for (int i = 0; i < devices; i++) {
            Device device = Device.of("d" + i).withPower(0, 1).withAllowed(random.nextInt(20) > 0);
            builder.device(random.nextInt(4) == 0 ? device.withMemoryBytes(3 + random.nextInt(14)) : device);
        }
        for (int from = 0; from < devices; from++) {
            for (int to = 0; to < devices; to++) {
                if (from != to && random.nextInt(8) > 0) {
                    builder.directedLink("d" + from, "d" + to, link());
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
        CostTable.Builder builder = CostTable.bySegment(segments, devices, flows());
        for (int segment = 0; segment < segments; segment++) {
            builder.memoryBytes(segment, segment + 1, random.nextInt(4), random.nextInt(3));
            for (int device = 0; device < devices; device++) {
                double seconds = random.nextInt(15) == 0 ? Double.POSITIVE_INFINITY : random.nextInt(10);
                builder.seconds(segment, segment + 1, device, seconds, 2 * seconds);
                builder.joules(segment, segment + 1, device, random.nextInt(10));
            }
        }
        return builder.build();
    }

    private List<Flow> flows() {
        List<Flow> flows = new ArrayList<>();
        for (int producer = Flow.INPUT; producer < segments; producer++) {
            int count = producer == Flow.INPUT ? 1 + random.nextInt(2) : 1 + random.nextInt(5) / 4;
            for (int i = 0; i < count; i++) {
                List<Integer> readers = new ArrayList<>();
                for (int reader = producer + 1; reader < segments; reader++) {
                    if (random.nextInt(3) == 0) {
                        readers.add(reader);
                    }
                }
                boolean output = producer >= 0 ? readers.isEmpty() || random.nextInt(6) == 0 : random.nextInt(12) == 0;
                flows.add(new Flow(producer, readers, output, 4 * random.nextInt(4)));
            }
        }
        if (Flow.areOfChain(segments, flows)) {
            flows.add(Flow.output(0, 0));
        }
        return flows;
    }

    BranchInstance withoutOverlap() {
        overlap = false;
        constraints = constraints.withOverlap(false);
        return this;
    }

    BranchInstance withObjective() {
        objective = switch (random.nextInt(5)) {
            case 0 -> Objective.LATENCY;
            case 1 -> Objective.THROUGHPUT;
            case 2 -> Objective.ENERGY;
            default -> new Objective(random.nextInt(3), 1, random.nextInt(3));
        };
        return this;
    }

    BranchInstance withTurns() {
        concurrent = false;
        constraints = constraints.withConcurrency(false);
        return this;
    }

    BranchInstance withMetricLimits() {
        for (Metric metric : Metric.values()) {
            if (random.nextInt(3) == 0) {
                most.put(metric, (double) random.nextInt(40));
                constraints = constraints.withLimit(metric, most.get(metric));
            }
        }
        return this;
    }

    BranchInstance withStructure() {
        if (random.nextInt(3) == 0) {
            minDevices = 1 + random.nextInt(3);
            constraints = constraints.withMinDevices(minDevices);
        }
        if (random.nextInt(3) == 0) {
            maxDevices = 1 + random.nextInt(2);
            constraints = constraints.withMaxDevices(maxDevices);
        }
        if (random.nextInt(3) == 0) {
            reuse = false;
            constraints = constraints.withReuse(false);
        }
        if (random.nextInt(4) == 0) {
            withoutOverlap();
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

    /** What an assignment costs, by metric. */
    record Cost(double latency, double period, double energy) {
        double of(Metric metric) {
            return switch (metric) {
                case LATENCY -> latency;
                case PERIOD -> period;
                case ENERGY -> energy;
            };
        }
    }

    /** By trying all assignments: the least value; empty if none keeps within the limits. */
    Optional<Double> best() {
        return feasible().stream().map(this::value).min(Double::compare);
    }

    /** All that keep within the limits. */
    List<Cost> feasible() {
        List<Cost> found = new ArrayList<>();
        int[] devices = new int[segments];
        do {
            if (isAllowed(devices)) {
                Cost cost = cost(table, devices);
                if (keeps(cost)) {
                    found.add(cost);
                }
            }
        } while (next(devices));
        return found;
    }

    private boolean keeps(Cost cost) {
        return cost.latency < Double.POSITIVE_INFINITY
                && most.entrySet().stream().allMatch(limit -> cost.of(limit.getKey()) <= limit.getValue());
    }

    double value(Cost cost) {
        return objective.latencyWeight() * cost.latency
                + objective.periodWeight() * cost.period
                + objective.energyWeight() * cost.energy;
    }

    boolean next(int... devices) {
        for (int i = devices.length - 1; i >= 0; i--) {
            if (++devices[i] < cluster.devices().size()) {
                return true;
            }
            devices[i] = 0;
        }
        return false;
    }

    boolean isAllowed(int... devices) {
        double[] memory = new double[cluster.devices().size()];
        Set<Integer> used = new HashSet<>();
        for (int segment = 0; segment < segments; segment++) {
            int device = devices[segment];
            used.add(device);
            memory[device] += table.memoryBytes(segment, segment + 1, device);
            boolean pinnedElsewhere = segment == pinned && !pin.equals("d" + device);
            boolean isBarred = segment == barred && bar.equals("d" + device);
            if (!cluster.devices().get(device).allowed() || pinnedElsewhere || isBarred) {
                return false;
            }
        }
        for (int device = 0; device < memory.length; device++) {
            double capacity = cluster.devices().get(device).memoryBytes().stream()
                    .mapToDouble(bytes -> bytes)
                    .findFirst()
                    .orElse(Double.POSITIVE_INFINITY);
            if (memory[device] > capacity) {
                return false;
            }
        }
        return used.size() >= minDevices && used.size() <= maxDevices && (reuse || !comesBack(devices));
    }

    /** Whether on some path data leaves a device and comes back to it. */
    private boolean comesBack(int... devices) {
        boolean[][] reaches = new boolean[segments][segments];
        for (Flow flow : table.flows()) {
            for (int reader : flow.readers()) {
                if (flow.producer() != Flow.INPUT) {
                    reaches[flow.producer()][reader] = true;
                }
            }
        }
        for (int middle = 0; middle < segments; middle++) {
            for (int from = 0; from < middle; from++) {
                for (int to = middle + 1; to < segments; to++) {
                    reaches[from][to] |= reaches[from][middle] && reaches[middle][to];
                }
            }
        }
        for (int from = 0; from < segments; from++) {
            for (int middle = from + 1; middle < segments; middle++) {
                for (int to = middle + 1; to < segments; to++) {
                    if (devices[from] == devices[to]
                            && devices[middle] != devices[from]
                            && reaches[from][middle]
                            && reaches[middle][to]) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** What an assignment costs by a table of these segments, whatever the limits. */
    Cost cost(CostTable costs, int... devices) {
        return new Inference(costs, devices).cost();
    }

    /** One inference, step by step. */
    private final class Inference {
        private final CostTable costs;
        private final int[] devices;
        private final Map<String, Double> free = new HashMap<>();
        private final Map<String, Double> busy = new HashMap<>();
        private final Map<String, Double> there = new HashMap<>();
        private double done;
        private double joules;

        Inference(CostTable costs, int... devices) {
            this.costs = costs;
            this.devices = devices;
        }

        Cost cost() {
            for (int flow = 0; flow < costs.flows().size(); flow++) {
                if (costs.flows().get(flow).producer() == Flow.INPUT) {
                    for (int device = 0; device < cluster.devices().size(); device++) {
                        if (cluster.source().orElse(device) == device) {
                            there.put(flow + "@" + device, 0.0);
                        }
                    }
                    deliver(flow, cluster.source().orElse(-1));
                }
            }
            for (int segment = 0; segment < segments; segment++) {
                run(segment);
            }
            double period =
                    busy.values().stream().mapToDouble(seconds -> seconds).max().orElse(0);
            return new Cost(done, period, joules);
        }

        private void run(int segment) {
            String device = "d" + devices[segment];
            double begin = 0;
            for (int flow = 0; flow < costs.flows().size(); flow++) {
                if (costs.flows().get(flow).readers().contains(segment)) {
                    int producer = costs.flows().get(flow).producer();
                    int from = producer == Flow.INPUT ? cluster.source().orElse(-1) : devices[producer];
                    begin = Math.max(begin, arrival(flow, from, devices[segment]));
                }
            }
            begin = Math.max(begin, concurrent ? free.getOrDefault(device, 0.0) : done);
            double seconds = costs.seconds(segment, segment + 1, devices[segment]);
            joules += costs.joules(segment, segment + 1, devices[segment]).orElse(Double.NaN);
            free.put(device, begin + seconds);
            busy.merge(device, seconds, Double::sum);
            done = Math.max(done, begin + seconds);
            for (int flow = 0; flow < costs.flows().size(); flow++) {
                if (costs.flows().get(flow).producer() == segment) {
                    there.put(flow + "@" + devices[segment], begin + seconds);
                    deliver(flow, devices[segment]);
                }
            }
        }

        private void deliver(int flow, int from) {
            if (costs.flows().get(flow).isOutput() && cluster.sink().isPresent() && from >= 0) {
                done = Math.max(done, arrival(flow, from, cluster.sink().getAsInt()));
            }
        }

        private double arrival(int flow, int from, int to) {
            Double known = there.get(flow + "@" + to);
            if (known != null) {
                return known;
            }
            String sender = "d" + from;
            String receiver = "d" + to;
            Optional<Link> link = cluster.link(from, to);
            if (link.isEmpty() || (sender.equals(noHopFrom) && receiver.equals(noHopTo))) {
                done = Double.POSITIVE_INFINITY;
                return done;
            }
            double bytes = costs.flowBytes(flow) * link.get().sentShare();
            double occupied = link.get().overheadSeconds() + bytes / link.get().bytesPerSecond();
            double begin = Math.max(there.get(flow + "@" + from), free.getOrDefault(from + ">" + to, 0.0));
            begin = concurrent ? begin : Math.max(begin, done);
            busy.merge(from + ">" + to, occupied, Double::sum);
            if (!overlap) {
                begin = Math.max(begin, Math.max(free.getOrDefault(sender, 0.0), free.getOrDefault(receiver, 0.0)));
                for (String end : List.of(sender, receiver)) {
                    free.put(end, begin + occupied);
                    busy.merge(end, occupied, Double::sum);
                }
            }
            free.put(from + ">" + to, begin + occupied);
            joules += bytes * link.get().joulesPerByte();
            double arrives = begin + occupied + link.get().latencySeconds();
            there.put(flow + "@" + to, arrives);
            done = concurrent ? done : arrives;
            return arrives;
        }
    }

    @Override
    public String toString() {
        return segments + " segments " + table.flows() + " on " + cluster + " for " + objective + " within "
                + constraints.descriptions() + Arrays.asList(most);
    }
}
