package io.pepper.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The search for the placements that are the best for some number of runs of a phase. The cost of a placement is a line
 * over this number; the search finds the lower envelope of all lines, by planning where two found lines cross.
 */
final class PhaseTurns {
    /** The part of a value below which placements count as equally good: sums in another order differ by this much. */
    private static final double TIE = 1e-12;

    private final Phases phases;
    private final int varied;
    private final Metric metric;
    private final Constraints constraints;
    private final List<Line> found = new ArrayList<>();

    /**
     * A placement's cost.
     *
     * @param fixed of the other phases
     * @param each of one run of the varied phase
     */
    private record Line(Placement placement, double fixed, double each) {
        double at(double times) {
            return fixed + times * each;
        }

        /** Returns the number of runs at which another line, which grows less, costs as much. */
        double meets(Line flatter) {
            return (flatter.fixed - fixed) / (each - flatter.each);
        }
    }

    PhaseTurns(Phases phases, int varied, Metric metric, Constraints constraints) {
        this.phases = phases;
        this.varied = varied;
        this.metric = metric;
        this.constraints = constraints;
    }

    List<Phases.Turn> find() {
        Line first = best(with(0));
        Line last = best(onlyVaried());
        found.add(first);
        found.add(last);
        between(first, last);
        return turns(envelope());
    }

    private Phases with(double times) {
        return phases.withTimes(phases.list().get(varied).name(), times);
    }

    private Phases onlyVaried() {
        Phases only = with(1);
        for (int i = 0; i < phases.list().size(); i++) {
            only = i == varied ? only : only.withTimes(phases.list().get(i).name(), 0);
        }
        return only;
    }

    private Line best(Phases here) {
        Placement placement = here.planner().plan(Objective.of(metric), constraints);
        List<Placement> costs = phases.costs(placement, constraints);
        double fixed = 0;
        for (int i = 0; i < costs.size(); i++) {
            double times = i == varied ? 0 : phases.list().get(i).times();
            fixed += times == 0 ? 0 : times * costs.get(i).knownCost(metric);
        }
        return new Line(placement, fixed, costs.get(varied).knownCost(metric));
    }

    /** Finds the lines below the crossing of two lines. */
    private void between(Line steep, Line flat) {
        if (!(steep.each > flat.each && flat.fixed > steep.fixed)) {
            return; // One of them is the best everywhere between.
        }
        double crossing = steep.meets(flat);
        Line best = best(with(crossing));
        if (best.at(crossing) < steep.at(crossing) * (1 - TIE)) {
            found.add(best);
            between(steep, best);
            between(best, flat);
        }
    }

    /** Returns the lines that are the lowest for some number, from none on. */
    private List<Line> envelope() {
        List<Line> sorted = new ArrayList<>(found);
        sorted.sort(Comparator.comparingDouble(Line::fixed).thenComparingDouble(Line::each));
        List<Line> lowest = new ArrayList<>();
        for (Line line : sorted) {
            if (!lowest.isEmpty() && line.each >= lowest.get(lowest.size() - 1).each) {
                continue;
            }
            while (lowest.size() > 1) {
                Line last = lowest.get(lowest.size() - 1);
                Line before = lowest.get(lowest.size() - 2);
                if (before.meets(last) < last.meets(line)) {
                    break;
                }
                lowest.remove(lowest.size() - 1);
            }
            lowest.add(line);
        }
        return lowest;
    }

    private List<Phases.Turn> turns(List<Line> lowest) {
        List<Phases.Turn> turns = new ArrayList<>();
        for (int i = 0; i < lowest.size(); i++) {
            double times = i == 0 ? 0 : lowest.get(i - 1).meets(lowest.get(i));
            Placement then = with(times).planner().evaluate(lowest.get(i).placement, constraints, 0);
            turns.add(new Phases.Turn(times, then));
        }
        return turns;
    }
}
