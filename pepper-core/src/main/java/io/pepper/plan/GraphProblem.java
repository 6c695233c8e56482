package io.pepper.plan;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** A graph of segments on a cluster, as arrays. */
final class GraphProblem {
    /** Where nothing has to be: the inputs are everywhere, or the outputs are wanted nowhere. */
    static final int NOWHERE = -1;

    private final Cluster cluster;
    private final SegmentGraph graph;

    /** By device, the segments that must not run on it. */
    private final boolean[][] blocked;

    /** By sender and receiver. */
    private final boolean[][] forbidden;

    /** By segment: the tensors that it reads, and those that it makes. */
    private final List<List<Integer>> reads = new ArrayList<>();

    private final List<List<Integer>> makes = new ArrayList<>();

    GraphProblem(Cluster cluster, SegmentGraph graph, Constraints constraints) {
        constraints.check(cluster, graph.segments());
        if (!constraints.ofChainsOnly().isEmpty()) {
            throw new IllegalArgumentException(
                    "plans of graphs do not keep these limits: " + String.join(", ", constraints.ofChainsOnly()));
        }
        this.cluster = cluster;
        this.graph = graph;
        this.blocked = new boolean[devices()][segments()];
        this.forbidden = new boolean[devices()][devices()];
        for (int device = 0; device < devices(); device++) {
            constraints.keepOff(name(device), blocked[device]);
            for (int to = 0; to < devices(); to++) {
                forbidden[device][to] = constraints.forbidsHop(name(device), name(to));
            }
        }
        for (int i = 0; i < graph.segments(); i++) {
            reads.add(new ArrayList<>());
            makes.add(new ArrayList<>());
        }
        for (int tensor = 0; tensor < graph.tensors().size(); tensor++) {
            SegmentGraph.Tensor flow = graph.tensors().get(tensor);
            if (flow.producer() != SegmentGraph.INPUT) {
                makes.get(flow.producer()).add(tensor);
            }
            for (int reader : flow.readers()) {
                reads.get(reader).add(tensor);
            }
        }
    }

    SegmentGraph graph() {
        return graph;
    }

    Cluster cluster() {
        return cluster;
    }

    int segments() {
        return graph.segments();
    }

    int devices() {
        return graph.devices();
    }

    List<Integer> reads(int segment) {
        return reads.get(segment);
    }

    List<Integer> makes(int segment) {
        return makes.get(segment);
    }

    SegmentGraph.Tensor tensor(int index) {
        return graph.tensors().get(index);
    }

    int source() {
        return cluster.source().orElse(NOWHERE);
    }

    int sink() {
        return cluster.sink().orElse(NOWHERE);
    }

    private String name(int device) {
        return cluster.devices().get(device).name();
    }

    /** Whether a segment may run on a device at all. */
    boolean isPossible(int segment, int device) {
        return cluster.devices().get(device).allowed()
                && !blocked[device][segment]
                && graph.seconds(segment, device) < Double.POSITIVE_INFINITY;
    }

    double memory(int device) {
        return GraphPlanner.memory(cluster.devices().get(device));
    }

    /** How long bytes travel: infinite if they cannot. */
    double hop(int from, int to, double bytes) {
        if (from == to || from == NOWHERE || to == NOWHERE) {
            return 0;
        }
        if (forbidden[from][to]) {
            return Double.POSITIVE_INFINITY;
        }
        return cluster.link(from, to).map(link -> link.transferSeconds(bytes)).orElse(Double.POSITIVE_INFINITY);
    }

