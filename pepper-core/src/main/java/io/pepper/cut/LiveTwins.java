package io.pepper.cut;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Twins: first operators of branches that are equal with respect to live bytes. They read the same tensors (or one from
 * elsewhere of the same weight with a single reader), and the tensors of their branches, operator by operator, have the
 * same weights and the same readers. Such branches can be started in their original order without a loss, since
 * permuting them does not change the live bytes. A fan-out of equal branches thus has one order instead of all
 * permutations. O(operators + reads).
 */
final class LiveTwins {
    private final int[][] reads;
    private final int[][] writes;
    private final int[][] readers;
    private final int[] makers;
    private final boolean[] kept;
    private final long[] weights;

    /** The numbers of descriptions, so that descriptions of later operators stay short. */
    private final Map<List<Long>, Long> numbers = new HashMap<>();

    /** By operator: whether a single operator produces all its inputs, apart from tensors from outside. */
    private final boolean[] isOfOneMaker;

    /** For each operator, the number of the description of its results and of the operators after it. */
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

    /** Returns for each operator the twin that must run before it; -1 if there is none. */
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

    /** Describes the only reader of a tensor: it belongs to the branch, or is where branches meet. */
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
