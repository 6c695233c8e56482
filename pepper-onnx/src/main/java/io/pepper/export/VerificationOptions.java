package io.pepper.export;

import io.pepper.model.InputShapes;
import io.pepper.model.InputValues;
import io.pepper.model.Isolation;
import io.pepper.model.OptimizationLevel;
import java.nio.Buffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How to verify that a chain of parts computes what the whole computes. Immutable, but for the buffers of given inputs,
 * which must not change while a verification runs.
 *
 * <pre>{@code
 * VerificationOptions options = VerificationOptions.DEFAULTS
 *         .withTrials(3)
 *         .withSizes(InputShapes.NONE.withDimension("batch", 4).withInputShape("image", 4, 3, 224, 224));
 * }</pre>
 *
 * @param seed of the random inputs
 * @param trials how many sets of inputs to try, at least 1; more are tried if the evidence is weak
 * @param threads that share the work of one operator, at least 1
 * @param optimization how much ONNX Runtime may rewrite the whole and the parts
 * @param absoluteTolerance of optimised runs, finite and at least 0: an element passes if its absolute difference is at most
 *     {@code absoluteTolerance + relativeTolerance * |whole|}
 * @param relativeTolerance of optimised runs, finite and at least 0
 * @param onlyUnchanged whether only files run whose SHA-256 is the one in the manifest, which must hold one for each: nothing
 *     reaches ONNX Runtime then but the model and what an export made of it. Otherwise files that were changed run too, with a
 *     warning
 * @param sizes of inputs that the model leaves open
 * @param inputs the values of inputs, by name, unmodifiable, in the order given; all others are random
 * @param isolation the limits of the child process in which the whole and the parts run; empty for those that the model was opened
 *     with ({@link io.pepper.model.ReadOptions#isolation}), and to run them in this process if it was opened without
 */
public record VerificationOptions(
        long seed,
        int trials,
        int threads,
        OptimizationLevel optimization,
        double absoluteTolerance,
        double relativeTolerance,
        boolean onlyUnchanged,
        InputShapes sizes,
        Map<String, InputValues> inputs,
        Optional<Isolation> isolation) {
    /** Seed 42, two trials, one thread, no optimisation, 10^-4 and 10^-3 of tolerance, changed files too, random inputs. */
    public static final VerificationOptions DEFAULTS = new VerificationOptions(
            42, 2, 1, OptimizationLevel.NONE, 1e-4, 1e-3, false, InputShapes.NONE, Map.of(), Optional.empty());

    /**
     * Checks the numbers.
     *
     * @param seed see the record
     * @param trials see the record
     * @param threads see the record
     * @param optimization see the record
     * @param absoluteTolerance see the record
     * @param relativeTolerance see the record
     * @param onlyUnchanged see the record
     * @param sizes see the record
     * @param inputs see the record
     * @param isolation see the record
     * @throws IllegalArgumentException if a number is out of its range
     */
    public VerificationOptions {
        atLeastOne("trials", trials);
        atLeastOne("threads", threads);
        tolerable("absolute", absoluteTolerance);
        tolerable("relative", relativeTolerance);
        Objects.requireNonNull(optimization);
        Objects.requireNonNull(sizes);
        Objects.requireNonNull(isolation);
        inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
    }

    /**
     * With another seed.
     *
     * @param value any number
     * @return the options
     */
    public VerificationOptions withSeed(long value) {
        return new VerificationOptions(
                value,
                trials,
                threads,
                optimization,
                absoluteTolerance,
                relativeTolerance,
                onlyUnchanged,
                sizes,
                inputs,
                isolation);
    }

    /**
     * With another number of trials.
     *
     * @param value at least 1
     * @return the options
     * @throws IllegalArgumentException if the value is less than 1
     */
    public VerificationOptions withTrials(int value) {
        return new VerificationOptions(
                seed,
                value,
                threads,
                optimization,
                absoluteTolerance,
                relativeTolerance,
                onlyUnchanged,
                sizes,
                inputs,
                isolation);
    }

    /**
     * With other threads inside an operator.
     *
     * @param value at least 1
     * @return the options
     * @throws IllegalArgumentException if the value is less than 1
     */
    public VerificationOptions withThreads(int value) {
        return new VerificationOptions(
                seed,
                trials,
                value,
                optimization,
                absoluteTolerance,
                relativeTolerance,
                onlyUnchanged,
                sizes,
                inputs,
                isolation);
    }

    /**
     * With another level of optimisation.
     *
     * @param value how much ONNX Runtime may rewrite the whole and the parts
     * @return the options
     */
    public VerificationOptions withOptimization(OptimizationLevel value) {
        return new VerificationOptions(
                seed,
                trials,
                threads,
                value,
                absoluteTolerance,
                relativeTolerance,
                onlyUnchanged,
                sizes,
                inputs,
                isolation);
    }

    /**
     * With another tolerance of optimised runs.
     *
     * @param absolute the absolute part, finite and at least 0
     * @param relative the part relative to the whole's value, finite and at least 0
     * @return the options
     * @throws IllegalArgumentException if a value is negative or not finite
     */
    public VerificationOptions withTolerance(double absolute, double relative) {
        return new VerificationOptions(
                seed, trials, threads, optimization, absolute, relative, onlyUnchanged, sizes, inputs, isolation);
    }

    /**
     * With or without files that were changed.
     *
     * @param value true to refuse all whose SHA-256 is not the one in the manifest
     * @return the options
     */
    public VerificationOptions withOnlyUnchanged(boolean value) {
        return new VerificationOptions(
                seed,
                trials,
                threads,
                optimization,
                absoluteTolerance,
                relativeTolerance,
                value,
                sizes,
                inputs,
                isolation);
    }

    /**
     * With sizes of inputs that the model leaves open.
     *
     * @param value the sizes
     * @return the options
     */
    public VerificationOptions withSizes(InputShapes value) {
        return new VerificationOptions(
                seed,
                trials,
                threads,
                optimization,
                absoluteTolerance,
                relativeTolerance,
                onlyUnchanged,
                value,
                inputs,
                isolation);
    }

    /**
     * With a child process in which the whole and the parts run.
     *
     * @param limits the limits of the child
     * @return the options
     */
    public VerificationOptions withIsolation(Isolation limits) {
        return withIsolation(Optional.of(limits));
    }

    /** With or without a child process. */
    VerificationOptions withIsolation(Optional<Isolation> limits) {
        return new VerificationOptions(
                seed,
                trials,
                threads,
                optimization,
                absoluteTolerance,
                relativeTolerance,
                onlyUnchanged,
                sizes,
                inputs,
                limits);
    }

    /**
     * With the values of an input; it is the same in all trials. The kind of buffer must fit the input's type:
     * {@link java.nio.FloatBuffer}, {@link java.nio.DoubleBuffer}, {@link java.nio.IntBuffer} and
     * {@link java.nio.LongBuffer} for types of that width, {@link java.nio.ShortBuffer} for 16 bits (float16 and
     * bfloat16 as bits), {@link java.nio.ByteBuffer} for 8 bits and booleans.
     *
     * @param name the name of the input
     * @param values the values in row-major order, from position to limit
     * @param shape the size along each axis; none for a scalar
     * @return the options
     * @throws IllegalArgumentException if the number of values does not fit the shape
     */
    public VerificationOptions withInput(String name, Buffer values, long... shape) {
        return withInput(name, new InputValues(asList(shape), Optional.of(values.duplicate()), List.of()));
    }

    /**
     * With the values of an input of strings; it is the same in all trials.
     *
     * @param name the name of the input
     * @param values the values in row-major order
     * @param shape the size along each axis; none for a scalar
     * @return the options
     * @throws IllegalArgumentException if the number of values does not fit the shape
     */
    public VerificationOptions withInput(String name, List<String> values, long... shape) {
        return withInput(name, new InputValues(asList(shape), Optional.empty(), values));
    }

    private VerificationOptions withInput(String name, InputValues value) {
        Map<String, InputValues> all = new LinkedHashMap<>(inputs);
        all.put(Objects.requireNonNull(name), value);
        return new VerificationOptions(
                seed,
                trials,
                threads,
                optimization,
                absoluteTolerance,
                relativeTolerance,
                onlyUnchanged,
                sizes,
                all,
                isolation);
    }

    private static List<Long> asList(long... shape) {
        return Arrays.stream(shape).boxed().toList();
    }

    private static void atLeastOne(String what, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(what + " must be at least 1, found " + value);
        }
    }

    private static void tolerable(String what, double value) {
        if (!(value >= 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(what + " tolerance must be finite and at least 0, found " + value);
        }
    }
}
