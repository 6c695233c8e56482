package io.pepper.plan;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/*
 * Best-first search with labels (resource-constrained shortest path: Desrochers and Soumis 1988; A*: Hart, Nilsson and
 * Raphael 1968). A label is a partial plan; a label that is nowhere better than another one at the same cut and device
 * is dropped. The remaining cost without the coupling limits (RemainingCost) is a lower bound, so that the first
 * complete label to be expanded is the best plan. Exponential in the worst case: the budget counts labels. A beam
 * search runs first and finds a fallback, which also prunes the search.
 */
/**
 * A search for the best plan under limits that couple its parts: metrics, memory, devices used once, numbers of devices
 * and parts.
 */
final class LabelSearch {
    private static final int BEAM = 64;

    private final Problem problem;
    private final Constraints limits;
    private final long budget;
    private final double gap;
    private final Labels labels;
    private final List<List<Label>> kept = new ArrayList<>();
    private final PriorityQueue<Label> queue = new PriorityQueue<>(Label::order);
    private @Nullable Label incumbent;
    private long made;

    private LabelSearch(Problem problem, long budget, double gap) {
        this.gap = gap;
        this.problem = problem;
        this.limits = problem.constraints();
        this.budget = budget;
        this.labels = new Labels(problem);
        for (int i = 0; i < (problem.segments() + 1) * problem.devices(); i++) {
            kept.add(new ArrayList<>());
        }
    }

    /**
     * Returns the best plan, or the best one found within the budget; {@link Route#NONE} if there is proven to be none.
     */
    static SearchResult find(Problem problem, long budget, double gap) {
        LabelSearch search = new LabelSearch(problem, budget, gap);
        search.beam();
        return search.search();
    }

    private SearchResult search() {
        queue.add(labels.root());
        while (!queue.isEmpty()) {
            Label label = queue.poll();
            if (label.dropped) {
                continue;
            }
            if (label.end == problem.segments()) {
                return new SearchResult(label.route(), label.bound, true);
            }
            boolean content = gap > 0 && incumbent != null && label.bound >= (1 - gap) * incumbent.bound;
            if (made > budget || content) {
                return incumbent == null
                        ? new SearchResult(Route.NONE, label.bound, false)
                        : new SearchResult(incumbent.route(), Math.min(label.bound, incumbent.bound), false);
            }
            labels.extend(label, this::offer);
        }
        return new SearchResult(incumbent == null ? Route.NONE : incumbent.route(), Double.POSITIVE_INFINITY, true);
    }

    private void offer(Label label) {
        made++;
        if (incumbent != null && Label.order(label, incumbent) > 0) {
            return;
        }
        if (label.end == problem.segments()) {
            incumbent = label;
            queue.add(label);
            return;
        }
        List<Label> others = kept.get(label.end * problem.devices() + label.device);
        for (Iterator<Label> each = others.iterator(); each.hasNext(); ) {
            Label other = each.next();
            if (dominates(other, label)) {
                return;
            }
            if (dominates(label, other)) {
                other.dropped = true;
                each.remove();
            }
        }
        others.add(label);
        queue.add(label);
    }

    /**
     * Returns whether each continuation of {@code other} can also follow {@code label}, and then makes a plan that is
     * no worse.
     */
    private boolean dominates(Label label, Label other) {
        boolean noWorse = label.additive <= other.additive
                && (!labels.countsPeriod() || label.period <= other.period)
                && label.latency <= other.latency
                && label.energy <= other.energy
                && mayFollow(label, other)
                && (label.first == other.first || label.first != problem.sink());
        if (!noWorse) {
            return false;
        }
        for (int i = 0; i < label.loads.length; i++) {
            if (label.loads[i] > other.loads[i]) {
                return false;
            }
        }
        boolean cheaper = label.additive < other.additive && !labels.countsPeriod();
        if (cheaper && limits.maxParts() == Integer.MAX_VALUE) {
            return true;
        }
        return label.parts < other.parts
                || (label.parts == other.parts && (cheaper || label.route().compareTo(other.route()) <= 0));
    }

