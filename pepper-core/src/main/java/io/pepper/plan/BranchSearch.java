package io.pepper.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Places segments in their order, the most promising begin of a placement first (best-first branch and bound). A begin is dropped
 * if another one that left the same tensors on the same devices is nowhere later and takes no more memory. The bound lets each
 * path through what is left choose its devices for itself.
 */
final class BranchSearch {
    private final GraphProblem problem;
    private final long budget;
    private final int segments;
    private final int devices;

    /** By segment and device: how long it takes at least from its begin until the last output is there. */
    private final double[][] toGo;

    /** By how many are placed: those of them that are still read from. */
    private final List<int[]> live = new ArrayList<>();

    /** By how many are placed: the least time that the others take on their fastest devices, together. */
    private final double[] leastWork;

    /** A begin of a placement. */
    private static final class Begin {
        private final @Nullable Begin before;
        private final int placed;
        private final int device;
        private final double[] free;
        private final double[] memory;
        private final double[] ends;
        private final double done;
        private double bound;
        private long number;
        private boolean dropped;

        private Begin(
                @Nullable Begin before,
                int placed,
                int device,
                double[] free,
                double[] memory,
                double[] ends,
                double done) {
            this.before = before;
            this.placed = placed;
            this.device = device;
            this.free = free;
            this.memory = memory;
            this.ends = ends;
            this.done = done;
        }

        private int[] devices() {
            int[] devices = new int[placed];
            for (Begin begin = this; begin != null && begin.placed > 0; begin = begin.before) {
                devices[begin.placed - 1] = begin.device;
            }
            return devices;
        }
    }

    BranchSearch(GraphProblem problem, long budget) {
        this.problem = problem;
        this.budget = budget;
        this.segments = problem.segments();
        this.devices = problem.devices();
        this.toGo = toGo(problem);
        this.leastWork = new double[segments + 1];
        for (int segment = segments - 1; segment >= 0; segment--) {
            leastWork[segment] = leastWork[segment + 1] + least(segment);
        }
        for (int placed = 0; placed <= segments; placed++) {
            live.add(live(placed));
        }
    }

    private double least(int segment) {
        double least = Double.POSITIVE_INFINITY;
        for (int device = 0; device < devices; device++) {
            if (problem.isPossible(segment, device)) {
                least = Math.min(least, problem.graph().seconds(segment, device));
            }
        }
        return least;
    }

    private int[] live(int placed) {
        return problem.graph().tensors().stream()
                .filter(tensor -> tensor.producer() != SegmentGraph.INPUT
                        && tensor.producer() < placed
                        && tensor.readers().stream().anyMatch(reader -> reader >= placed))
                .mapToInt(SegmentGraph.Tensor::producer)
                .distinct()
                .sorted()
                .toArray();
    }

    private static double[][] toGo(GraphProblem problem) {
        double[][] toGo = new double[problem.segments()][problem.devices()];
        for (int segment = problem.segments() - 1; segment >= 0; segment--) {
            for (int device = 0; device < problem.devices(); device++) {
                double after = 0;
                for (int tensor : problem.makes(segment)) {
                    after = Math.max(after, after(problem, toGo, problem.tensor(tensor), device));
                }
                toGo[segment][device] = problem.isPossible(segment, device)
                        ? problem.graph().seconds(segment, device) + after
                        : Double.POSITIVE_INFINITY;
            }
        }
        return toGo;
    }

    /** From when a tensor is there on a device. */
    private static double after(GraphProblem problem, double[][] toGo, SegmentGraph.Tensor tensor, int device) {
        double most = tensor.wanted() ? problem.hop(device, problem.sink(), tensor.bytes()) : 0;
        for (int reader : tensor.readers()) {
            double least = Double.POSITIVE_INFINITY;
            for (int there = 0; there < problem.devices(); there++) {
                least = Math.min(least, problem.hop(device, there, tensor.bytes()) + toGo[reader][there]);
            }
            most = Math.max(most, least);
        }
        return most;
    }

    GraphPlacement find() {
        PriorityQueue<Begin> queue = new PriorityQueue<>(Comparator.comparingDouble((Begin begin) -> begin.bound)
                .thenComparing(begin -> -begin.placed)
                .thenComparing(begin -> begin.number));
        Map<String, List<Begin>> kept = new HashMap<>();
        Begin start =
                new Begin(null, 0, -1, new double[devices], new double[devices], new double[segments], wantedInputs());
        queue.add(start);
        long made = 0;
        while (!queue.isEmpty()) {
            Begin begin = queue.poll();
            if (begin.dropped) {
                continue;
            }
            if (begin.placed == segments) {
                return problem.placement(begin.devices(), Double.POSITIVE_INFINITY, false);
            }
            if (made >= budget) {
                return finish(begin);
            }
            for (int device = 0; device < devices; device++) {
                @Nullable Begin next = extend(begin, device);
                if (next != null && isKept(next, kept)) {
                    next.number = made++;
                    queue.add(next);
                }
            }
        }
        throw new NoSuchPlacementException("no placement of " + segments + " segments on " + problem.cluster()
                + " keeps within the memory of the devices and the links");
    }

