package io.pepper.cut;

import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A sequence of operators that have run, with the live bytes meanwhile. */
final class LiveState {
    private final @Nullable LiveState before;
    private final int number;
    private final int count;
    private final long key;
    private final long live;
    private final long peak;
    private final long sum;

    private LiveState(@Nullable LiveState before, int number, long key, long live, long peak, long sum) {
        this.before = before;
        this.number = number;
        this.count = before == null ? 0 : before.count + 1;
        this.key = key;
        this.live = live;
        this.peak = peak;
        this.sum = sum;
    }

    /** Returns the state before the first operator. */
    static LiveState start(LiveProblem problem) {
        return new LiveState(null, -1, 0, problem.startWeight(), problem.startWeight(), 0);
    }

    /**
     * Returns the state after one further operator.
     *
     * @param next the operator
     * @param isDone whether an operator has run before
     * @param nextKey the operator's share of {@link #key()}
     */
    LiveState after(LiveProblem problem, int next, IntPredicate isDone, long nextKey) {
        long during = live + problem.madeWeight(next);
        long after = during - problem.freedWeight(next, isDone);
        return new LiveState(this, next, key + nextKey, after, Math.max(peak, during), add(sum, after));
    }

    /** Adds two sums. Sums that are too large for a long count as equal. */
    private static long add(long sum, long more) {
        return sum > Long.MAX_VALUE - more ? Long.MAX_VALUE : sum + more;
    }

    /**
     * Returns a key that is equal for states in which the same operators have run, and almost surely different for
     * others.
     */
    long key() {
        return key;
    }

    /** Returns the bytes alive now. */
    long live() {
        return live;
    }

    /** Returns the peak of the live bytes. */
    long peak() {
        return peak;
    }

    /** Returns the sum of the live bytes after each operator. */
    long sum() {
        return sum;
    }

    /** Returns the operators in the order in which they ran. */
    int[] order() {
        int[] order = new int[count];
        for (LiveState state = this; state != null && state.count > 0; state = state.before) {
            order[state.count - 1] = state.number;
        }
        return order;
    }

    /** Returns the operator that ran last. */
    int number() {
        return number;
    }

    /** The operators that have not run in a state, and which of them can run next. */
    static final class Frontier {
        private final LiveState state;
        private final BitSet done;
        private final int[] ready;
        private final long steps;

        private Frontier(LiveState state, BitSet done, int[] ready, long steps) {
            this.state = state;
            this.done = done;
            this.ready = ready;
            this.steps = steps;
        }

        static Frontier start(LiveProblem problem) {
            int[] ready = IntStream.range(0, problem.size())
                    .filter(number -> problem.predecessors(number).length == 0)
                    .toArray();
            return new Frontier(LiveState.start(problem), new BitSet(problem.size()), ready, 0);
        }

        LiveState state() {
            return state;
        }

        boolean isDone(int number) {
            return done.get(number);
        }

        int[] ready() {
            return ready;
        }

        /** Returns the steps of work of reaching this state: copied words and positions, and tested operators. */
        long steps() {
            return steps;
        }

        /**
         * Moves to a following state.
         *
         * @param isLast whether this frontier is no longer needed, so that the next one takes over its set
         */
        Frontier moveTo(LiveState next, LiveProblem problem, boolean isLast) {
            BitSet behind = isLast ? done : (BitSet) done.clone();
            behind.set(next.number);
            long taken = (long) ready.length + (isLast ? 0 : done.size() / Long.SIZE);
            int[] successors = problem.successors(next.number);
            int[] found = new int[ready.length + successors.length];
            int size = 0;
            for (int number : ready) {
                if (number != next.number) {
                    found[size++] = number;
                }
            }
            for (int successor : successors) {
                int waiting = waitingFor(problem.predecessors(successor), behind);
                taken += problem.predecessors(successor).length - waiting;
                if (waiting == 0) {
                    found[size++] = successor;
                }
            }
            return new Frontier(next, behind, Arrays.copyOf(found, size), taken);
        }

        /** Returns the number of predecessors up to the last one that has not run. The last ones usually run last. */
        private static int waitingFor(int[] predecessors, BitSet behind) {
            int left = predecessors.length;
            while (left > 0 && behind.get(predecessors[left - 1])) {
                left--;
            }
            return left;
        }
    }
}
