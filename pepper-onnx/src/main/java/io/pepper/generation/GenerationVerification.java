package io.pepper.generation;

import ai.onnxruntime.OnnxTensor;
import io.pepper.onnx.OnnxModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The comparison of a whole text generator with its parts, over the steps of a greedy continuation. Both get the tokens
 * that the whole chooses.
 *
 * @param steps the number of steps, the prompt being the first
 * @param tokens the tokens that the whole chooses
 * @param sameTokens whether the parts choose the same ones
 * @param largestDifference the largest difference of two logits; 0 if all are identical bit by bit, NaN if one is not a
 *     number where the other is
 * @param firstDifferentStep the first step whose logits differ, from 0; empty if none does
 */
public record GenerationVerification(
        int steps, List<Long> tokens, boolean sameTokens, double largestDifference, OptionalInt firstDifferentStep) {
    /**
     * Copies the tokens.
     *
     * @param steps the number of steps
     * @param tokens the tokens that the whole chooses
     * @param sameTokens whether the parts choose the same ones
     * @param largestDifference the largest difference of two logits
     * @param firstDifferentStep the first step whose logits differ
     */
    public GenerationVerification {
        tokens = List.copyOf(tokens);
    }

    /**
     * Returns whether all logits are identical bit by bit.
     *
     * @return true if no step differs
     */
    public boolean identical() {
        return firstDifferentStep.isEmpty();
    }

    /**
     * Runs a whole model and its parts side by side.
     *
     * @param model the whole model
     * @param directory its parts
     * @param prompt the first tokens, one or more
     * @param steps the number of steps, 1 or more
     * @param options how to run both; without optimisation and on one thread, they can be identical
     * @return the differences
     * @throws IllegalArgumentException if there is no token or no step
     * @throws io.pepper.model.UnsupportedModelException if the model is no text generator with caches, or inputs of it
     *     were set to values
     * @throws IOException if either cannot run
     */
    public static GenerationVerification of(
            OnnxModel model, Path directory, List<Long> prompt, int steps, GenerationOptions options)
            throws IOException {
        return of(model, directory, Map.of(), prompt, steps, options);
    }

    /**
     * Runs a whole model and its parts side by side, if the model has inputs that are the same in all steps.
     *
     * @param model the whole model
     * @param directory its parts
     * @param context a value for each of these inputs, see {@link GenerationSession#newSequence(Map)}
     * @param prompt the first tokens, one or more
     * @param steps the number of steps, 1 or more
     * @param options how to run both; without optimisation and on one thread, they can be identical
     * @return the differences
     * @throws IllegalArgumentException if there is no token or no step, or a value of the context is missing or does not
     *     fit
     * @throws io.pepper.model.UnsupportedModelException if the model is no text generator with caches, or inputs of it
     *     were set to values
     * @throws IOException if either cannot run
     */
    public static GenerationVerification of(
            OnnxModel model,
            Path directory,
            Map<String, OnnxTensor> context,
            List<Long> prompt,
            int steps,
            GenerationOptions options)
            throws IOException {
        if (steps < 1) {
            throw new IllegalArgumentException("steps must be 1 or more, found " + steps);
        }
        List<Long> tokens = new ArrayList<>();
        boolean same = true;
        double largest = 0;
        OptionalInt first = OptionalInt.empty();
        try (GenerationSession whole = GenerationSession.open(model, options);
                GenerationSession parts = GenerationSession.open(directory, options);
                TokenSequence expected = whole.newSequence(context);
                TokenSequence found = parts.newSequence(context)) {
            Sampler sampler = new Sampler(Sampling.GREEDY);
            List<Long> next = prompt;
            for (int step = 0; step < steps; step++) {
                float[] one = expected.append(next);
                float[] other = found.append(next);
                double difference = difference(one, other);
                if (difference != 0 && first.isEmpty()) {
                    first = OptionalInt.of(step);
                }
                largest = Math.max(largest, difference);
                long token = sampler.next(one, tokens);
                same &= sampler.next(other, tokens) == token;
                tokens.add(token);
                next = List.of(token);
            }
        }
        return new GenerationVerification(steps, tokens, same, largest, first);
    }

    /** Returns the largest difference; 0 only if all values are identical bit by bit. */
    private static double difference(float[] one, float[] other) {
        if (one.length != other.length) {
            return Double.NaN;
        }
        double largest = 0;
        for (int i = 0; i < one.length; i++) {
            if (Float.floatToIntBits(one[i]) != Float.floatToIntBits(other[i])) {
                largest = Math.max(largest, Math.max(Double.MIN_VALUE, Math.abs((double) one[i] - other[i])));
            }
        }
        return largest;
    }
}
