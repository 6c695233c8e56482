package io.pepper.export;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The answer to whether a chain of parts computes what the whole model computes.
 *
 * @param identical whether every output had the same bits in every trial and the whole agreed with itself
 * @param passed whether the proof succeeded: {@code identical}, or within the tolerance in optimised runs; never true if
 *     an output could not be compared
 * @param comparable whether every output could be compared; false if the whole model itself gave something else when it ran again
 *     on the same inputs
 * @param maxAbsDiff the largest absolute difference over the outputs that could be compared; NaN if there is none
 * @param maxRelDiff the largest relative difference over these
 * @param outputs one comparison per output, in the model's order
 * @param trials how many sets of inputs were tried, including those added because evidence was weak
 * @param seed the seed of the random inputs
 * @param optimization the name of the {@link io.pepper.model.OptimizationLevel} of all sessions
 * @param inputs the inputs used, in the model's order
 * @param warnings what weakens the answer, such as weak evidence or a whole that differs from itself
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
     * Copies the lists.
     *
     * @param identical whether every output had the same bits in every trial and the whole agreed with itself
     * @param passed whether the proof succeeded: {@code identical}, or within the tolerance in optimised runs
     * @param comparable whether every output could be compared
     * @param maxAbsDiff the largest absolute difference over the outputs that could be compared
     * @param maxRelDiff the largest relative difference over these
     * @param outputs one comparison per output, in the model's order
     * @param trials how many sets of inputs were tried, including those added because evidence was weak
     * @param seed the seed of the random inputs
     * @param optimization the name of the {@link io.pepper.model.OptimizationLevel} of all sessions
     * @param inputs the inputs used, in the model's order
     * @param warnings what weakens the answer, such as weak evidence or a whole that differs from itself
     * @throws NullPointerException if a component is null
     */
    public Verification {
        outputs = List.copyOf(outputs);
        Objects.requireNonNull(optimization);
        inputs = List.copyOf(inputs);
        warnings = List.copyOf(warnings);
    }

    /**
     * Whether the parts were found to compute something else than the whole. Without this and without {@code passed} nothing was
     * found out, since some outputs could not be compared.
     *
     * @return whether an output that could be compared did not pass
     */
    public boolean differs() {
        return !passed && outputs.stream().anyMatch(output -> output.comparable() && !output.passed());
    }

    /** The same with further warnings first. */
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

    /** The same, with all that could be compared passed although not identical. */
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