    private boolean mayFollow(Label label, Label other) {
        if (limits.minDevices() > 1) {
            return label.used == other.used;
        }
        boolean setMatters = !limits.reuse() || limits.maxDevices() < problem.devices();
        return !setMatters || (label.used & ~other.used) == 0;
    }

    /** Keeps the most promising labels at each cut. */
    private void beam() {
        List<List<Label>> byCut = new ArrayList<>();
        for (int cut = 0; cut <= problem.segments(); cut++) {
            byCut.add(new ArrayList<>());
        }
        byCut.get(0).add(labels.root());
        for (int cut = 0; cut < problem.segments(); cut++) {
            List<Label> here = byCut.get(cut);
            here.sort(Label::order);
            for (Label label : here.subList(0, Math.min(BEAM, here.size()))) {
                labels.extend(label, next -> byCut.get(next.end).add(next));
            }
            byCut.set(cut, List.of());
        }
        byCut.get(problem.segments()).stream().min(Label::order).ifPresent(found -> incumbent = found);
    }

    /** A receiver of labels. */
    interface Sink {
        void take(Label label);
    }

    /** The expansion of labels. */
    private static final class Labels {
        private final Problem problem;
        private final Constraints limits;
        private final int devices;
        private final RunCosts additiveRuns;
        private final LinkCosts additiveHops;
        private final RemainingCost additive;
        private final @Nullable RemainingCost period;
        private final @Nullable RemainingCost latency;
        private final @Nullable RemainingCost energy;
        private final boolean addsMemory;
        private final boolean addsBusy;
        private final int loads;

        Labels(Problem problem) {
            this.problem = problem;
            this.limits = problem.constraints();
            this.devices = problem.devices();
            this.additiveRuns = problem.goalOfRuns();
            this.additiveHops = problem.goalOfHops();
            this.additive = RemainingCost.sum(problem, additiveRuns, additiveHops);
            this.period = problem.counts(Metric.PERIOD)
                    ? RemainingCost.greatest(problem, problem.seconds(), problem.hopOccupied())
                    : null;
            this.latency = limits.limit(Metric.LATENCY).isPresent()
                    ? RemainingCost.sum(problem, problem.seconds(), problem.hopSeconds())
                    : null;
            this.energy = limits.limit(Metric.ENERGY).isPresent()
                    ? RemainingCost.sum(problem, problem.joules(), problem.hopJoules())
                    : null;
            this.addsMemory = limits.reuse() && problem.hasCapacities();
            this.addsBusy = countsPeriod() && (limits.reuse() || !limits.overlap());
            this.loads = (addsMemory ? devices : 0) + (addsBusy ? devices + devices * devices : 0);
        }

        boolean countsPeriod() {
            return period != null;
        }

        Label root() {
            return Label.root(loads);
        }

        void extend(Label label, Sink sink) {
            if (label.parts == limits.maxParts()) {
                return;
            }
            for (int device = 0; device < devices; device++) {
                int from = label.device == Problem.NOWHERE ? problem.source() : label.device;
                boolean linked = from == Problem.NOWHERE
                        || problem.hopSeconds().at(label.end, from, device) < Double.POSITIVE_INFINITY;
                boolean used = (label.used & 1L << device) != 0;
                if (device != label.device && linked && (limits.reuse() || !used) && (used || mayUseAnother(label))) {
                    int furthest = problem.allowed().furthest(label.end, device);
                    for (int to = label.end + 1; to <= furthest; to++) {
                        if (problem.allowed().is(label.end, to, device)) {
                            run(label, from, device, to, sink);
                        }
                    }
                }
            }
        }

        private boolean mayUseAnother(Label label) {
            return Long.bitCount(label.used) < limits.maxDevices();
        }

