package io.pepper.onnx.internal.cost;

import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** A sum of work, with the reasons why some of it is unknown. Not thread-safe. */
public final class Tally {
    private Work work = Work.NONE;
    private final SortedMap<String, Integer> notCovered = new TreeMap<>();
    private final SortedSet<String> sizesMissing = new TreeSet<>();
    private final SortedSet<String> runsMissing = new TreeSet<>();
    private boolean tooMuch;

    /** Creates a tally without work. */
    public Tally() {}

    /**
     * Returns the known work.
     *
     * @return the sum
     */
    public Work work() {
        return work;
    }

    /**
     * Returns the operators for which the number of runs of their body is unknown.
     *
     * @return names and types
     */
    public SortedSet<String> runsMissing() {
        return runsMissing;
    }

    /**
     * Returns whether the work exceeds {@link Long#MAX_VALUE}, so that the sum is unknown.
     *
     * @return true if it does
     */
    public boolean isTooMuch() {
        return tooMuch;
    }

    /**
     * Returns whether the sum is that of all operators with a formula.
     *
     * @return false if a size or the number of runs of a body is missing, or the work is too much to be counted
     */
    public boolean isKnown() {
        return sizesMissing.isEmpty() && runsMissing.isEmpty() && !tooMuch;
    }

    /**
     * Returns the operators without a formula.
     *
     * @return the number of operators by type, with the domain as a prefix unless it is ONNX's own
     */
    public SortedMap<String, Integer> notCovered() {
        return notCovered;
    }

    /**
     * Returns the tensors whose unknown sizes are missing.
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
     * Adds another tally.
     *
     * @param other the other tally
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
