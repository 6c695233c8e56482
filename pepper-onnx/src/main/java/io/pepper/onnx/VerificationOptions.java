package io.pepper.onnx;

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
 * VerificationOptions options = VerificationOptions.builder()
 *         .trials(3)
 *         .withDimension("batch", 4)
 *         .withShape("image", 4, 3, 224, 224)
 *         .build();
 * }</pre>
 */
public final class VerificationOptions {
    /** The seed unless told otherwise. */
    public static final long DEFAULT_SEED = 42;
    /** The number of trials unless told otherwise. */
    public static final int DEFAULT_TRIALS = 2;
    /** The threads inside an operator unless told otherwise. */
    public static final int DEFAULT_INTRA_OP_THREADS = 1;
    /** The absolute tolerance of optimised runs unless told otherwise. */
    public static final double DEFAULT_ABSOLUTE_TOLERANCE = 1e-4;
    /** The relative tolerance of optimised runs unless told otherwise. */
    public static final double DEFAULT_RELATIVE_TOLERANCE = 1e-3;

    private static final VerificationOptions DEFAULTS = builder().build();

    private final long seed;
    private final int trials;
    private final int intraOpThreads;
    private final OptimizationLevel optimization;
    private final double absoluteTolerance;
    private final double relativeTolerance;
    private final boolean onlyUnchanged;
    private final Map<String, List<Long>> shapes;
    private final Map<String, Long> dimensions;
    private final Map<String, GivenInput> inputs;

    private VerificationOptions(Builder builder) {
        seed = builder.seed;
        trials = builder.trials;
        intraOpThreads = builder.intraOpThreads;
        optimization = builder.optimization;
        absoluteTolerance = builder.absoluteTolerance;
        relativeTolerance = builder.relativeTolerance;
        onlyUnchanged = builder.onlyUnchanged;
        shapes = Collections.unmodifiableMap(new LinkedHashMap<>(builder.shapes));
        dimensions = Collections.unmodifiableMap(new LinkedHashMap<>(builder.dimensions));
        inputs = Collections.unmodifiableMap(new LinkedHashMap<>(builder.inputs));
    }

    /**
     * Returns the options that hold unless told otherwise.
     *
     * @return the defaults
     */
    public static VerificationOptions defaults() {
        return DEFAULTS;
    }

    /**
     * Returns a builder that starts from the defaults.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns the seed of the random inputs.
     *
     * @return any number
     */
    public long seed() {
        return seed;
    }

    /**
     * Returns how many sets of inputs to try; more are tried if the evidence is weak.
     *
     * @return at least 1
     */
    public int trials() {
        return trials;
    }

    /**
     * Returns the threads that share the work of one operator.
     *
     * @return at least 1
     */
    public int intraOpThreads() {
        return intraOpThreads;
    }

    /**
     * Returns how much ONNX Runtime may rewrite the whole and the parts.
     *
     * @return {@link OptimizationLevel#NONE} unless told otherwise
     */
    public OptimizationLevel optimization() {
        return optimization;
    }

    /**
     * Returns the absolute tolerance of optimised runs: an element passes if its absolute difference is at most
     * {@code absoluteTolerance + relativeTolerance * |whole|}.
     *
     * @return at least 0
     */
    public double absoluteTolerance() {
        return absoluteTolerance;
    }

    /**
     * Returns the relative tolerance of optimised runs.
     *
     * @return at least 0
     */
    public double relativeTolerance() {
        return relativeTolerance;
    }

    /**
     * Returns whether only files run whose SHA-256 is the one in the manifest.
     *
     * @return false unless told otherwise: files that were changed run too, with a warning
     */
    public boolean onlyUnchanged() {
        return onlyUnchanged;
    }

    /**
     * Returns the shapes given for inputs.
     *
     * @return shape by input name, unmodifiable, in the order given
     */
    public Map<String, List<Long>> shapes() {
        return shapes;
    }

    /**
     * Returns the sizes given for symbolic dimensions.
     *
     * @return size by symbol, unmodifiable, in the order given
     */
    public Map<String, Long> dimensions() {
        return dimensions;
    }

    /**
     * Returns the values given for inputs.
     *
     * @return values by input name, unmodifiable, in the order given
     */
    public Map<String, GivenInput> inputs() {
        return inputs;
    }

    /** Collects options; every setter checks its argument at once. Not thread-safe. */
    public static final class Builder {
        private long seed = DEFAULT_SEED;
        private int trials = DEFAULT_TRIALS;
        private int intraOpThreads = DEFAULT_INTRA_OP_THREADS;
        private OptimizationLevel optimization = OptimizationLevel.NONE;
        private double absoluteTolerance = DEFAULT_ABSOLUTE_TOLERANCE;
        private double relativeTolerance = DEFAULT_RELATIVE_TOLERANCE;
        private boolean onlyUnchanged;
        private final Map<String, List<Long>> shapes = new LinkedHashMap<>();
        private final Map<String, Long> dimensions = new LinkedHashMap<>();
        private final Map<String, GivenInput> inputs = new LinkedHashMap<>();

