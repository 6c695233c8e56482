package io.pepper.plan;

import java.util.Arrays;
import java.util.stream.IntStream;

/*
 * Maximises the throughput of a pipeline in which each device has at most one run (chains-to-chains with heterogeneous
 * devices and links: NP-hard, Benoit and Robert 2008). The optimal period is the time of some run or message, so that a
 * binary search in the sorted list of all such times finds it with O(log) checks whether there is a plan within a
 * period. A check goes over all sets of devices: for each set and its first device, it computes the cuts at which a
 * remaining plan can start that uses exactly this set. The cuts are bits of words. O(2^devices × devices × (devices +
 * cuts) × cuts / 64) per check in the worst case. Sets are skipped if the sum of the least times of the other segments
 * is too large for the other devices.
 */
/** A search for the pipeline with the smallest period. Not thread-safe. */
final class PipelineSearch {
    private static final long MAX_WORDS = 1L << 25;
    private static final double STEP = 1.15;

    private final Problem problem;
    private final int devices;
    private final int cuts;
    private final int words;

    /** By set of devices and its first device: the cuts, as bits. */
    private final long[] begins;

    /** By device, the sum of the least times of all segments before each cut, on any device. */
    private final double[] leastBefore;

    /** By device and end, the starts of runs within the period; by cut, sender and receiver, the same for messages. */
    private final long[] starts;

    private final long[] hops;

    /** By device, the ends of runs within the period, as bits; and for each end the first start of such a run. */
    private final long[] canEnd;

    private final int[] nearest;
    private final boolean monotone;
    private int checks;
    private Ends ends = Ends.ANY;

    private PipelineSearch(Problem problem) {
        this.problem = problem;
        this.devices = problem.devices();
        this.cuts = problem.segments() + 1;
        this.words = (cuts + 63) >>> 6;
        this.begins = new long[(1 << devices) * devices * words];
        this.starts = new long[devices * cuts * words];
        this.hops = new long[devices * devices * words];
        this.canEnd = new long[devices * words];
        this.nearest = new int[devices * cuts];
        this.monotone = problem.table().isAdditive();
        this.leastBefore = new double[cuts];
        for (int segment = 0; monotone && segment < problem.segments(); segment++) {
            double least = Double.POSITIVE_INFINITY;
            for (int device = 0; device < devices; device++) {
                if (problem.allowed().is(segment, segment + 1, device)) {
                    least = Math.min(least, problem.seconds().at(segment, segment + 1, device));
                }
            }
            leastBefore[segment + 1] = leastBefore[segment] + least;
        }
    }

    /**
     * Returns whether this search applies to a problem: only the period counts, each device is used once, and there are
     * few enough devices for it.
     */
    static boolean isFor(Problem problem) {
        Constraints limits = problem.constraints();
        Objective objective = problem.objective();
        long words = (problem.segments() + 64L) >>> 6;
        return objective.latencyWeight() == 0
                && objective.energyWeight() == 0
                && limits.limit(Metric.LATENCY).isEmpty()
                && limits.limit(Metric.ENERGY).isEmpty()
                && !limits.reuse()
                && limits.overlap()
                && problem.devices() < 25
                && (words << problem.devices()) * problem.devices() <= MAX_WORDS;
    }

    /** Returns the best pipeline, or the best one found within the given number of checks. */
    static SearchResult find(Problem problem, int checks, double gap) {
        return new PipelineSearch(problem).find(checks, gap);
    }

