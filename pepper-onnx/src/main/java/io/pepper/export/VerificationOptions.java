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
import java.util.function.Consumer;

/**
 * The options of a verification. Immutable, except for the buffers of given inputs, which must not change while a
 * verification runs.
 *
 * <pre>{@code
 * VerificationOptions options = VerificationOptions.DEFAULTS
 *     .withTrials(3)
 *     .withSizes(InputShapes.NONE.withDimension("batch", 4).withInputShape("image", 4, 3, 224, 224));
 * }</pre>
 *
 * @param seed the seed of the random inputs
 * @param trials number of sets of inputs to try, at least 1; more are tried if the evidence is weak
 * @param threads number of threads inside an operator, at least 1
 * @param optimization the optimisation of the whole model and the parts in ONNX Runtime
 * @param absoluteTolerance tolerance of optimised runs, finite and at least 0: an element passes if its absolute
 *     difference is at most {@code absoluteTolerance + relativeTolerance * |whole|}
 * @param relativeTolerance tolerance of optimised runs relative to the whole model's value, finite and at least 0
 * @param onlyUnchanged whether to run only files whose SHA-256 equals the one in the manifest, which must have one for
 *     each file. Then only the model and the exported parts reach ONNX Runtime. Otherwise changed files run, too, with
 *     a warning
 * @param sizes the sizes of inputs that the model leaves open
 * @param inputs the values of inputs, by name, unmodifiable, in the given order; all other inputs are random
 * @param isolation the limits of the child process in which the whole model and the parts run. If empty, the options
 *     count with which the model was opened ({@link io.pepper.model.ReadOptions#isolation}); without these either, they
 *     run in this process
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
    /**
     * The default options: seed 42, two trials, one thread, no optimisation, tolerances of 10^-4 and 10^-3, changed
     * files allowed, random inputs.
     */
    public static final VerificationOptions DEFAULTS = new VerificationOptions(
            42, 2, 1, OptimizationLevel.NONE, 1e-4, 1e-3, false, InputShapes.NONE, Map.of(), Optional.empty());

    /**
     * Creates options.
     *
     * @param seed the seed of the random inputs
     * @param trials number of sets of inputs to try, at least 1
     * @param threads number of threads inside an operator, at least 1
     * @param optimization the optimisation of the whole model and the parts in ONNX Runtime
     * @param absoluteTolerance tolerance of optimised runs, finite and at least 0
     * @param relativeTolerance tolerance of optimised runs relative to the whole model's value, finite and at least 0
     * @param onlyUnchanged whether to run only files whose SHA-256 equals the one in the manifest
     * @param sizes the sizes of inputs that the model leaves open
     * @param inputs the values of inputs, by name
     * @param isolation the limits of the child process; empty for those with which the model was opened
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
     * Sets the seed.
     *
     * @param value any number
     * @return a copy with this seed
     */
    public VerificationOptions withSeed(long value) {
        return with(changed -> changed.seed = value);
    }

    /**
     * Sets the number of trials.
     *
     * @param value at least 1
     * @return a copy with this number
     * @throws IllegalArgumentException if {@code value} is less than 1
     */
    public VerificationOptions withTrials(int value) {
        return with(changed -> changed.trials = value);
    }

    /**
     * Sets the number of threads inside an operator.
     *
     * @param value at least 1
     * @return a copy with this number
     * @throws IllegalArgumentException if {@code value} is less than 1
     */
    public VerificationOptions withThreads(int value) {
        return with(changed -> changed.threads = value);
    }

    /**
     * Sets the optimisation.
     *
     * @param value the optimisation of the whole model and the parts in ONNX Runtime
     * @return a copy with this optimisation
     */
    public VerificationOptions withOptimization(OptimizationLevel value) {
        return with(changed -> changed.optimization = value);
    }

    /**
     * Sets the tolerance of optimised runs.
     *
     * @param absolute the absolute tolerance, finite and at least 0
     * @param relative the tolerance relative to the whole model's value, finite and at least 0
     * @return a copy with this tolerance
     * @throws IllegalArgumentException if a value is negative or not finite
     */
    public VerificationOptions withTolerance(double absolute, double relative) {
        return with(changed -> {
            changed.absoluteTolerance = absolute;
            changed.relativeTolerance = relative;
        });
    }

    /**
     * Allows or refuses changed files.
     *
     * @param value true to refuse all files whose SHA-256 differs from the one in the manifest
     * @return a copy with this setting
     */
    public VerificationOptions withOnlyUnchanged(boolean value) {
        return with(changed -> changed.onlyUnchanged = value);
    }

    /**
     * Sets the sizes of inputs that the model leaves open.
     *
     * @param value the sizes
     * @return a copy with these sizes
     */
    public VerificationOptions withSizes(InputShapes value) {
        return with(changed -> changed.sizes = value);
    }

    /**
     * Runs the whole model and the parts in a child process.
     *
     * @param limits the limits of the child process
     * @return a copy with these limits
     */
    public VerificationOptions withIsolation(Isolation limits) {
        return withIsolation(Optional.of(limits));
    }

    /** Sets or removes the child process. */
    VerificationOptions withIsolation(Optional<Isolation> limits) {
        return with(changed -> changed.isolation = limits);
    }

    /**
     * Sets the values of an input, which are the same in all trials. The kind of buffer must fit the input's type:
     * {@link java.nio.FloatBuffer}, {@link java.nio.DoubleBuffer}, {@link java.nio.IntBuffer} and {@link
     * java.nio.LongBuffer} for types of that width, {@link java.nio.ShortBuffer} for 16 bits (float16 and bfloat16 as
     * bits), {@link java.nio.ByteBuffer} for 8 bits and booleans.
     *
     * @param name the name of the input
     * @param values the values in row-major order, from position to limit
     * @param shape the size along each axis; none for a scalar
     * @return a copy with these values
     * @throws IllegalArgumentException if the number of values does not fit the shape
     */
    public VerificationOptions withInput(String name, Buffer values, long... shape) {
        return withInput(name, new InputValues(asList(shape), Optional.of(values.duplicate()), List.of()));
    }

    /**
     * Sets the values of an input of strings, which are the same in all trials.
     *
     * @param name the name of the input
     * @param values the values in row-major order
     * @param shape the size along each axis; none for a scalar
     * @return a copy with these values
     * @throws IllegalArgumentException if the number of values does not fit the shape
     */
    public VerificationOptions withInput(String name, List<String> values, long... shape) {
        return withInput(name, new InputValues(asList(shape), Optional.empty(), values));
    }

    private VerificationOptions withInput(String name, InputValues value) {
        Map<String, InputValues> all = new LinkedHashMap<>(inputs);
        all.put(Objects.requireNonNull(name), value);
        return with(changed -> changed.inputs = all);
    }

    private VerificationOptions with(Consumer<Changed> change) {
        Changed changed = new Changed(this);
        change.accept(changed);
        return changed.options();
    }

    /** The values of a copy while one or several of them change. */
    private static final class Changed {
        private long seed;
        private int trials;
        private int threads;
        private OptimizationLevel optimization;
        private double absoluteTolerance;
        private double relativeTolerance;
        private boolean onlyUnchanged;
        private InputShapes sizes;
        private Map<String, InputValues> inputs;
        private Optional<Isolation> isolation;

        private Changed(VerificationOptions options) {
            seed = options.seed;
            trials = options.trials;
            threads = options.threads;
            optimization = options.optimization;
            absoluteTolerance = options.absoluteTolerance;
            relativeTolerance = options.relativeTolerance;
            onlyUnchanged = options.onlyUnchanged;
            sizes = options.sizes;
            inputs = options.inputs;
            isolation = options.isolation;
        }

        private VerificationOptions options() {
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
                    isolation);
        }
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
