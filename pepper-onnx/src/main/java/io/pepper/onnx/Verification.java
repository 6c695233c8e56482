package io.pepper.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The answer to whether a chain of parts computes what the whole model computes.
 *
 * @param identical whether every output had the same bits in every trial and the whole agreed with itself
 * @param passed whether the proof succeeded: {@code identical}, or within the tolerance in optimised runs; never true if
 *     the whole differs from itself
 * @param maxAbsDiff the largest absolute difference over all outputs
 * @param maxRelDiff the largest relative difference over all outputs
 * @param outputs one comparison per output, in the model's order
 * @param trials how many sets of inputs were tried, including those added because evidence was weak
 * @param seed the seed of the random inputs
 * @param optimization the name of the {@link OptimizationLevel} of all sessions
 * @param inputs the inputs used, in the model's order
 * @param warnings what weakens the answer, such as weak evidence or a whole that differs from itself
 */
public record Verification(
        boolean identical,
        boolean passed,
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
     * @param maxAbsDiff the largest absolute difference over all outputs
     * @param maxRelDiff the largest relative difference over all outputs
     * @param outputs one comparison per output, in the model's order
     * @param trials how many sets of inputs were tried, including those added because evidence was weak
     * @param seed the seed of the random inputs
     * @param optimization the name of the {@link OptimizationLevel} of all sessions
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

    /** The same with further warnings first. */
    Verification withWarnings(List<String> more) {
        List<String> all = new ArrayList<>(more);
        all.addAll(warnings);
        return new Verification(
                identical, passed, maxAbsDiff, maxRelDiff, outputs, trials, seed, optimization, inputs, all);
    }

    /** The same, passed although not identical. */
    Verification passedBecause(String why) {
        Verification explained = withWarnings(List.of(why));
        return new Verification(
                identical,
                true,
                maxAbsDiff,
                maxRelDiff,
                outputs,
                trials,
                seed,
                optimization,
                inputs,
                explained.warnings);
    }
}