    /** Inputs that are outputs, too. */
    private double wantedInputs() {
        double done = 0;
        for (SegmentGraph.Tensor tensor : problem.graph().tensors()) {
            if (tensor.producer() == SegmentGraph.INPUT && tensor.wanted()) {
                done = Math.max(done, problem.hop(problem.source(), problem.sink(), tensor.bytes()));
            }
        }
        return done;
    }

    /** Ends the most promising begin, each segment where it ends first. */
    private GraphPlacement finish(Begin from) {
        Begin begin = from;
        while (begin.placed < segments) {
            @Nullable Begin best = null;
            for (int device = 0; device < devices; device++) {
                @Nullable Begin next = extend(begin, device);
                if (next != null && (best == null || next.bound < best.bound)) {
                    best = next;
                }
            }
            if (best == null) {
                throw new NoSuchPlacementException("no placement was found within the budget of " + budget
                        + " begins, and none is proven not to be there");
            }
            begin = best;
        }
        return problem.placement(begin.devices(), from.bound, false);
    }

    /** With the next segment on a device, or null if it cannot be there. */
    private @Nullable Begin extend(Begin begin, int device) {
        int segment = begin.placed;
        if (!problem.isPossible(segment, device)) {
            return null;
        }
        double memory = begin.memory[device] + problem.graph().memoryBytes(segment);
        if (memory > problem.memory(device)) {
            return null;
        }
        int[] places = begin.devices();
        double ready = begin.free[device];
        for (int index : problem.reads(segment)) {
            SegmentGraph.Tensor tensor = problem.tensor(index);
            boolean given = tensor.producer() == SegmentGraph.INPUT;
            int from = given ? problem.source() : places[tensor.producer()];
            double made = given ? 0 : begin.ends[tensor.producer()];
            ready = Math.max(ready, made + problem.hop(from, device, tensor.bytes()));
        }
        double end = ready + problem.graph().seconds(segment, device);
        double done = Math.max(begin.done, end);
        for (int index : problem.makes(segment)) {
            SegmentGraph.Tensor tensor = problem.tensor(index);
            if (tensor.wanted()) {
                done = Math.max(done, end + problem.hop(device, problem.sink(), tensor.bytes()));
            }
        }
        if (done == Double.POSITIVE_INFINITY) {
            return null;
        }
        double[] free = begin.free.clone();
        double[] taken = begin.memory.clone();
        double[] ends = begin.ends.clone();
        free[device] = end;
        taken[device] = memory;
        ends[segment] = end;
        Begin next = new Begin(begin, segment + 1, device, free, taken, ends, done);
        next.bound = Math.max(begin.bound, bound(next));
        return next.bound == Double.POSITIVE_INFINITY ? null : next;
    }

    private double bound(Begin begin) {
        double bound = begin.done;
        int[] places = begin.devices();
        for (int producer : live.get(begin.placed)) {
            for (int index : problem.makes(producer)) {
                bound = Math.max(bound, begin.ends[producer] + afterPlaced(begin, index, places[producer]));
            }
        }
        for (int segment = begin.placed; segment < segments; segment++) {
            double least = Double.POSITIVE_INFINITY;
            for (int device = 0; device < devices; device++) {
                least = Math.min(least, begin.free[device] + toGo[segment][device]);
            }
            bound = Math.max(bound, least);
        }
        return Math.max(bound, (Arrays.stream(begin.free).sum() + leastWork[begin.placed]) / devices);
    }

    private double afterPlaced(Begin begin, int index, int from) {
        SegmentGraph.Tensor tensor = problem.tensor(index);
        double most = 0;
        for (int reader : tensor.readers()) {
            if (reader >= begin.placed) {
                double least = Double.POSITIVE_INFINITY;
                for (int there = 0; there < devices; there++) {
                    least = Math.min(least, problem.hop(from, there, tensor.bytes()) + toGo[reader][there]);
                }
                most = Math.max(most, least);
            }
        }
        return most;
    }

    /** Keeps a begin unless another one is as good everywhere; drops those that it is as good as everywhere. */
    private boolean isKept(Begin begin, Map<String, List<Begin>> kept) {
        int[] places = begin.devices();
        StringBuilder key = new StringBuilder().append(begin.placed);
        for (int producer : live.get(begin.placed)) {
            key.append(' ').append(places[producer]);
        }
        List<Begin> same = kept.computeIfAbsent(key.toString(), none -> new ArrayList<>());
        for (Begin other : same) {
            if (isNoWorse(other, begin)) {
                return false;
            }
        }
        same.removeIf(other -> {
            other.dropped = other.dropped || isNoWorse(begin, other);
            return other.dropped;
        });
        same.add(begin);
        return true;
    }

    private boolean isNoWorse(Begin one, Begin other) {
        if (one.done > other.done) {
            return false;
        }
        for (int device = 0; device < devices; device++) {
            boolean limited = problem.memory(device) < Double.POSITIVE_INFINITY;
            if (one.free[device] > other.free[device] || (limited && one.memory[device] > other.memory[device])) {
                return false;
            }
        }
        for (int producer : live.get(one.placed)) {
            if (one.ends[producer] > other.ends[producer]) {
                return false;
            }
        }
        return true;
    }
}
