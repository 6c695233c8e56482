package io.pepper.plan;

import io.pepper.plan.Segments.Flow;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jgrapht.alg.flow.PushRelabelMFImpl;
import org.jgrapht.graph.DefaultWeightedEdge;
import org.jgrapht.graph.SimpleDirectedWeightedGraph;
import org.jspecify.annotations.Nullable;

/**
 * The flow network of a block of segments. Its source is the first device and its sink the second. The cut separates a
 * segment from the device on which it does not run; the capacity is its cost on the other device. A flow that must
 * travel is paid for once. Capacities are integers, so that flows are exact.
 */
final class TwoDeviceNetwork {
    /** A segment that may run on either device. */
    static final int FREE = -1;

    private static final double UNITS = 0x1p50;
    private static final int SOURCE = -1;
    private static final int SINK = -2;

    private final Problem problem;
    private final TwoDeviceCut.Prices prices;
    private final TwoDeviceCut.Block block;
    private final int entry;
    private final int exit;
    private final int[] forced;
    private final SimpleDirectedWeightedGraph<Integer, DefaultWeightedEdge> network =
            new SimpleDirectedWeightedGraph<>(DefaultWeightedEdge.class);
    private final double scale;
    private final double never;
    private int nodes;

    /** The devices of the segments of a block. */
    static final class Side {
        /** By segment of the block. */
        final int[] devices;

        /** The cost of computing the block and of sending the flows that it reads. */
        final double cost;

        private Side(int[] devices, double cost) {
            this.devices = devices;
            this.cost = cost;
        }
    }

    TwoDeviceNetwork(
            Problem problem, TwoDeviceCut.Prices prices, TwoDeviceCut.Block block, int entry, int exit, int... forced) {
        this.problem = problem;
        this.prices = prices;
        this.block = block;
        this.entry = entry;
        this.exit = exit;
        this.forced = forced;
        double sum = sum();
        this.scale = sum > 0 ? UNITS / sum : 1;
        this.never = 4 * UNITS;
        this.nodes = problem.segments();
    }

    /** Returns the sum of all costs that can occur. */
    private double sum() {
        double sum = 0;
        for (int segment = block.from(); segment < block.to(); segment++) {
            for (int device = 0; device < 2; device++) {
                sum += finite(prices.of(segment, device));
            }
        }
        for (int i = 0; i < problem.topology().flows().size(); i++) {
            if (isPaidHere(i)) {
                sum += finite(prices.ofSending(i, 0, 1)) + finite(prices.ofSending(i, 1, 0));
            }
        }
        return sum;
    }

    private static double finite(double value) {
        return Double.isInfinite(value) ? 0 : value;
    }

    /**
     * Returns whether the block pays for a flow: for those that it produces, except the exit, and for its entry and the
     * inputs of the model.
     */
    private boolean isPaidHere(int index) {
        Flow flow = problem.topology().flow(index);
        boolean made = isHere(flow.producer());
        if (made && flow.producer() == block.exit()) {
            return flow.readers().stream().allMatch(this::isHere);
        }
        boolean given = flow.producer() == Flow.INPUT
                && (flow.readers().stream().anyMatch(this::isHere)
                        || (flow.readers().isEmpty() && block.from() == 0));
        return made || index == block.entry() || given;
    }

    private boolean isHere(int segment) {
        return segment >= block.from() && segment < block.to();
    }

    /** Returns the cheapest assignment, or null if there is none. */
    @Nullable
    Side cut() {
        network.addVertex(SOURCE);
        network.addVertex(SINK);
        for (int segment = block.from(); segment < block.to(); segment++) {
            network.addVertex(segment);
            edge(SOURCE, segment, price(segment, 1));
            edge(segment, SINK, price(segment, 0));
        }
        for (int i = 0; i < problem.topology().flows().size(); i++) {
            if (isPaidHere(i)) {
                flow(i, i == block.entry());
            }
        }
        PushRelabelMFImpl<Integer, DefaultWeightedEdge> flow = new PushRelabelMFImpl<>(network);
        flow.calculateMinCut(SOURCE, SINK);
        Set<Integer> first = flow.getSourcePartition();
        int[] devices = new int[block.to() - block.from()];
        for (int segment = block.from(); segment < block.to(); segment++) {
            devices[segment - block.from()] = first.contains(segment) ? 0 : 1;
        }
        double cost = cost(devices);
        return Double.isInfinite(cost) ? null : new Side(devices, cost);
    }

    /** Returns the cost of a segment on a device; infinite where it is forbidden. */
    private double price(int segment, int device) {
        boolean elsewhere =
                (forced[segment] != FREE && forced[segment] != device) || (segment == block.exit() && exit != device);
        return elsewhere ? Double.POSITIVE_INFINITY : prices.of(segment, device);
    }

    private void edge(int from, int to, double cost) {
        if (from != to && cost > 0) {
            DefaultWeightedEdge edge = network.addEdge(from, to);
            network.setEdgeWeight(edge, Double.isInfinite(cost) ? never : Math.rint(cost * scale));
        }
    }

    private void flow(int index, boolean isEntry) {
        Flow flow = problem.topology().flow(index);
        int maker = maker(flow, isEntry);
        if (maker == Integer.MIN_VALUE) {
            return;
        }
        List<Integer> readers =
                flow.readers().stream().filter(this::isHere).collect(Collectors.toCollection(ArrayList::new));
        if (flow.isOutput() && problem.sink() != Problem.NOWHERE) {
            readers.add(terminal(problem.sink()));
        }
        if (readers.isEmpty()) {
            return;
        }
        int there = nodes++;
        int back = nodes++;
        network.addVertex(there);
        network.addVertex(back);
        edge(maker, there, prices.ofSending(index, 0, 1));
        edge(back, maker, prices.ofSending(index, 1, 0));
        for (int reader : readers) {
            edge(there, reader, Double.POSITIVE_INFINITY);
            edge(reader, back, Double.POSITIVE_INFINITY);
        }
    }

    /** Returns the maker of a flow; the smallest number if the flow is on every device. */
    private int maker(Flow flow, boolean isEntry) {
        if (isEntry) {
            return terminal(entry);
        }
        if (flow.producer() == Flow.INPUT) {
            return problem.source() == Problem.NOWHERE ? Integer.MIN_VALUE : terminal(problem.source());
        }
        return flow.producer();
    }

    private static int terminal(int device) {
        return device == 0 ? SOURCE : SINK;
    }

    private double cost(int... devices) {
        double cost = 0;
        for (int segment = block.from(); segment < block.to(); segment++) {
            cost += price(segment, devices[segment - block.from()]);
        }
        for (int i = 0; i < problem.topology().flows().size(); i++) {
            if (isPaidHere(i)) {
                cost += sending(i, i == block.entry(), devices);
            }
        }
        return cost;
    }

    private double sending(int index, boolean isEntry, int... devices) {
        Flow flow = problem.topology().flow(index);
        int maker = maker(flow, isEntry);
        if (maker == Integer.MIN_VALUE) {
            return 0;
        }
        int from = maker == SOURCE ? 0 : maker == SINK ? 1 : devices[maker - block.from()];
        boolean travels = flow.isOutput() && problem.sink() != Problem.NOWHERE && problem.sink() != from;
        for (int reader : flow.readers()) {
            travels |= isHere(reader) && devices[reader - block.from()] != from;
        }
        return travels ? prices.ofSending(index, from, 1 - from) : 0;
    }
}
