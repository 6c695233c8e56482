package io.pepper.plan;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/*
 * A backward pass over the cuts (Bellman 1957): the cost of the best remaining plan after a run on a device that ends
 * at a cut, if only single runs and hops are limited. Among equal costs, fewer parts win. Exact for plans without
 * further limits; a lower bound for all others. O(segments² × devices + segments × devices²) time, for sums without
 * memory limits O(segments × devices²); O(segments × devices) memory.
 */
/** The least remaining cost of a plan, from each cut and device. Immutable. */
final class RemainingCost {
    private static final int NEVER = Integer.MAX_VALUE / 2;

    private final Problem problem;
    private final RunCosts runs;
    private final LinkCosts hops;
    private final boolean sums;

    /** By cut and device: the remaining cost from the end of a run, and from the start of one. */
    private final double[] exit;

    private final int[] exitParts;
    private final double[] start;
    private final int[] startParts;

    /** During the pass: the devices in the order of the cost of starting there. */
    private final int[] order;

    private boolean complete = true;

    private RemainingCost(Problem problem, RunCosts runs, LinkCosts hops, boolean sums) {
        this.problem = problem;
        this.runs = runs;
        this.hops = hops;
        this.sums = sums;
        int size = (problem.segments() + 1) * problem.devices();
        this.exit = new double[size];
        this.exitParts = new int[size];
        this.start = new double[size];
        this.startParts = new int[size];
        this.order = IntStream.range(0, problem.devices()).toArray();
    }

    /** Returns the remaining costs if costs add up. */
    static RemainingCost sum(Problem problem, RunCosts runs, LinkCosts hops) {
        return new RemainingCost(problem, runs, hops, true).fill();
    }

    /** Returns the remaining costs if costs add up, and reuses an earlier search with a similar table. */
    static RemainingCost sum(Problem problem, RunCosts runs, LinkCosts hops, @Nullable RemainingCost before) {
        RemainingCost rest = new RemainingCost(problem, runs, hops, true);
        ReplanBounds narrow =
                before == null || !rest.isBySegment() ? null : ReplanBounds.of(before, problem, runs, hops);
        return narrow == null ? rest.fill() : rest.fillWithin(narrow);
    }

    /** Returns the remaining costs if the maximum of the costs counts. */
    static RemainingCost greatest(Problem problem, RunCosts runs, LinkCosts hops) {
        return new RemainingCost(problem, runs, hops, false).fill();
    }

    private RemainingCost fill() {
        int devices = problem.devices();
        int last = problem.segments();
        for (int device = 0; device < devices; device++) {
            exit[last * devices + device] =
                    problem.sink() == Problem.NOWHERE ? 0 : hops.at(last, device, problem.sink());
        }
        boolean bySegment = isBySegment();
        for (int cut = last - 1; cut >= 0; cut--) {
            for (int device = 0; device < devices; device++) {
                if (bySegment) {
                    startBySegment(cut, device);
                } else {
                    startByRun(cut, device);
                }
            }
            if (cut > 0) {
                leave(cut);
            }
        }
        return this;
    }

    /** Fills only the values that the best plan can use; all others stay infinite. */
    private RemainingCost fillWithin(ReplanBounds narrow) {
        complete = false;
        Arrays.fill(exit, Double.POSITIVE_INFINITY);
        Arrays.fill(start, Double.POSITIVE_INFINITY);
        int devices = problem.devices();
        int last = problem.segments();
        for (int cut = last; cut >= 0; cut--) {
            for (int device = 0; device < devices; device++) {
                int place = cut * devices + device;
                if (cut == last) {
                    exit[place] = problem.sink() == Problem.NOWHERE ? 0 : hops.at(last, device, problem.sink());
                } else if (narrow.isOn(cut, device)) {
                    startBySegment(cut, device);
                }
            }
            for (int device = 0; device < devices && cut > 0 && cut < last; device++) {
                if (narrow.canEnd(cut, device)) {
                    leave(cut, device, narrow);
                }
            }
        }
        return this;
    }

    private void leave(int cut, int device, ReplanBounds narrow) {
        int row = cut * problem.devices();
        double best = Double.POSITIVE_INFINITY;
        int parts = NEVER;
        for (int next = 0; next < problem.devices(); next++) {
            if (next != device && narrow.isOn(cut, next)) {
                double cost = hops.at(cut, device, next) + start[row + next];
                if (cost < best || (cost == best && startParts[row + next] < parts)) {
                    best = cost;
                    parts = startParts[row + next];
                }
            }
        }
        exit[row + device] = best;
        exitParts[row + device] = parts;
    }

    /** Returns whether the costs of segments add up, and nothing else except hops counts. */
    boolean isBySegment() {
        return sums && problem.table().isAdditive() && !problem.memoryLimitsRuns();
    }

    /** Returns whether all remaining costs are known, not those of the best plan alone. */
    boolean isComplete() {
        return complete;
    }

    Problem problem() {
        return problem;
    }

    RunCosts runs() {
        return runs;
    }

    LinkCosts hops() {
        return hops;
    }

    /** Returns the least remaining cost from the start of a run at a cut on a device; infinite if there is none. */
    double start(int cut, int device) {
        return start[cut * problem.devices() + device];
    }

