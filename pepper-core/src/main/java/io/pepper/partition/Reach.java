package io.pepper.partition;

/**
 * The possible ends of parts of which none costs more than a bound: the first {@code part} parts have between {@code
 * first(part)} and {@code last(part)} blocks. From each of these ends, a completion exists: blocks that fit into fewer
 * parts fit into more, as long as each part has a block.
 */
final class Reach {
    private final int[] first;
    private final int[] last;

    Reach(Blocks blocks, OperatorCosts.Accumulator costs, long bound, int parts) {
        int count = blocks.count();
        first = new int[parts + 1];
        last = new int[parts + 1];
        int end = 0;
        for (int part = 1; part <= parts; part++) {
            costs.clear();
            while (end < count && blocks.add(end, costs) <= bound) {
                end++;
            }
            last[part] = Math.min(end, count - (parts - part));
        }
        int begin = count;
        for (int part = parts; part > 0; part--) {
            first[part] = Math.max(begin, part);
            costs.clear();
            while (begin > 0 && blocks.add(begin - 1, costs) <= bound) {
                begin--;
            }
            if (width(part) < 1) {
                throw GrowingCosts.orderMatters();
            }
        }
    }

    int parts() {
        return first.length - 1;
    }

    int first(int part) {
        return first[part];
    }

    int last(int part) {
        return last[part];
    }

    int width(int part) {
        return last[part] - first[part] + 1;
    }

    /** Returns the number of pairs of a number of parts and a place where they can end. */
    long places() {
        long places = 0;
        for (int part = 0; part <= parts(); part++) {
            places += width(part);
        }
        return places;
    }

    /**
     * Returns the largest number of blocks that are added up if all windows that end at a reachable place are tried.
     */
    long windows() {
        long windows = 0;
        int lowest = 1;
        for (int end = 1; end <= last[parts()]; end++) {
            while (last[lowest] < end) {
                lowest++;
            }
            if (first[lowest] <= end) {
                windows += end - first[lowest - 1];
            }
        }
        return windows;
    }

    /** Returns the indices of the cuts that make each part as long as the bound and the later parts allow. */
    int[] longestParts() {
        int[] chosen = new int[parts() - 1];
        for (int part = 1; part < parts(); part++) {
            chosen[part - 1] = last[part] - 1;
        }
        return chosen;
    }
}
