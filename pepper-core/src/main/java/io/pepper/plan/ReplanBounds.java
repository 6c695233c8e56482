package io.pepper.plan;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/*
 * After the costs of some devices have changed, the previous plan is still valid, and its current cost is an upper
 * bound for the best plan. The previous remaining costs, less all decreases since, are lower bounds. A forward pass
 * over the cuts keeps the states that can be within both bounds (A*: Hart, Nilsson and Raphael 1968): usually a few
 * devices at each cut.
 */
/** The segments and devices that a plan can use if it costs no more than a known plan. Immutable. */
final class ReplanBounds {
    /** Tolerance for sums that were added up in another order. */
    private static final double ROUNDING = 1e-9;

    /**
     * Divisor of the number of pairs of segments and devices. Where more than this fraction of them must be examined,
     * planning from scratch is as fast.
     */
    private static final int WORTHWHILE = 8;

    private final RemainingCost before;
    private final Problem problem;
    private final RunCosts runs;
    private final LinkCosts hops;
    private final int devices;

    /** By cut, the largest possible decrease of the cost of all segments after it. */
    private final double[] saved;

    /**
     * By cut, sets of devices as bits: those on which a run can start or continue, and those on which a run can end.
     */
    private final long[] on;

    private final long[] ends;

    private ReplanBounds(RemainingCost before, Problem problem, RunCosts runs, LinkCosts hops) {
        this.before = before;
        this.problem = problem;
        this.runs = runs;
        this.hops = hops;
        this.devices = problem.devices();
        this.saved = new double[problem.segments() + 1];
        this.on = new long[problem.segments() + 1];
        this.ends = new long[problem.segments() + 1];
    }

    /** Returns the bounds; {@code null} if they are unknown, or if planning from scratch is as fast. */
    static @Nullable ReplanBounds of(RemainingCost before, Problem problem, RunCosts runs, LinkCosts hops) {
        boolean comparable = before.isBySegment()
                && problem.devices() <= Long.SIZE
                && before.hops() == hops
                && before.problem().cluster().equals(problem.cluster())
                && problem.allowed().isWithin(before.problem().allowed());
        return comparable ? new ReplanBounds(before, problem, runs, hops).find() : null;
    }

    boolean isOn(int cut, int device) {
        return (on[cut] >>> device & 1) != 0;
    }

    boolean canEnd(int cut, int device) {
        return (ends[cut] >>> device & 1) != 0;
    }

    private @Nullable ReplanBounds find() {
        double known = costNow(before.best());
        if (known == Double.POSITIVE_INFINITY) {
            return null;
        }
        for (int device = 0; device < devices; device++) {
            if (!runs.sameOn(device, before.runs())) {
                for (int cut = saved.length - 2; cut >= 0; cut--) {
                    double less = before.runs().at(cut, cut + 1, device) - runs.at(cut, cut + 1, device);
                    saved[cut] = Math.max(saved[cut], less);
                }
            }
        }
        for (int cut = saved.length - 2; cut >= 0; cut--) {
            saved[cut] += saved[cut + 1];
        }
        return spread(known + ROUNDING * (known + before.least() + saved[0])) ? this : null;
    }

    private double costNow(Route route) {
        if (route.parts() == 0) {
            return Double.POSITIVE_INFINITY;
        }
        double cost = 0;
        int at = problem.source();
        for (int part = 0; part < route.parts(); part++) {
            int device = route.device(part);
            if (!problem.allowed().is(route.begin(part), route.end(part), device)) {
                return Double.POSITIVE_INFINITY;
            }
            cost += at == Problem.NOWHERE ? 0 : hops.at(route.begin(part), at, device);
            cost += runs.at(route.begin(part), route.end(part), device);
            at = device;
        }
        return cost + (problem.sink() == Problem.NOWHERE ? 0 : hops.at(problem.segments(), at, problem.sink()));
    }

    /** Runs the forward pass within a limit. Returns false if planning from scratch is as fast. */
    private boolean spread(double limit) {
        int left = problem.segments() * devices / WORTHWHILE;
        double[] here = new double[devices];
        for (int device = 0; device < devices; device++) {
            here[device] = problem.source() == Problem.NOWHERE ? 0 : hops.at(0, problem.source(), device);
            mark(0, device, here[device], limit);
        }
        double[] next = new double[devices];
        for (int cut = 0; cut < problem.segments(); cut++) {
            Arrays.fill(next, Double.POSITIVE_INFINITY);
            for (long some = on[cut]; some != 0; some &= some - 1) {
                int device = Long.numberOfTrailingZeros(some);
                if (problem.allowed().is(cut, cut + 1, device)) {
                    left -= step(cut, device, here[device] + runs.at(cut, cut + 1, device), limit, next);
                }
            }
            if (left < 0) {
                return false;
            }
            for (int device = 0; device < devices && cut + 1 < problem.segments(); device++) {
                mark(cut + 1, device, next[device], limit);
            }
            double[] swap = here;
            here = next;
            next = swap;
        }
        return true;
    }

    private void mark(int cut, int device, double spent, double limit) {
        if (spent + before.start(cut, device) - saved[cut] <= limit) {
            on[cut] |= 1L << device;
        }
    }

    /** Continues after a segment on the same device, or on all others. Returns the number of examined states. */
    private int step(int cut, int device, double spent, double limit, double... next) {
        int end = cut + 1;
        next[device] = Math.min(next[device], spent);
        if (spent + before.exit(end, device) - saved[end] > limit) {
            return 0;
        }
        ends[end] |= 1L << device;
        for (int other = 0; other < devices && end < problem.segments(); other++) {
            if (other != device) {
                next[other] = Math.min(next[other], spent + hops.at(end, device, other));
            }
        }
        return 1;
    }
}
