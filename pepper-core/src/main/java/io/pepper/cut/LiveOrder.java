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
 * A search for a topological order of operators with few live bytes: level by level over the possible sets of operators
 * that have run, of which the best are kept. If no set was dropped, the order is optimal. If the search finds no better
 * one, the original order is the result.
 *
 * <p>The search has a budget of steps. It keeps fewer sets per level if the budget would not suffice otherwise, and
 * ends if it does not suffice for one.
 */
final class LiveOrder {
    /** The steps of one search, which take some tens of milliseconds. */
    static final long PEAK_BUDGET = 1L << 22;

    static final long SUM_BUDGET = 1L << 23;

    /** The steps of creating a state. Testing whether an operator has run counts one step. */
    private static final int STATE_STEPS = 16;

    /** The limit on states, which bounds the memory: it is proportional to operators times beam. */
    private static final int MAX_STATES = 1 << 16;

    private static final int WIDEST_BEAM = 256;

    /** The limit on operators, beyond which they keep their order: each state takes a bit for each operator. */
    private static final int MAX_OPERATORS = 50_000;

    private static final long SEED = 0x5eed;

    private static final Comparator<LiveState> LOW_PEAK =
            Comparator.comparingLong(LiveState::peak).thenComparingLong(LiveState::sum);
    private static final Comparator<LiveState> LOW_SUM =
            Comparator.comparingLong(LiveState::sum).thenComparingLong(LiveState::peak);

    /**
     * An order and its quality.
     *
     * @param numbers the operators in order
     * @param exact whether the order is proven to be optimal
     * @param effort the effort of the search
     */
    record Found(Indices numbers, boolean exact, SearchEffort effort) {}

    /*
     * States in which the same operators have run are identified by the sum of random keys of their operators. Two
     * different sets have the same sum with probability 2^-64, which would merely lead to an order that is not the
     * best.
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
        beam = Math.max(1, Math.min(WIDEST_BEAM, MAX_STATES / problem.size()));
        keys = new SplittableRandom(SEED).longs(problem.size()).toArray();
    }

    /** Returns an order with a low peak of live bytes. */
    static Found leastPeak(LiveProblem problem) {
        return of(problem, LOW_PEAK, PEAK_BUDGET);
    }

    /** Returns an order with a low sum of the live bytes after each operator. */
    static Found leastSum(LiveProblem problem, long budget) {
        return of(problem, LOW_SUM, Math.min(budget, SUM_BUDGET));
    }

    private static Found of(LiveProblem problem, Comparator<LiveState> lowFirst, long budget) {
        LiveState modelOrder = inModelOrder(problem);
        if (problem.size() <= 1 || problem.size() > MAX_OPERATORS) {
            boolean sure = problem.size() <= 1;
            return new Found(Indices.of(modelOrder.order()), sure, new SearchEffort(0, !sure));
        }
        LiveOrder search = new LiveOrder(problem, lowFirst, budget);
        LiveState better = search.search()
                .filter(found -> lowFirst.compare(found, modelOrder) < 0)
                .orElse(modelOrder);
        return new Found(Indices.of(better.order()), search.exact, new SearchEffort(search.steps, search.limited));
    }

    /** Returns the operators in their original order. */
    static LiveState inModelOrder(LiveProblem problem) {
        BitSet done = new BitSet(problem.size());
        LiveState state = LiveState.start(problem);
        for (int number = 0; number < problem.size(); number++) {
            state = state.after(problem, number, done::get, 0);
            done.set(number);
        }
        return state;
    }

    /** Runs the search. Returns empty if the budget does not suffice. */
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

    /**
     * Returns the states after one further operator, best first; among states with the same operators, only the best.
     */
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
            for (LiveState state : withoutDominated(states, frontier.state())) {
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
    private List<LiveState> withoutDominated(List<LiveState> states, LiveState from) {
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
