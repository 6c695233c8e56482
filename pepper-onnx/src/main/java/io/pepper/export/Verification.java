package io.pepper.export;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The result of verifying that a chain of parts computes the same as the whole model.
 *
 * @param identical whether every output had the same bits in every trial, and the whole model agreed with itself
 * @param passed whether the verification succeeded: {@code identical}, or within the tolerance in optimised runs; never
 *     true if an output could not be compared
 * @param comparable whether every output could be compared; false if the whole model gave another result when it ran
 *     again on the same inputs
 * @param maxAbsDiff the largest absolute difference of the comparable outputs; empty if there are none
 * @param maxRelDiff the largest relative difference of the comparable outputs; empty if there are none
 * @param outputs one comparison per output, in the model's order
 * @param trials number of sets of inputs that were tried, including those added because evidence was weak
 * @param seed the seed of the random inputs
 * @param optimization the name of the {@link io.pepper.model.OptimizationLevel} of all sessions
 * @param inputs the inputs used, in the model's order
 * @param warnings facts that weaken the result, such as weak evidence or a whole model that differs from itself
 */
public record Verification(
        boolean identical,
        boolean passed,
        boolean comparable,
        OptionalDouble maxAbsDiff,
        OptionalDouble maxRelDiff,
        List<OutputComparison> outputs,
        int trials,
        long seed,
        String optimization,
        List<Input> inputs,
        List<String> warnings) {
    /**
     * Creates a result.
     *
     * @param identical whether every output had the same bits in every trial, and the whole model agreed with itself
     * @param passed whether the verification succeeded: {@code identical}, or within the tolerance in optimised runs
     * @param comparable whether every output could be compared
     * @param maxAbsDiff the largest absolute difference of the comparable outputs
     * @param maxRelDiff the largest relative difference of the comparable outputs; empty if there are none
     * @param outputs one comparison per output, in the model's order
     * @param trials number of sets of inputs that were tried, including those added because evidence was weak
     * @param seed the seed of the random inputs
     * @param optimization the name of the {@link io.pepper.model.OptimizationLevel} of all sessions
     * @param inputs the inputs used, in the model's order
     * @param warnings facts that weaken the result, such as weak evidence or a whole model that differs from itself
     * @throws NullPointerException if a component is null
     */
    public Verification {
        outputs = List.copyOf(outputs);
        Objects.requireNonNull(optimization);
        inputs = List.copyOf(inputs);
        warnings = List.copyOf(warnings);
    }

    /**
     * Returns whether the parts were found to compute something else than the whole model. If a verification neither
     * passed nor differs, it is inconclusive, because some outputs could not be compared.
     *
     * @return whether a comparable output did not pass
     */
    public boolean differs() {
        return !passed && outputs.stream().anyMatch(output -> output.comparable() && !output.passed());
    }

    /** Returns a copy with further warnings first. */
    Verification withWarnings(List<String> more) {
        List<String> all = new ArrayList<>(more);
        all.addAll(warnings);
        return with(passed, outputs, all);
    }

    /** Returns a copy in which all comparable outputs passed although they are not identical. */
    Verification passedBecause(String why) {
        List<String> all = new ArrayList<>(List.of(why));
        all.addAll(warnings);
        return with(
                comparable,
                outputs.stream().map(OutputComparison::passedIfCompared).toList(),
                all);
    }

    private Verification with(boolean nowPassed, List<OutputComparison> newOutputs, List<String> newWarnings) {
        return new Verification(
                identical,
                nowPassed,
                comparable,
                maxAbsDiff,
                maxRelDiff,
                newOutputs,
                trials,
                seed,
                optimization,
                inputs,
                newWarnings);
    }

    /**
     * The comparison of one output of the whole model and of the chain of its parts, over all trials.
     *
     * <p>An output that cannot be compared is neither identical nor passed, and its differences are empty. The absolute
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
     * @param maxAbsDiff the largest absolute difference; empty if the output is not comparable
     * @param maxRelDiff the largest relative difference; empty if the output is not comparable
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
            OptionalDouble maxAbsDiff,
            OptionalDouble maxRelDiff,
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
         * @param maxAbsDiff the largest absolute difference; empty if the output is not comparable
         * @param maxRelDiff the largest relative difference; empty if the output is not comparable
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

    /**
     * An input of a verification.
     *
     * @param name the name of the model's input
     * @param type the element type in ONNX's notation, in lower case, such as {@code float} or {@code int64}
     * @param shape the size along each axis; empty for a scalar
     */
    public record Input(String name, String type, List<Long> shape) {
        /**
         * Creates an input.
         *
         * @param name the name of the model's input
         * @param type the element type in ONNX's notation, in lower case, such as {@code float} or {@code int64}
         * @param shape the size along each axis; empty for a scalar
         * @throws NullPointerException if a component is null
         */
        public Input {
            Objects.requireNonNull(name);
            Objects.requireNonNull(type);
            shape = List.copyOf(shape);
        }
    }
}
