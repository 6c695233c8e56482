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
            work = work.plus(known.work());
        } else if (estimate instanceof Estimate.SizesMissing missing) {
            sizesMissing.add(missing.tensor());
        } else {
            notCovered.merge(type, 1, Integer::sum);
        }
    }

    void addMissing(String tensor) {
        sizesMissing.add(tensor);
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
        work = work.plus(other.work.times(runs));
        addUnknown(other);
    }

    void addUnknown(Tally other) {
        other.notCovered.forEach((type, count) -> notCovered.merge(type, count, Integer::sum));
        sizesMissing.addAll(other.sizesMissing);
    }
}
