package io.pepper.export.internal;

import java.util.List;
import java.util.Optional;

/**
 * The difference of an output of the chain from that of the whole model.
 *
 * @param identical whether all bits agree
 * @param within whether every element is within the tolerance
 * @param absolute the largest absolute difference
 * @param relative the largest relative difference
 * @param where the index of the largest absolute difference
 */
public record Difference(
        boolean identical, boolean within, double absolute, double relative, Optional<List<Long>> where) {
    /** No difference. */
    public static final Difference NONE = new Difference(true, true, 0, 0, Optional.empty());
    /** The difference of values with other types or shapes. */
    public static final Difference UNLIKE =
            new Difference(false, false, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, Optional.empty());

    /**
     * Compares two outputs.
     *
     * @param whole the output of the whole model
     * @param chain the output of the chain
     * @param absTolerance the absolute tolerance
     * @param relTolerance the relative tolerance, which is added to the absolute one
     * @return their difference
     */
    public static Difference of(Snapshot whole, Snapshot chain, double absTolerance, double relTolerance) {
        if (!whole.type().equals(chain.type())
                || !whole.shape().equals(chain.shape())
                || whole.leaves().size() != chain.leaves().size()) {
            return UNLIKE;
        }
        Difference result = NONE;
        for (int i = 0; i < whole.leaves().size(); i++) {
            Leaf left = whole.leaves().get(i);
            Leaf right = chain.leaves().get(i);
            result = result.or(left.sameKind(right) ? elements(left, right, absTolerance, relTolerance) : UNLIKE);
        }
        return result;
    }

    private static Difference elements(Leaf whole, Leaf chain, double absTolerance, double relTolerance) {
        if (whole instanceof Leaf.Numbers a
                && chain instanceof Leaf.Numbers b
                && a.data().equals(b.data())) {
            return NONE;
        }
        double absolute = 0;
        double relative = 0;
        int at = -1;
        boolean within = true;
        for (int i = 0; i < whole.count(); i++) {
            if (whole.sameElement(i, chain)) {
                continue;
            }
            double difference = whole.difference(i, chain);
            at = at < 0 || difference > absolute ? i : at;
            absolute = Math.max(absolute, difference);
            relative = Math.max(relative, relative(difference, whole.magnitude(i), chain.magnitude(i)));
            within &= Double.isFinite(difference) && difference <= absTolerance + relTolerance * whole.magnitude(i);
        }
        return at < 0 ? NONE : new Difference(false, within, absolute, relative, Optional.of(whole.index(at)));
    }

    private static double relative(double difference, double whole, double chain) {
        if (difference == 0 || Double.isInfinite(difference)) {
            return difference;
        }
        return difference / Math.max(whole, chain);
    }

    /**
     * Combines two differences.
     *
     * @param other another difference
     * @return the larger of each component
     */
    public Difference or(Difference other) {
        if (other.identical) {
            return this;
        }
        boolean theirs = identical || other.absolute > absolute;
        return new Difference(
                false,
                within && other.within,
                Math.max(absolute, other.absolute),
                Math.max(relative, other.relative),
                theirs ? other.where : where);
    }
}
