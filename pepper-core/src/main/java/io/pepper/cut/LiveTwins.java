package io.pepper.cut;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Operators at which branches begin that are like each other in all that matters to what is alive: they read the same tensors (or one from
 * elsewhere that nobody else reads, of the same weight), and what follows them, operator by operator, weighs the same and is read by the
 * same. Such branches can be begun in the order in which they stand: every other order has one of them that keeps as much alive. So a
 * fan-out of equal branches has one order instead of all permutations. O(operators + reads).
 */
final class LiveTwins {
    private final int[][] reads;
    private final int[][] writes;
    private final int[][] readers;
    private final int[] makers;
    private final boolean[] kept;
    private final long[] weights;

    /** Numbers of descriptions, so that descriptions of what follows stay short. */
    private final Map<List<Long>, Long> numbers = new HashMap<>();

    /** By operator: whether one other operator makes all its inputs, tensors from outside excepted. */
    private final boolean[] isOfOneMaker;

    /** For each operator the number of what it makes and what follows. */
    private final long[] following;

    /** Tag before a number in a description. */
    private static final long OF_PARENT = 0;

    private static final long OWN_START = 1;
    private static final long TENSOR = 2;
    private static final long BRANCH = 3;
    private static final long READERS = 4;
    private static final long KEPT = 5;

    LiveTwins(int[][] reads, int[][] writes, int[][] readers, int[] makers, boolean[] kept, long... weights) {
        this.reads = reads;
        this.writes = writes;
        this.readers = readers;
        this.makers = makers;
        this.kept = kept;
        this.weights = weights;
        following = new long[reads.length];
        isOfOneMaker = new boolean[reads.length];
        for (int operator = 0; operator < reads.length; operator++) {
            isOfOneMaker[operator] = Arrays.stream(reads[operator])
                            .map(tensor -> makers[tensor])
                            .filter(maker -> maker >= 0)
                            .distinct()
                            .count()
                    == 1;
        }
    }

    /** For each operator the one like it that is to run before it, -1 if there is none. */
    int[] previous() {
        for (int operator = reads.length - 1; operator >= 0; operator--) {
            following[operator] = number(made(operator));
        }
        int[] previous = new int[reads.length];
        Arrays.fill(previous, -1);
        Map<Long, Integer> last = new HashMap<>();
        for (int operator = 0; operator < previous.length; operator++) {
            Integer before = last.put(number(read(operator, -1)), operator);
            previous[operator] = before == null ? -1 : before;
        }
        return previous;
    }

    private long number(List<Long> description) {
        Long next = (long) numbers.size();
        Long known = numbers.putIfAbsent(description, next);
        return known == null ? next : known;
    }

    private static void mark(List<Long> description, long mark, long value) {
        description.add(mark);
        description.add(value);
    }

    /** Returns a description of an operator's inputs, relative to the operator before it in a branch. */
    private List<Long> read(int operator, int parent) {
        List<Long> description = new ArrayList<>();
        for (int tensor : reads[operator]) {
            if (parent >= 0 && makers[tensor] == parent) {
                mark(description, OF_PARENT, position(writes[parent], tensor));
            } else if (makers[tensor] < 0 && readers[tensor].length == 1 && !kept[tensor]) {
                mark(description, OWN_START, weights[tensor]);
            } else {
                mark(description, TENSOR, tensor);
            }
        }
        description.add(following[operator]);
        return description;
    }

    private List<Long> made(int operator) {
        List<Long> description = new ArrayList<>();
        for (int tensor : writes[operator]) {
            mark(description, KEPT, kept[tensor] ? 1 : 0);
            description.add(weights[tensor]);
            if (readers[tensor].length == 1) {
                mark(description, BRANCH, branch(readers[tensor][0], operator));
            } else {
                mark(description, READERS, readers[tensor].length);
                for (int reader : readers[tensor]) {
                    description.add((long) reader);
                }
            }
        }
        return description;
    }

    /** The only reader of a tensor: it belongs to the branch, or is where branches meet. */
    private long branch(int reader, int parent) {
        return isOfOneMaker[reader] ? number(read(reader, parent)) : -1L - reader;
    }

    private static int position(int[] tensors, int tensor) {
        int position = 0;
        while (tensors[position] != tensor) {
            position++;
        }
        return position;
    }
}
