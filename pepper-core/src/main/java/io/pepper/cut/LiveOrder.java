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

/**
 * Puts operators into a topological order in which little is alive: a search level by level over the sets of operators that
 * may have run, of which the best are kept. Where no set had to be dropped, the order is the best there is. The order in
 * which the operators stand is taken if the search finds none better.
 */
final class LiveOrder {
    /** Bounds the time, which is in proportion to operators times beam. */
    private static final int MOST_STATES = 1 << 16;

    private static final int WIDEST_BEAM = 256;

    /** Beyond, the operators stay as they stand: each state takes a bit for each operator. */
    private static final int MOST_OPERATORS = 50_000;

    /** Where very many operators wait for none, looking at each at each step would never end. */
    private static final int MOST_STEPS = 1 << 22;

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
     */
    record Found(Indices numbers, boolean exact) {}

    /*
     * States in which the same operators have run are told by the sum of random keys of their operators: two different sets
     * of the same sum are as likely as a coin that shows heads 64 times, and would cost an order that is not the best.
     */
    private final LiveProblem problem;
    private final Comparator<LiveState> lowFirst;
    private final int beam;
    private final long[] keys;
    private boolean exact = true;
    private int stepsLeft = MOST_STEPS;

    private LiveOrder(LiveProblem problem, Comparator<LiveState> lowFirst) {
        this.problem = problem;
        this.lowFirst = lowFirst;
        beam = Math.max(1, Math.min(WIDEST_BEAM, MOST_STATES / problem.size()));
        keys = new SplittableRandom(SEED).longs(problem.size()).toArray();
    }

    /** An order in which the most that is alive at a time is low. */
    static Found leastPeak(LiveProblem problem) {
        return of(problem, LOW_PEAK);
    }

    /** An order in which what is alive after the operators adds up to little. */
    static Found leastSum(LiveProblem problem) {
        return of(problem, LOW_SUM);
    }

    private static Found of(LiveProblem problem, Comparator<LiveState> lowFirst) {
        LiveState standing = standing(problem);
        if (problem.size() <= 1 || problem.size() > MOST_OPERATORS) {
            return new Found(Indices.of(standing.order()), problem.size() <= 1);
        }
        LiveOrder search = new LiveOrder(problem, lowFirst);
        LiveState better = search.search()
                .filter(found -> lowFirst.compare(found, standing) < 0)
                .orElse(standing);
        return new Found(Indices.of(better.order()), search.exact);
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

    /** Nothing if it would take too long. */
    private Optional<LiveState> search() {
        List<LiveState.Frontier> level = List.of(LiveState.Frontier.start(problem));
        for (int step = 0; step < problem.size(); step++) {
            int ready =
                    level.stream().mapToInt(frontier -> frontier.ready().length).sum();
            stepsLeft -= Math.min(stepsLeft, ready);
            if (stepsLeft == 0) {
                exact = false;
                return Optional.empty();
            }
            level = next(level);
        }
        return Optional.of(level.get(0).state());
    }

    /** The best states one operator further; of those with the same operators behind only the best. */
    private List<LiveState.Frontier> next(List<LiveState.Frontier> level) {
        Map<Long, Step> byKey = new HashMap<>();
        for (LiveState.Frontier frontier : level) {
            for (int number : frontier.ready()) {
                LiveState state = frontier.state().after(problem, number, frontier::isDone, keys[number]);
                byKey.merge(state.key(), new Step(frontier, state), this::better);
            }
        }
        List<Step> steps = new ArrayList<>(byKey.values());
        steps.sort(Comparator.comparing(Step::to, lowFirst)
                .thenComparingLong(step -> step.to().key()));
        exact &= steps.size() <= beam;
        return steps.stream()
                .limit(beam)
                .map(step -> step.from().moveTo(step.to(), problem))
                .toList();
    }

    private Step better(Step one, Step other) {
        return lowFirst.compare(other.to(), one.to()) < 0 ? other : one;
    }

    private record Step(LiveState.Frontier from, LiveState to) {}
}
