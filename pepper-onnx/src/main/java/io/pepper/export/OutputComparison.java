package io.pepper.export;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The comparison of one output of the whole model and of the chain of its parts, over all trials.
 *
 * <p>An output that cannot be compared is neither identical nor passed, and its differences are NaN. The absolute
 * difference of two elements is {@code |whole - chain|}. It is 0 for two NaNs. It is infinite if only one of them is
 * NaN, or if infinities, strings, shapes or types differ. The relative difference is the absolute one divided by the
 * larger of {@code |whole|} and {@code |chain|}. The largest differences may belong to different elements.
 *
 * @param output the name of the output
 * @param type the type in ONNX's notation, in lower case, such as {@code float} or {@code seq(map(int64,float))}
 * @param shape the shape in the trial of the largest difference, or in the first trial if there is none
 * @param comparable whether the whole model gave the same output each time it ran on the same inputs; if not, this
 *     output tells nothing about the parts
 * @param identical whether every element had the same bits in every trial
 * @param passed whether the output is identical or, in optimised runs, within the tolerance
 * @param maxAbsDiff the largest absolute difference
 * @param maxRelDiff the largest relative difference
 * @param where the index of the element with the largest absolute difference; empty if the output is identical or no
 *     single element can be named
 * @param weakEvidence whether agreement on this output is weak evidence
 * @param weakReason why it is weak evidence; present exactly if {@code weakEvidence}
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
     * Creates a comparison.
     *
     * @param output the name of the output
     * @param type the type in ONNX's notation, in lower case, such as {@code float} or {@code seq(map(int64,float))}
     * @param shape the shape in the trial of the largest difference, or in the first trial if there is none
     * @param comparable whether the whole model gave the same output each time it ran on the same inputs
     * @param identical whether every element had the same bits in every trial
     * @param passed whether the output is identical or, in optimised runs, within the tolerance
     * @param maxAbsDiff the largest absolute difference
     * @param maxRelDiff the largest relative difference
     * @param where the index of the element with the largest absolute difference
     * @param weakEvidence whether agreement on this output is weak evidence
     * @param weakReason why it is weak evidence
     * @throws NullPointerException if a component is null
     * @throws IllegalArgumentException if {@code weakEvidence} does not match {@code weakReason}, or an output that is
     *     not comparable is identical or passed
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

    /** Returns a copy that passed if it is comparable. */
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