    /** Extends a run by one segment; then it continues or ends. */
    private void startBySegment(int cut, int device) {
        int place = cut * problem.devices() + device;
        if (!problem.allowed().is(cut, cut + 1, device)) {
            start[place] = Double.POSITIVE_INFINITY;
            startParts[place] = NEVER;
            return;
        }
        int next = place + problem.devices();
        double away = exit[next];
        int awayParts = 1 + exitParts[next];
        boolean on = cut + 1 < problem.segments()
                && (start[next] < away || (start[next] == away && startParts[next] < awayParts));
        start[place] = runs.at(cut, cut + 1, device) + (on ? start[next] : away);
        startParts[place] = on ? startParts[next] : awayParts;
    }

    private void startByRun(int cut, int device) {
        double best = Double.POSITIVE_INFINITY;
        int parts = NEVER;
        int end = problem.allowed().furthest(cut, device);
        for (int to = cut + 1; to <= end; to++) {
            int after = to * problem.devices() + device;
            if (exit[after] <= best && problem.allowed().is(cut, to, device)) {
                double cost = plus(runs.at(cut, to, device), exit[after]);
                int count = 1 + exitParts[after];
                if (cost < best || (cost == best && count < parts)) {
                    best = cost;
                    parts = count;
                }
            }
        }
        start[cut * problem.devices() + device] = best;
        startParts[cut * problem.devices() + device] = parts;
    }

    /**
     * Lets runs on all devices end at a cut. The next devices are tried in the order of their costs, until no further
     * one can be better.
     */
    private void leave(int cut) {
        int row = cut * problem.devices();
        sort(row);
        for (int device = 0; device < order.length; device++) {
            double best = Double.POSITIVE_INFINITY;
            int parts = NEVER;
            double least = hops.least(cut, device);
            for (int next : order) {
                double rest = start[row + next];
                if (plus(least, rest) > best || rest == Double.POSITIVE_INFINITY) {
                    break;
                }
                if (next != device) {
                    double cost = plus(hops.at(cut, device, next), rest);
                    if (cost < best || (cost == best && startParts[row + next] < parts)) {
                        best = cost;
                        parts = startParts[row + next];
                    }
                }
            }
            exit[row + device] = best;
            exitParts[row + device] = parts;
        }
    }

    /** Sorts by insertion, since the order of devices changes little from cut to cut. */
    private void sort(int row) {
        for (int i = 1; i < order.length; i++) {
            int device = order[i];
            double cost = start[row + device];
            int place = i;
            while (place > 0 && start[row + order[place - 1]] > cost) {
                order[place] = order[place - 1];
                place--;
            }
            order[place] = device;
        }
    }

    private double plus(double one, double other) {
        return sums ? one + other : Math.max(one, other);
    }

    /** Returns the least remaining cost after a run on a device that ends at a cut; infinite if there is none. */
    double exit(int cut, int device) {
        return exit[cut * problem.devices() + device];
    }

    /** Returns the number of parts that follow at this cost. */
    int exitParts(int cut, int device) {
        return exitParts[cut * problem.devices() + device];
    }

    /**
     * Returns the best plan, if only single runs and hops are limited. Among plans of equal cost, the one with the
     * fewest parts wins, then the first by device and end of each part in turn. {@code null} if there is none.
     */
    Route best() {
        int device = first();
        if (device < 0) {
            return Route.NONE;
        }
        Route.Builder route = new Route.Builder();
        int cut = 0;
        while (true) {
            int end = end(cut, device);
            route.add(device, end);
            if (end == problem.segments()) {
                return route.build();
            }
            device = next(end, device);
            cut = end;
        }
    }

    /** Returns the least cost of a whole plan; infinite if there is none. */
    double least() {
        int device = first();
        if (device < 0) {
            return Double.POSITIVE_INFINITY;
        }
        return plus(problem.source() == Problem.NOWHERE ? 0 : hops.at(0, problem.source(), device), start[device]);
    }

    private int first() {
        double best = Double.POSITIVE_INFINITY;
        int parts = NEVER;
        int chosen = -1;
        for (int device = 0; device < problem.devices(); device++) {
            double in = problem.source() == Problem.NOWHERE ? 0 : hops.at(0, problem.source(), device);
            double cost = plus(in, start[device]);
            if (cost < best || (cost == best && startParts[device] < parts)) {
                best = cost;
                parts = startParts[device];
                chosen = device;
            }
        }
        return best < Double.POSITIVE_INFINITY ? chosen : -1;
    }

    /** Returns the first end of a run with which the remaining plan is the best. */
    private int end(int cut, int device) {
        double best = Double.POSITIVE_INFINITY;
        int parts = NEVER;
        int chosen = -1;
        for (int to = cut + 1; to <= problem.allowed().furthest(cut, device); to++) {
            int after = to * problem.devices() + device;
            if (problem.allowed().is(cut, to, device)) {
                double cost = plus(runs.at(cut, to, device), exit[after]);
                if (cost < best || (cost == best && 1 + exitParts[after] < parts)) {
                    best = cost;
                    parts = 1 + exitParts[after];
                    chosen = to;
                }
            }
        }
        return chosen;
    }

    private int next(int cut, int device) {
        double best = Double.POSITIVE_INFINITY;
        int parts = NEVER;
        int chosen = -1;
        int row = cut * problem.devices();
        for (int next = 0; next < problem.devices(); next++) {
            if (next != device) {
                double cost = plus(hops.at(cut, device, next), start[row + next]);
                if (cost < best || (cost == best && startParts[row + next] < parts)) {
                    best = cost;
                    parts = startParts[row + next];
                    chosen = next;
                }
            }
        }
        return chosen;
    }
}
