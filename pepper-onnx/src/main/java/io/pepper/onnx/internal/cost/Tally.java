package io.pepper.onnx.internal.cost;

import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Work added up, and what of it is not known. Not thread-safe. */
public final class Tally {
    private Work work = Work.NONE;
    private final SortedMap<String, Integer> notCovered = new TreeMap<>();
    private final SortedSet<String> sizesMissing = new TreeSet<>();
    private final SortedSet<String> runsMissing = new TreeSet<>();
    private boolean tooMuch;

    /** Begins with no work. */
    public Tally() {}

    /**
     * The work that is known.
     *
     * @return the sum
     */
    public Work work() {
        return work;
    }

    /**
     * The operators of which it is not known how often their bodies run.
     *
     * @return names and types
     */
    public SortedSet<String> runsMissing() {
        return runsMissing;
    }

    /**
     * Whether the work is more than {@link Long#MAX_VALUE}, so that the sum is not known.
     *
     * @return true if it is
     */
    public boolean isTooMuch() {
        return tooMuch;
    }

    /**
     * Whether the sum is that of all operators for which there is a formula.
     *
     * @return false if a size or the number of runs of a body is missing, or the work is too much to be counted
     */
    public boolean isKnown() {
        return sizesMissing.isEmpty() && runsMissing.isEmpty() && !tooMuch;
    }

    /**
     * The operators for which there is no formula.
     *
     * @return how many of each type, the domain before it if it is not ONNX's own
     */
    public SortedMap<String, Integer> notCovered() {
        return notCovered;
    }

    /**
     * What would have to be known of sizes.
     *
     * @return names of tensors
     */
    public SortedSet<String> sizesMissing() {
        return sizesMissing;
    }

    void add(Estimate estimate, String type) {
        if (estimate instanceof Estimate.Known known) {
            addWork(known.work(), 1);
        } else if (estimate instanceof Estimate.SizesMissing missing) {
            sizesMissing.add(missing.tensor());
        } else {
            notCovered.merge(type, 1, Integer::sum);
        }
    }

    void addRunsMissing(String operator) {
        runsMissing.add(operator);
    }

    /**
     * Adds all of another tally.
     *
     * @param other more
     */
    public void add(Tally other) {
        add(other, 1);
    }

    void add(Tally other, long runs) {
        addWork(other.work, runs);
        addUnknown(other);
    }

    private void addWork(Work more, long runs) {
        try {
            work = work.plus(more.times(runs));
        } catch (ArithmeticException overflow) {
            tooMuch = true;
        }
    }

    void addUnknown(Tally other) {
        other.notCovered.forEach((type, count) -> notCovered.merge(type, count, Integer::sum));
        sizesMissing.addAll(other.sizesMissing);
        runsMissing.addAll(other.runsMissing);
        tooMuch |= other.tooMuch;
    }
}
