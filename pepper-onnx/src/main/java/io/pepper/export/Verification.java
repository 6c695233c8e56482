package io.pepper.export;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The result of verifying that a chain of parts computes the same as the whole model.
 *
 * @param identical whether every output had the same bits in every trial, and the whole model agreed with itself
 * @param passed whether the verification succeeded: {@code identical}, or within the tolerance in optimised runs; never
 *     true if an output could not be compared
 * @param comparable whether every output could be compared; false if the whole model gave another result when it ran
 *     again on the same inputs
 * @param maxAbsDiff the largest absolute difference of the comparable outputs; NaN if there are none
 * @param maxRelDiff the largest relative difference of the comparable outputs
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
        double maxAbsDiff,
        double maxRelDiff,
        List<OutputComparison> outputs,
        int trials,
        long seed,
        String optimization,
        List<VerifiedInput> inputs,
        List<String> warnings) {
    /**
     * Creates a result.
     *
     * @param identical whether every output had the same bits in every trial, and the whole model agreed with itself
     * @param passed whether the verification succeeded: {@code identical}, or within the tolerance in optimised runs
     * @param comparable whether every output could be compared
     * @param maxAbsDiff the largest absolute difference of the comparable outputs
     * @param maxRelDiff the largest relative difference of the comparable outputs
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
        return new Verification(
                identical,
                passed,
                comparable,
                maxAbsDiff,
                maxRelDiff,
                outputs,
                trials,
                seed,
                optimization,
                inputs,
                all);
    }

    /** Returns a copy in which all comparable outputs passed although they are not identical. */
    Verification passedBecause(String why) {
        Verification explained = withWarnings(List.of(why));
        return new Verification(
                identical,
                comparable,
                comparable,
                maxAbsDiff,
                maxRelDiff,
                outputs.stream().map(OutputComparison::passedIfCompared).toList(),
                trials,
                seed,
                optimization,
                inputs,
                explained.warnings);
    }
}
