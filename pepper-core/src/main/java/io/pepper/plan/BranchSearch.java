package io.pepper.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/*
 * Best-first branch and bound. A partial placement is dropped if another one with the same flows on the same devices is
 * nowhere worse: the remaining segments are scheduled in the same order, so that none of them finishes later after the
 * better one. Of a partial placement, only the values that dominance compares are stored; its schedule is rebuilt when
 * it is expanded. Exponential in the worst case: the budget counts partial placements. A beam search runs first and
 * finds a fallback, which also prunes the search.
 */
/** A best-first search that places the segments of a graph one by one in their order. */
final class BranchSearch {
    private static final int BEAM = 16;

    private final Problem problem;
    private final Constraints limits;
    private final BranchBounds bounds;
    private final long budget;
    private final double gap;
    private final int segments;
    private final int devices;
    private final Map<List<Integer>, List<Partial>> kept = new HashMap<>();
    private @Nullable Partial incumbent;
    private long made;

    /** A partial placement. */
    private static final class Partial {
        private final @Nullable Partial before;
        private final int placed;
        private final int device;
        private double bound;
        private long number;
        private boolean dropped;

        /** The values for dominance: amounts, of which less is no worse, and sets, of which a subset is no worse. */
        private double[] amounts = {};

        private long[] sets = {};

        private Partial(@Nullable Partial before, int placed, int device) {
            this.before = before;
            this.placed = placed;
            this.device = device;
        }

        private int[] devices() {
            int[] devices = new int[placed];
            for (Partial partial = this; partial != null && partial.placed > 0; partial = partial.before) {
                devices[partial.placed - 1] = partial.device;
            }
            return devices;
        }

        private boolean isNoWorse(Partial other, boolean sameSets) {
            for (int i = 0; i < amounts.length; i++) {
                if (amounts[i] > other.amounts[i]) {
                    return false;
                }
            }
            for (int i = 0; i < sets.length; i++) {
                if (sameSets ? sets[i] != other.sets[i] : (sets[i] & ~other.sets[i]) != 0) {
                    return false;
                }
            }
            return true;
        }
    }

    private BranchSearch(Problem problem, long budget, double gap) {
        this.problem = problem;
        this.limits = problem.constraints();
        this.bounds = new BranchBounds(problem);
        this.budget = budget;
        this.gap = gap;
        this.segments = problem.segments();
        this.devices = problem.devices();
    }

    /**
     * Returns the best placement, or the best one found within the budget.
     *
     * @param least a lower bound on the cost of all placements
     */
    static SearchResult find(Problem problem, long budget, double gap, double least) {
        BranchSearch search = new BranchSearch(problem, budget, gap);
        search.beam();
        return search.search(least);
    }

    private SearchResult search(double least) {
        PriorityQueue<Partial> queue =
                new PriorityQueue<>(Comparator.comparingDouble((Partial partial) -> partial.bound)
                        .thenComparing(partial -> -partial.placed)
                        .thenComparing(partial -> partial.number));
        queue.add(new Partial(null, 0, Problem.NOWHERE));
        while (!queue.isEmpty()) {
            Partial partial = queue.poll();
            if (partial.dropped) {
                continue;
            }
            double bound = Math.max(least, partial.bound);
            if (incumbent != null && bound >= incumbent.bound) {
                return SearchResult.proven(route(incumbent));
            }
            if (made >= budget || (incumbent != null && bound >= (1 - gap) * incumbent.bound)) {
                return new SearchResult(incumbent == null ? Route.NONE : route(incumbent), bound, false);
            }
            Schedule schedule = schedule(partial);
            for (int device = 0; device < devices; device++) {
                @Nullable Partial next = extend(partial, schedule, device);
                if (next != null && isKept(next)) {
                    queue.add(next);
                }
            }
        }
        return SearchResult.proven(incumbent == null ? Route.NONE : route(incumbent));
    }

    /** Keeps the most promising partial placements of each length. */
    private void beam() {
        List<Partial> here = List.of(new Partial(null, 0, Problem.NOWHERE));
        for (int placed = 0; placed < segments; placed++) {
            List<Partial> next = new ArrayList<>();
            for (Partial partial : here) {
                Schedule schedule = schedule(partial);
                for (int device = 0; device < devices; device++) {
                    @Nullable Partial longer = extend(partial, schedule, device);
                    if (longer != null) {
                        next.add(longer);
                    }
                }
            }
            next.sort(Comparator.comparingDouble(partial -> partial.bound));
            here = List.copyOf(next.subList(0, Math.min(BEAM, next.size())));
        }
        incumbent = here.isEmpty() || segments == 0 ? null : here.get(0);
    }

    private Schedule schedule(Partial partial) {
        Schedule schedule = new Schedule(problem, Schedule.NOBODY);
        int[] places = partial.devices();
        for (int segment = 0; segment < places.length; segment++) {
            run(schedule, segment, places[segment]);
        }
        return schedule;
    }

