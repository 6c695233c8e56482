package io.pepper.partition;

import io.pepper.cut.Cut;
import io.pepper.cut.Cuts;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * A choice of cuts that minimises the total of crossing bytes: dynamic programming over the number of parts and the end
 * of the last part. A queue holds the least sum of a window of starts, since windows only move forward.
 */
final class FewestBytes {
    /** At 4 bytes each, the table of the choice then takes 256 MB. */
    private static final long MAX_PLACES = 1 << 26;

    private final Cuts cuts;

    /** For each end of a part, its first possible start. */
    private final int[] earliest;

    FewestBytes(Cuts cuts, int... earliest) {
        this.cuts = cuts;
        this.earliest = earliest;
    }

    /** Returns the first starts that the limits allow. */
    static int[] earliest(Blocks blocks, OperatorCosts.Accumulator costs) {
        int[] earliest = new int[blocks.count() + 1];
        for (int end = 1; end <= blocks.count(); end++) {
            costs.clear();
            int begin = end;
            while (begin > earliest[end - 1] && blocks.add(begin - 1, costs) < LimitedCosts.BEYOND) {
                begin--;
            }
            earliest[end] = begin;
        }
        return earliest;
    }

    /** Returns the indices of the chosen cuts for a number of parts that the limits allow. */
    int[] choose(int parts) {
        int count = earliest.length - 1;
        if ((long) parts * count > MAX_PLACES) {
            throw new NoSuchPartitionException(parts + " parts of " + count
                    + " pieces are more than can be weighed; balance them instead, or ask for fewer parts");
        }
        long[] sums = new long[count + 1];
        Arrays.fill(sums, LimitedCosts.BEYOND);
        sums[0] = 0;
        int[][] begins = new int[parts + 1][];
        for (int part = 1; part <= parts; part++) {
            begins[part] = new int[count + 1];
            sums = next(sums, begins[part]);
        }
        if (sums[count] == LimitedCosts.BEYOND) {
            throw new NoSuchPartitionException("no " + parts + " parts keep within the limits");
        }
        int[] chosen = new int[parts - 1];
        int end = count;
        for (int part = parts; part > 1; part--) {
            end = begins[part][end];
            chosen[part - 2] = end - 1;
        }
        return chosen;
    }

    private long[] next(long[] before, int... begins) {
        long[] sums = new long[before.length];
        Arrays.fill(sums, LimitedCosts.BEYOND);
        Deque<Integer> window = new ArrayDeque<>();
        for (int end = 1; end < sums.length; end++) {
            while (!window.isEmpty() && before[window.peekLast()] > before[end - 1]) {
                window.removeLast();
            }
            window.addLast(end - 1);
            while (!window.isEmpty() && window.peekFirst() < earliest[end]) {
                window.removeFirst();
            }
            if (!window.isEmpty() && before[window.peekFirst()] < LimitedCosts.BEYOND) {
                begins[end] = window.peekFirst();
                sums[end] = Math.addExact(before[window.peekFirst()], end < sums.length - 1 ? bytes(end - 1) : 0);
            }
        }
        return sums;
    }

    private long bytes(int cut) {
        Cut asked = cuts.get(cut);
        return asked.bytes()
                .orElseThrow(() -> new NoSuchPartitionException(
                        "the bytes that cross the " + asked + " are unknown, so that they cannot be minimised"));
    }
}