        private Builder() {}

        /**
         * Sets the seed of the random inputs.
         *
         * @param value any number
         * @return this builder
         */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /**
         * Sets how many sets of inputs to try.
         *
         * @param value at least 1
         * @return this builder
         * @throws IllegalArgumentException if the value is less than 1
         */
        public Builder trials(int value) {
            trials = atLeastOne("trials", value);
            return this;
        }

        /**
         * Sets the threads that share the work of one operator.
         *
         * @param value at least 1
         * @return this builder
         * @throws IllegalArgumentException if the value is less than 1
         */
        public Builder intraOpThreads(int value) {
            intraOpThreads = atLeastOne("intraOpThreads", value);
            return this;
        }

        /**
         * Sets how much ONNX Runtime may rewrite the whole and the parts.
         *
         * @param value the level
         * @return this builder
         * @throws NullPointerException if the value is null
         */
        public Builder optimization(OptimizationLevel value) {
            optimization = Objects.requireNonNull(value);
            return this;
        }

        /**
         * Sets the tolerance of optimised runs.
         *
         * @param absolute the absolute part, finite and at least 0
         * @param relative the part relative to the whole's value, finite and at least 0
         * @return this builder
         * @throws IllegalArgumentException if a value is negative or not finite
         */
        public Builder tolerance(double absolute, double relative) {
            absoluteTolerance = tolerable("absolute", absolute);
            relativeTolerance = tolerable("relative", relative);
            return this;
        }

        /**
         * Sets whether to run only files whose SHA-256 is the one in the manifest, which must hold one for each: nothing reaches
         * ONNX Runtime then but the model and what an export made of it.
         *
         * @param value true to refuse all others
         * @return this builder
         */
        public Builder onlyUnchanged(boolean value) {
            onlyUnchanged = value;
            return this;
        }

        /**
         * Gives the shape of an input.
         *
         * @param input the name of the input
         * @param shape the size along each axis; none for a scalar
         * @return this builder
         * @throws IllegalArgumentException if a size is negative
         * @throws NullPointerException if an argument is null
         */
        public Builder withShape(String input, long... shape) {
            for (long size : shape) {
                if (size < 0) {
                    throw new IllegalArgumentException("shape of " + input + ": negative size " + size);
                }
            }
            shapes.put(Objects.requireNonNull(input), asList(shape));
            return this;
        }

        /**
         * Gives the size of a symbolic dimension, in all inputs that have it.
         *
         * @param symbol the name of the dimension
         * @param size the size
         * @return this builder
         * @throws IllegalArgumentException if the size is negative
         * @throws NullPointerException if the symbol is null
         */
        public Builder withDimension(String symbol, long size) {
            if (size < 0) {
                throw new IllegalArgumentException("dimension " + symbol + ": negative size " + size);
            }
            dimensions.put(Objects.requireNonNull(symbol), size);
            return this;
        }

        /**
         * Gives the values of an input; it is the same in all trials. The kind of buffer must fit the input's type:
         * {@link java.nio.FloatBuffer}, {@link java.nio.DoubleBuffer}, {@link java.nio.IntBuffer} and
         * {@link java.nio.LongBuffer} for types of that width, {@link java.nio.ShortBuffer} for 16 bits (float16 and
         * bfloat16 as bits), {@link java.nio.ByteBuffer} for 8 bits and booleans.
         *
         * @param name the name of the input
         * @param values the values in row-major order, from position to limit
         * @param shape the size along each axis; none for a scalar
         * @return this builder
         * @throws IllegalArgumentException if the number of values does not fit the shape
         * @throws NullPointerException if an argument is null
         */
        public Builder withInput(String name, Buffer values, long... shape) {
            var given = new GivenInput(asList(shape), Optional.of(values.duplicate()), List.of());
            inputs.put(Objects.requireNonNull(name), given);
            return this;
        }

        /**
         * Gives the values of an input of strings; it is the same in all trials.
         *
         * @param name the name of the input
         * @param values the values in row-major order
         * @param shape the size along each axis; none for a scalar
         * @return this builder
         * @throws IllegalArgumentException if the number of values does not fit the shape
         * @throws NullPointerException if an argument is null
         */
        public Builder withInput(String name, List<String> values, long... shape) {
            inputs.put(Objects.requireNonNull(name), new GivenInput(asList(shape), Optional.empty(), values));
            return this;
        }

        /**
         * Returns the options collected so far.
         *
         * @return immutable options
         */
        public VerificationOptions build() {
            return new VerificationOptions(this);
        }

        private static List<Long> asList(long... shape) {
            return Arrays.stream(shape).boxed().toList();
        }

        private static int atLeastOne(String what, int value) {
            if (value < 1) {
                throw new IllegalArgumentException(what + " must be at least 1, found " + value);
            }
            return value;
        }

        private static double tolerable(String what, double value) {
            if (!(value >= 0) || Double.isInfinite(value)) {
                throw new IllegalArgumentException(what + " tolerance must be finite and at least 0, found " + value);
            }
            return value;
        }
    }
}