        private void run(Label label, int from, int device, int to, Sink sink) {
            boolean last = to == problem.segments();
            int out = last ? problem.sink() : Problem.NOWHERE;
            if (out != Problem.NOWHERE && problem.hopSeconds().at(to, device, out) == Double.POSITIVE_INFINITY) {
                return;
            }
            double[] sums = label.loads.clone();
            double slowest = label.period;
            if (addsMemory) {
                sums[device] += problem.table().memoryBytes(label.end, to, device);
                if (sums[device] > problem.capacity(device)) {
                    return;
                }
            }
            if (countsPeriod()) {
                slowest = Math.max(slowest, busy(sums, from, device, label.end, to));
                slowest = Math.max(slowest, send(sums, device, out, to));
                int first = label.parts == 0 ? device : label.first;
                if (last && !addsBusy && problem.meets(first, device)) {
                    slowest = Math.max(slowest, problem.meetingSeconds());
                }
            }
            Label next = new Label(
                    label,
                    device,
                    to,
                    label.additive + cost(additiveRuns, additiveHops, label.end, to, from, device, out),
                    latency == null
                            ? 0
                            : label.latency
                                    + cost(problem.seconds(), problem.hopSeconds(), label.end, to, from, device, out),
                    energy == null
                            ? 0
                            : label.energy
                                    + cost(problem.joules(), problem.hopJoules(), label.end, to, from, device, out),
                    slowest,
                    sums);
            if (bound(next, last)) {
                sink.take(next);
            }
        }

        private static double cost(RunCosts runs, LinkCosts hops, int begin, int end, int from, int device, int out) {
            return (from == Problem.NOWHERE ? 0 : hops.at(begin, from, device))
                    + runs.at(begin, end, device)
                    + (out == Problem.NOWHERE ? 0 : hops.at(end, device, out));
        }

        /** Returns the busiest time after adding a run and the message before it. */
        private double busy(double[] sums, int from, int device, int begin, int end) {
            double seconds = problem.seconds().at(begin, end, device);
            double sent = send(sums, from, device, begin);
            if (!addsBusy) {
                return Math.max(seconds, sent);
            }
            int place = (addsMemory ? devices : 0) + device;
            sums[place] += seconds;
            return Math.max(sums[place], sent);
        }

        private double send(double[] sums, int from, int to, int cut) {
            if (from == Problem.NOWHERE || to == Problem.NOWHERE || from == to) {
                return 0;
            }
            double occupied = problem.hopOccupied().at(cut, from, to);
            if (!addsBusy) {
                return occupied;
            }
            int begin = addsMemory ? devices : 0;
            int link = begin + devices + from * devices + to;
            sums[link] += occupied;
            double most = sums[link];
            if (!limits.overlap()) {
                sums[begin + from] += occupied;
                sums[begin + to] += occupied;
                most = Math.max(most, Math.max(sums[begin + from], sums[begin + to]));
            }
            return most;
        }

        /** Sets the lower bound of a partial plan. Returns false if no plan can start with it. */
        private boolean bound(Label label, boolean last) {
            if (last && Long.bitCount(label.used) < limits.minDevices()) {
                return false;
            }
            double rest = last ? 0 : additive.exit(label.end, label.device);
            double slowest = label.period;
            if (period != null && !last) {
                slowest = Math.max(slowest, period.exit(label.end, label.device));
            }
            Objective objective = problem.objective();
            label.bound =
                    label.additive + rest + (objective.periodWeight() > 0 ? objective.periodWeight() * slowest : 0);
            boolean restCounts = objective.periodWeight() == 0 && !last;
            label.boundParts = label.parts + (restCounts ? additive.exitParts(label.end, label.device) : last ? 0 : 1);
            return label.bound < Double.POSITIVE_INFINITY
                    && slowest <= limits.most(Metric.PERIOD)
                    && within(label, last, latency, label.latency, Metric.LATENCY)
                    && within(label, last, energy, label.energy, Metric.ENERGY);
        }

        private boolean within(Label label, boolean last, @Nullable RemainingCost rest, double spent, Metric metric) {
            return rest == null || spent + (last ? 0 : rest.exit(label.end, label.device)) <= limits.most(metric);
        }
    }
}