    private boolean run(Schedule schedule, int segment, int device) {
        return schedule.run(
                segment, device, bounds.seconds(segment, device), bounds.joules(segment, device), Schedule.NOBODY);
    }

    /**
     * Returns the partial placement with the next segment on a device, or null if no completion is within the limits.
     */
    private @Nullable Partial extend(Partial partial, Schedule before, int device) {
        int segment = partial.placed;
        if (!bounds.isFeasible(segment, device)) {
            return null;
        }
        made++;
        Schedule schedule = new Schedule(before);
        int placed = segment + 1;
        if (!run(schedule, segment, device)
                || schedule.comesBack
                || schedule.memory[device] > problem.capacity(device)
                || Long.bitCount(schedule.used) > limits.maxDevices()
                || Long.bitCount(schedule.used) + segments - placed < limits.minDevices()) {
            return null;
        }
        Partial next = new Partial(partial, placed, device);
        double latency = bounds.latency(schedule, placed);
        double period = problem.counts(Metric.PERIOD) ? bounds.period(schedule, placed) : 0;
        double energy = problem.counts(Metric.ENERGY) ? bounds.energy(schedule, placed) : 0;
        next.bound = Math.max(partial.bound, problem.objective().value(latency, period, energy));
        boolean within = latency <= limits.most(Metric.LATENCY)
                && period <= limits.most(Metric.PERIOD)
                && energy <= limits.most(Metric.ENERGY)
                && next.bound < Double.POSITIVE_INFINITY;
        if (!within) {
            return null;
        }
        next.number = made;
        compare(next, schedule);
        return next;
    }

    /** Stores the values that dominance compares. */
    private void compare(Partial partial, Schedule schedule) {
        boolean concurrent = limits.concurrency();
        boolean period = problem.counts(Metric.PERIOD);
        int[] live = bounds.liveAfter(partial.placed);
        Amounts amounts = new Amounts();
        amounts.add(schedule.done);
        amounts.add(problem.counts(Metric.ENERGY) ? schedule.joules : 0);
        for (int device = 0; device < devices; device++) {
            amounts.add(problem.capacity(device) < Double.POSITIVE_INFINITY ? schedule.memory[device] : 0);
        }
        if (concurrent) {
            amounts.add(schedule.free);
            amounts.add(schedule.linkFree);
        }
        if (period) {
            amounts.add(schedule.busy);
            amounts.add(schedule.linkBusy);
        }
        for (int flow : live) {
            for (int device = 0; device < devices; device++) {
                double arrival = schedule.arrivals[flow * devices + device];
                amounts.add(concurrent || arrival == Double.POSITIVE_INFINITY ? arrival : 0);
            }
        }
        partial.amounts = amounts.toArray();
        boolean countsDevices = limits.maxDevices() < devices || limits.minDevices() > 1;
        long[] sets = new long[(countsDevices ? 1 : 0) + (limits.reuse() ? 0 : live.length)];
        for (int i = 0; i < live.length && !limits.reuse(); i++) {
            sets[i] = schedule.left[live[i]];
        }
        if (countsDevices) {
            sets[sets.length - 1] = schedule.used;
        }
        partial.sets = sets;
    }

    /** Collects numbers. */
    private static final class Amounts {
        private double[] values = new double[32];
        private int count;

        private void add(double... more) {
            if (count + more.length > values.length) {
                values = Arrays.copyOf(values, 2 * (count + more.length));
            }
            System.arraycopy(more, 0, values, count, more.length);
            count += more.length;
        }

        private double[] toArray() {
            return Arrays.copyOf(values, count);
        }
    }

    /**
     * Keeps a partial placement unless another one dominates it, and drops those that it dominates. Returns whether it
     * is kept.
     */
    private boolean isKept(Partial partial) {
        if (incumbent != null && partial.bound >= incumbent.bound) {
            return false;
        }
        if (partial.placed == segments) {
            incumbent = partial;
            return true;
        }
        int[] places = partial.devices();
        List<Integer> key = new ArrayList<>();
        key.add(partial.placed);
        for (int flow : bounds.liveAfter(partial.placed)) {
            int producer = problem.topology().flow(flow).producer();
            if (producer >= 0) {
                key.add(places[producer]);
            }
        }
        boolean sameSets = limits.minDevices() > 1;
        List<Partial> others = kept.computeIfAbsent(key, none -> new ArrayList<>());
        for (Partial other : others) {
            if (other.isNoWorse(partial, sameSets)) {
                return false;
            }
        }
        others.removeIf(other -> {
            other.dropped = other.dropped || partial.isNoWorse(other, sameSets);
            return other.dropped;
        });
        others.add(partial);
        return true;
    }

    private static Route route(Partial complete) {
        return Route.bySegment(complete.devices());
    }
}
