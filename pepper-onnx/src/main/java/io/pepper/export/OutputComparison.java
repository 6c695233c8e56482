package io.pepper.export;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What the whole model and the chain of its parts gave for one output, over all trials.
 *
 * <p>An output that cannot be compared is neither identical nor passed, and its differences are NaN. The absolute difference of two elements is {@code |whole - chain|}, 0 for two NaNs, and infinite if one of them
 * alone is NaN, if infinities differ, if strings differ or if shapes or types differ. The relative difference is the
 * absolute one divided by the larger of {@code |whole|} and {@code |chain|}. The largest differences may belong to
 * different elements.
 *
 * @param output the name of the output
 * @param type the type as ONNX writes it, in lower case, such as {@code float} or {@code seq(map(int64,float))}
 * @param shape the shape in the trial of the largest difference, or in the first trial if there is none
 * @param comparable whether the whole model itself gave the same each time it ran on the same inputs; if not, nothing is known of the
 *     parts in this output
 * @param identical whether every element had the same bits in every trial
 * @param passed whether the output is identical or, in optimised runs, within the tolerance
 * @param maxAbsDiff the largest absolute difference
 * @param maxRelDiff the largest relative difference
 * @param where the index of the element with the largest absolute difference; empty if the output is identical or no
 *     single element can be named
 * @param weakEvidence whether agreement on this output says little
 * @param weakReason why it says little; present exactly if {@code weakEvidence}
 */
public record OutputComparison(
        String output,
        String type,
        List<Long> shape,
        boolean comparable,
        boolean identical,
        boolean passed,
        double maxAbsDiff,
        double maxRelDiff,
        Optional<List<Long>> where,
        boolean weakEvidence,
        Optional<String> weakReason) {
    /**
     * Copies the lists.
     *
     * @param output the name of the output
     * @param type the type as ONNX writes it, in lower case, such as {@code float} or {@code seq(map(int64,float))}
     * @param shape the shape in the trial of the largest difference, or in the first trial if there is none
     * @param comparable whether the whole model itself gave the same each time
     * @param identical whether every element had the same bits in every trial
     * @param passed whether the output is identical or, in optimised runs, within the tolerance
     * @param maxAbsDiff the largest absolute difference
     * @param maxRelDiff the largest relative difference
     * @param where the index of the element with the largest absolute difference
     * @param weakEvidence whether agreement on this output says little
     * @param weakReason why it says little
     * @throws NullPointerException if a component is null
     * @throws IllegalArgumentException if {@code weakEvidence} does not go with {@code weakReason}, or {@code identical} or
     *     {@code passed} not with {@code comparable}
     */
    public OutputComparison {
        Objects.requireNonNull(output);
        Objects.requireNonNull(type);
        shape = List.copyOf(shape);
        where = where.map(List::copyOf);
        if (!comparable && (identical || passed)) {
            throw new IllegalArgumentException(output + ": passed, but not comparable");
        }
        if (weakEvidence != weakReason.isPresent()) {
            throw new IllegalArgumentException(output + ": weak evidence " + weakEvidence + " with " + weakReason);
        }
    }

    /** The same, passed unless it could not be compared. */
    OutputComparison passedIfCompared() {
        return new OutputComparison(
                output,
                type,
                shape,
                comparable,
                identical,
                comparable,
                maxAbsDiff,
                maxRelDiff,
                where,
                weakEvidence,
                weakReason);
    }
}