    private SearchResult find(int budget, double gap) {
        double[] times = Periods.of(problem);
        int low = 0;
        int high = Periods.atMost(times, problem.constraints().most(Metric.PERIOD)) - 1;
        boolean known = false;
        double relaxed = Math.max(
                RemainingCost.greatest(problem, problem.seconds(), problem.hopOccupied())
                        .least(),
                // All devices share the work, each segment at its fastest; slightly reduced, since sums differ by
                // rounding.
                leastBefore[cuts - 1] / devices * (1 - 1e-9));
        while (low < high && times[low] < relaxed) {
            low++;
        }
        // Most plans are slightly above the bound: steps up from there narrow the search.
        double above = relaxed * STEP;
        while (low < high && above > 0 && above < times[high] && checks < budget) {
            int middle = Periods.atMost(times, above) - 1;
            if (middle >= low && isPossible(times[middle])) {
                high = middle;
                known = true;
            } else {
                low = Math.max(low, middle + 1);
            }
            above *= STEP;
        }
        if (!known && (high < 0 || !isPossible(times[high]))) {
            return new SearchResult(Route.NONE, Double.POSITIVE_INFINITY, true);
        }
        while (low < high && checks < budget && times[low] < (1 - gap) * times[high]) {
            int middle = (low + high) >>> 1;
            if (isPossible(times[middle])) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return new SearchResult(best(times[high]), times[low], low == high);
    }

    /** Returns whether there is a plan within a period. */
    private boolean isPossible(double period) {
        checks++;
        for (Ends ends : endings(period)) {
            if (fill(period, ends, true)) {
                return true;
            }
        }
        return false;
    }

    /** Returns the plan within a period that has the fewest parts; among several, the first. */
    private Route best(double period) {
        Route best = Route.NONE;
        for (Ends ends : endings(period)) {
            Route route = fill(period, ends, false) ? route() : Route.NONE;
            boolean better = best.parts() == 0
                    || route.parts() < best.parts()
                    || (route.parts() == best.parts() && route.compareTo(best) < 0);
            best = route.parts() > 0 && better ? route : best;
        }
        return best;
    }

    /**
     * Returns the groups of plans to search: all plans at once, or two groups if inputs and outputs must not meet on a
     * link.
     */
    private Ends[] endings(double period) {
        int source = problem.source();
        int sink = problem.sink();
        boolean mayMeet = source == Problem.NOWHERE
                || sink == Problem.NOWHERE
                || source == sink
                || problem.meetingSeconds() <= period;
        return mayMeet ? new Ends[] {Ends.ANY} : new Ends[] {Ends.NOT_AT_SOURCE, Ends.NOT_FROM_SINK};
    }

    private enum Ends {
        ANY,
        NOT_AT_SOURCE,
        NOT_FROM_SINK
    }

    /** Fills {@link #begins} for a period, up to the first plan or for all plans. Returns whether there is a plan. */
    private boolean fill(double period, Ends which, boolean first) {
        ends = which;
        prepare(period);
        Arrays.fill(begins, 0);
        boolean found = false;
        int most =
                Math.min(problem.constraints().maxParts(), problem.constraints().maxDevices());
        for (int set = 1; set < 1 << devices && !(found && first); set++) {
            int size = Integer.bitCount(set);
            if (size <= most) {
                int last = leastCut(period, devices - size);
                for (int left = set; left != 0; left &= left - 1) {
                    fill(set, Integer.numberOfTrailingZeros(left), last);
                }
                found |= isPlan(set);
            }
        }
        return found;
    }

    /** Returns whether a plan uses exactly a set of devices. */
    private boolean isPlan(int set) {
        if (Integer.bitCount(set) < problem.constraints().minDevices()) {
            return false;
        }
        for (int left = set; left != 0; left &= left - 1) {
            int device = Integer.numberOfTrailingZeros(left);
            if (has(begins, (set * devices + device) * words, 0) && mayBegin(device)) {
                return true;
            }
        }
        return false;
    }

    private void prepare(double period) {
        Arrays.fill(starts, 0);
        Arrays.fill(hops, 0);
        Arrays.fill(canEnd, 0);
        for (int device = 0; device < devices; device++) {
            for (int from = 0; from < cuts - 1; from++) {
                int furthest = problem.allowed().furthest(from, device);
                for (int to = from + 1; to <= furthest; to++) {
                    boolean within = problem.seconds().at(from, to, device) <= period;
                    if (within && problem.allowed().is(from, to, device)) {
                        if (!has(canEnd, device * words, to)) {
                            nearest[device * cuts + to] = from;
                        }
                        set(canEnd, device * words, to);
                        set(starts, (device * cuts + to) * words, from);
                    } else if (!within && monotone) {
                        break;
                    }
                }
            }
            for (int next = 0; next < devices; next++) {
                for (int cut = 0; cut < cuts; cut++) {
                    if (next != device && problem.hopOccupied().at(cut, device, next) <= period) {
                        set(hops, (device * devices + next) * words, cut);
                    }
                }
            }
        }
    }

    private static void set(long[] bits, int begin, int bit) {
        bits[begin + (bit >>> 6)] |= 1L << bit;
    }

    /** Returns the last cut at which the rest of a plan can start, given the devices that are left. */
    private int leastCut(double period, int left) {
        if (!monotone) {
            return cuts - 1;
        }
        int cut = cuts - 1;
        // Slightly increased, since sums in another order differ by rounding.
        while (cut > 0 && leastBefore[cut] > period * left * (1 + 1e-9)) {
            cut--;
        }
        return cut;
    }

    /** Marks the cuts at which the rest of a plan can start on a device and use exactly a set of devices. */
    private void fill(int set, int device, int last) {
        int place = (set * devices + device) * words;
        if (set == 1 << device) {
            boolean delivers = problem.sink() == Problem.NOWHERE
                    || problem.sink() == device
                    || has(hops, (device * devices + problem.sink()) * words, cuts - 1);
            if (delivers && !(ends == Ends.NOT_AT_SOURCE && device == problem.source())) {
                System.arraycopy(starts, (device * cuts + cuts - 1) * words, begins, place, words);
            }
        } else {
            ends(set & ~(1 << device), device, place);
        }
        for (int word = 0; word < words; word++) {
            begins[place + word] &= ~above(last + 1 - (word << 6));
        }
    }

    private void ends(int rest, int device, int place) {
        for (int word = 0; word < words; word++) {
            long ends = 0;
            for (int left = rest; left != 0; left &= left - 1) {
                int next = Integer.numberOfTrailingZeros(left);
                ends |= begins[(rest * devices + next) * words + word] & hops[(device * devices + next) * words + word];
            }
            ends &= canEnd[device * words + word];
            while (ends != 0) {
                int first = Long.numberOfTrailingZeros(ends);
                int count = monotone ? Long.numberOfTrailingZeros(~(ends >>> first)) : 1;
                starts(device, (word << 6) + first, count, place);
                ends &= above(first + count);
            }
        }
    }

    /**
     * Adds the starts of runs that end at one of several neighbouring cuts. Where longer runs never take less time, the
     * starts of an end are contiguous and directly before it, and those of neighbouring ends join.
     */
    private void starts(int device, int end, int count, int place) {
        if (monotone) {
            int from = nearest[device * cuts + end];
            int to = end + count - 1;
            for (int word = from >>> 6; word <= (to - 1) >>> 6; word++) {
                begins[place + word] |= above(from - (word << 6)) & ~above(to - (word << 6));
            }
        } else {
            int row = (device * cuts + end) * words;
            for (int word = 0; word < words; word++) {
                begins[place + word] |= starts[row + word];
            }
        }
    }

    /**
     * Returns the bits of a word from a position on; all bits if it is before the word, none if it is after the word.
     */
    private static long above(int bit) {
        if (bit <= 0) {
            return -1L;
        }
        return bit >= Long.SIZE ? 0 : -1L << bit;
    }

    private static boolean has(long[] bits, int begin, int bit) {
        return (bits[begin + (bit >>> 6)] >>> bit & 1) != 0;
    }

    private boolean mayBegin(int device) {
        if (ends == Ends.NOT_FROM_SINK && device == problem.sink()) {
            return false;
        }
        return problem.source() == Problem.NOWHERE
                || problem.source() == device
                || has(hops, (problem.source() * devices + device) * words, 0);
    }

    /** Returns the smallest number of parts of a plan; 0 if there is no plan. */
    private int fewest() {
        int fewest = 0;
        for (int set = 1; set < 1 << devices; set++) {
            int size = Integer.bitCount(set);
            if ((fewest == 0 || size < fewest) && isPlan(set)) {
                fewest = size;
            }
        }
        return fewest;
    }

    /** Returns the plan with the fewest parts; among several, the first by device and end of each part in turn. */
    private Route route() {
        int fewest = fewest();
        int[] sets = IntStream.range(1, 1 << devices)
                .filter(set -> Integer.bitCount(set) == fewest)
                .toArray();
        Route.Builder route = new Route.Builder();
        int cut = 0;
        int before = problem.source();
        for (int part = 0; part < fewest; part++) {
            int from = before;
            int begin = cut;
            int device = 0;
            while (!canFollow(sets, from, device, begin)) {
                device++;
            }
            int chosen = device;
            sets = Arrays.stream(sets)
                    .filter(set -> has(begins, (set * devices + chosen) * words, begin))
                    .map(set -> set & ~(1 << chosen))
                    .toArray();
            int end = begin + 1;
            while (!canEnd(sets, chosen, begin, end)) {
                end++;
            }
            cut = end;
            before = chosen;
            route.add(chosen, end);
        }
        return route.build();
    }

    private boolean canFollow(int[] sets, int from, int device, int cut) {
        boolean linked = cut == 0 ? mayBegin(device) : has(hops, (from * devices + device) * words, cut);
        return linked && Arrays.stream(sets).anyMatch(set -> has(begins, (set * devices + device) * words, cut));
    }

    private boolean canEnd(int[] rests, int device, int begin, int end) {
        if (!has(starts, (device * cuts + end) * words, begin)) {
            return false;
        }
        if (end == cuts - 1) {
            return rests.length > 0 && rests[0] == 0;
        }
        for (int next = 0; next < devices; next++) {
            if (canFollow(rests, device, next, end)) {
                return true;
            }
        }
        return false;
    }
}