    /** When all is done, and where everything happens. */
    GraphPlacement placement(int[] devices, double lowerBound, boolean oneAtATime) {
        Schedule medians = new Schedule(devices, false, oneAtATime);
        Schedule slow = new Schedule(devices, true, oneAtATime);
        Map<String, Double> busy = new LinkedHashMap<>();
        double joules = 0;
        for (int i = 0; i < devices.length; i++) {
            busy.merge(cluster.devices().get(devices[i]).name(), graph.seconds(i, devices[i]), Double::sum);
            joules += graph.joules(i, devices[i]);
        }
        for (GraphPlacement.Sending sending : medians.sendings) {
            Optional<Link> link = cluster.link(
                    cluster.indexOf(sending.from().name()).orElseThrow(),
                    cluster.indexOf(sending.to().name()).orElseThrow());
            busy.merge(
                    sending.from().name() + " → " + sending.to().name(),
                    link.map(known -> known.occupiedSeconds(sending.bytes())).orElse(Double.POSITIVE_INFINITY),
                    Double::sum);
            joules += sending.joules();
        }
        Map.Entry<String, Double> slowest =
                busy.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
        double gap = lowerBound < medians.done ? (medians.done - lowerBound) / medians.done : 0;
        return new GraphPlacement(
                cluster,
                medians.steps,
                medians.sendings,
                medians.done,
                slow.done,
                slowest.getValue(),
                slowest.getKey(),
                Double.isNaN(joules) ? OptionalDouble.empty() : OptionalDouble.of(joules),
                gap);
    }

    /** What happens when. */
    private final class Schedule {
        private final int[] devices;
        private final boolean pessimistic;
        private final boolean oneAtATime;
        private final double[] free;
        private final double[] made;
        private final List<GraphPlacement.Step> steps = new ArrayList<>();
        private final List<GraphPlacement.Sending> sendings = new ArrayList<>();
        private final Map<Long, Double> arrivals = new LinkedHashMap<>();
        private double done;

        Schedule(int[] devices, boolean pessimistic, boolean oneAtATime) {
            this.devices = devices;
            this.pessimistic = pessimistic;
            this.oneAtATime = oneAtATime;
            this.free = new double[devices()];
            this.made = new double[graph.tensors().size()];
            for (int segment = 0; segment < devices.length; segment++) {
                run(segment);
            }
            for (int tensor = 0; tensor < made.length; tensor++) {
                if (tensor(tensor).wanted()) {
                    done = Math.max(done, arrival(tensor, sink()));
                }
            }
            sendings.sort(Comparator.comparingDouble(GraphPlacement.Sending::beginSeconds));
        }

        private void run(int segment) {
            int device = devices[segment];
            double begin = oneAtATime ? done : free[device];
            for (int tensor : reads(segment)) {
                begin = Math.max(begin, arrival(tensor, device));
            }
            begin = oneAtATime ? Math.max(begin, done) : begin;
            double end = begin + (pessimistic ? graph.p90Seconds(segment, device) : graph.seconds(segment, device));
            steps.add(new GraphPlacement.Step(
                    segment,
                    cluster.devices().get(device),
                    begin,
                    end,
                    graph.p90Seconds(segment, device),
                    graph.joules(segment, device),
                    graph.memoryBytes(segment)));
            free[device] = end;
            makes(segment).forEach(tensor -> made[tensor] = end);
            done = Math.max(done, end);
        }

        /** When a tensor is on a device, where it is sent once. */
        private double arrival(int tensor, int device) {
            int producer = tensor(tensor).producer();
            int from = producer == SegmentGraph.INPUT ? source() : devices[producer];
            if (from == device || from == NOWHERE || device == NOWHERE) {
                return made[tensor];
            }
            return arrivals.computeIfAbsent((long) tensor * devices() + device, place -> {
                double bytes = tensor(tensor).bytes();
                double begin = oneAtATime ? Math.max(done, made[tensor]) : made[tensor];
                double end = begin + hop(from, device, bytes);
                Device sender = cluster.devices().get(from);
                sendings.add(new GraphPlacement.Sending(
                        tensor,
                        sender,
                        cluster.devices().get(device),
                        bytes,
                        begin,
                        end,
                        cluster.link(from, device)
                                .map(link -> link.joules(bytes))
                                .orElse(Double.NaN)));
                if (oneAtATime) {
                    done = end;
                }
                return end;
            });
        }
    }
}
