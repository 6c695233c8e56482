package io.pepper.cut;

import io.pepper.graph.Indices;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;

/**
 * Puts operators into a topological order in which little is alive: a search level by level over the sets of operators that
 * may have run, of which the best are kept. Where no set had to be dropped, the order is the best there is. The order in
 * which the operators stand is taken if the search finds none better.
 *
 * <p>The search has a budget of steps: it keeps fewer sets of each level where the budget would not last otherwise, and ends where it does
 * not last for one.
 */
final class LiveOrder {
    /** The steps of one search: some tens of milliseconds. */
    static final long PEAK_BUDGET = 1L << 22;

    static final long SUM_BUDGET = 1L << 23;

    /** The steps that making a state counts. Asking whether an operator has run counts one step. */
    private static final int STATE_STEPS = 16;

    /** Bounds the memory, which is in proportion to operators times beam. */
    private static final int MOST_STATES = 1 << 16;

    private static final int WIDEST_BEAM = 256;

    /** Beyond, the operators stay as they stand: each state takes a bit for each operator. */
    private static final int MOST_OPERATORS = 50_000;

    private static final long SEED = 0x5eed;

    private static final Comparator<LiveState> LOW_PEAK =
            Comparator.comparingLong(LiveState::peak).thenComparingLong(LiveState::sum);
    private static final Comparator<LiveState> LOW_SUM =
            Comparator.comparingLong(LiveState::sum).thenComparingLong(LiveState::peak);

    /**
     * An order and what it reaches.
     *
     * @param numbers the operators in order
     * @param exact whether no order is better
     * @param effort what the search took, and whether its budget ended it
     */
    record Found(Indices numbers, boolean exact, SearchEffort effort) {}

    /*
     * States in which the same operators have run are told by the sum of random keys of their operators: two different sets
     * of the same sum are as likely as a coin that shows heads 64 times, and would cost an order that is not the best.
     */
    private final LiveProblem problem;
    private final Comparator<LiveState> lowFirst;
    private final int beam;
    private final long[] keys;
    private final long budget;
    private boolean exact = true;
    private boolean limited;
    private long steps;

    private LiveOrder(LiveProblem problem, Comparator<LiveState> lowFirst, long budget) {
        this.problem = problem;
        this.lowFirst = lowFirst;
        this.budget = budget;
        beam = Math.max(1, Math.min(WIDEST_BEAM, MOST_STATES / problem.size()));
        keys = new SplittableRandom(SEED).longs(problem.size()).toArray();
    }

    /** An order in which the most that is alive at a time is low. */
    static Found leastPeak(LiveProblem problem) {
        return of(problem, LOW_PEAK, PEAK_BUDGET);
    }

    /** An order in which what is alive after the operators adds up to little. */
    static Found leastSum(LiveProblem problem, long budget) {
        return of(problem, LOW_SUM, Math.min(budget, SUM_BUDGET));
    }

    private static Found of(LiveProblem problem, Comparator<LiveState> lowFirst, long budget) {
        LiveState standing = standing(problem);
        if (problem.size() <= 1 || problem.size() > MOST_OPERATORS) {
            boolean sure = problem.size() <= 1;
            return new Found(Indices.of(standing.order()), sure, new SearchEffort(0, !sure));
        }
        LiveOrder search = new LiveOrder(problem, lowFirst, budget);
        LiveState better = search.search()
                .filter(found -> lowFirst.compare(found, standing) < 0)
                .orElse(standing);
        return new Found(Indices.of(better.order()), search.exact, new SearchEffort(search.steps, search.limited));
    }

    /** The operators in the order in which they stand. */
    static LiveState standing(LiveProblem problem) {
        BitSet done = new BitSet(problem.size());
        LiveState state = LiveState.start(problem);
        for (int number = 0; number < problem.size(); number++) {
            state = state.after(problem, number, done::get, 0);
            done.set(number);
        }
        return state;
    }

    /** Nothing if the budget does not last. */
    private Optional<LiveState> search() {
        List<LiveState.Frontier> level = List.of(LiveState.Frontier.start(problem));
        long moved = 0;
        for (int place = 0; place < problem.size(); place++) {
            long before = steps;
            List<Step> next = next(level);
            long each = Math.max(1, (steps - before + moved) / level.size());
            int width = (int) Math.max(1, Math.min(beam, (budget - steps) / (each * (problem.size() - place))));
            exact &= next.size() <= width;
            limited |= next.size() > width && width < beam;
            if (steps >= budget) {
                exact = false;
                limited = true;
                return Optional.empty();
            }
            boolean alone = Math.min(width, next.size()) == 1;
            level = next.stream()
                    .limit(width)
                    .map(step -> step.from().moveTo(step.to(), problem, alone))
                    .toList();
            moved = level.stream().mapToLong(LiveState.Frontier::steps).sum();
            steps += moved;
        }
        return Optional.of(level.get(0).state());
    }

    /** The states one operator further, best first; of those with the same operators behind only the best. */
    private List<Step> next(List<LiveState.Frontier> level) {
        Map<Long, Step> byKey = new HashMap<>();
        for (LiveState.Frontier frontier : level) {
            if (steps >= budget) {
                break;
            }
            IntPredicate isDone = number -> {
                steps++;
                return frontier.isDone(number);
            };
            List<LiveState> states = new ArrayList<>();
            for (int number : frontier.ready()) {
                steps += STATE_STEPS;
                states.add(frontier.state().after(problem, number, isDone, keys[number]));
            }
            for (LiveState state : withoutNeedless(states, frontier.state())) {
                byKey.merge(state.key(), new Step(frontier, state), this::better);
            }
        }
        List<Step> next = new ArrayList<>(byKey.values());
        next.sort(Comparator.comparing(Step::to, lowFirst)
                .thenComparingLong(step -> step.to().key()));
        return next;
    }

    /**
     * Keeps only the states worth searching. An operator that leaves no more bytes alive, and needs no more while it
     * runs than was needed before, can run next without raising the peak.
     */
    private List<LiveState> withoutNeedless(List<LiveState> states, LiveState from) {
        if (lowFirst != LOW_PEAK) {
            return states;
        }
        return states.stream()
                .filter(state -> state.peak() == from.peak() && state.live() <= from.live())
                .findFirst()
                .map(List::of)
                .orElse(states);
    }

    private Step better(Step one, Step other) {
        return lowFirst.compare(other.to(), one.to()) < 0 ? other : one;
    }

    private record Step(LiveState.Frontier from, LiveState to) {}
}
