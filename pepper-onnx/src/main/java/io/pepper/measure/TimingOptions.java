package io.pepper.measure;

import io.pepper.model.InputShapes;
import io.pepper.model.Isolation;
import io.pepper.model.OptimizationLevel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The options of timing a model. Immutable and therefore thread-safe.
 *
 * <pre>{@code
 * TimingOptions options = TimingOptions.DEFAULTS.withThreads(2).withBudget(Duration.ofSeconds(5));
 * }</pre>
 *
 * @param threads number of threads inside an operator (intra-op), at least 1
 * @param spinning whether threads that wait for work spin, which is ONNX Runtime's default
 * @param optimization the optimisation of the model by ONNX Runtime
 * @param provider the execution provider, for instance {@code CPU} or {@code CUDA}; case, underscores and the suffix
 *     {@code ExecutionProvider} are ignored
 * @param sizes the sizes of inputs that the model leaves open; missing ones are guessed, with a batch of 1 if that runs
 * @param inputs files with the values of inputs ({@code .npy} or {@code .pb}), by input; the others have pseudo-random values
 * @param seed seed of the values of the other inputs
 * @param minRuns minimum number of timed runs before the precision may end the measurement, at least 1
 * @param maxRuns maximum number of timed runs, at least {@code minRuns}
 * @param budget maximum total time of timed runs; one run is always made
 * @param precision width of the 95 % confidence interval of the median, relative to the median, at which the
 *     measurement ends; at least 0
 * @param isolation the limits of the child process that opens and runs the model; empty to use this process
 */
public record TimingOptions(
        int threads,
        boolean spinning,
        OptimizationLevel optimization,
        String provider,
        InputShapes sizes,
        Map<String, Path> inputs,
        long seed,
        int minRuns,
        int maxRuns,
        Duration budget,
        double precision,
        Optional<Isolation> isolation) {
    /** The default options: one thread, all optimisations, the processor, up to a second or a precision of 2 %. */
    public static final TimingOptions DEFAULTS = new TimingOptions(
            1,
            true,
            OptimizationLevel.ALL,
            "CPU",
            InputShapes.NONE,
            Map.of(),
            42,
            11,
            1_000,
            Duration.ofSeconds(1),
            0.02,
            Optional.empty());

    /**
     * Creates options.
     *
     * @param threads number of threads inside an operator, at least 1
     * @param spinning whether threads that wait for work spin
     * @param optimization the optimisation of the model by ONNX Runtime
     * @param provider the execution provider
     * @param sizes the sizes of inputs that the model leaves open
     * @param inputs files with the values of inputs, by input
     * @param seed seed of the values of the other inputs
     * @param minRuns minimum number of timed runs, at least 1
     * @param maxRuns maximum number of timed runs, at least {@code minRuns}
     * @param budget maximum total time of timed runs
     * @param precision relative width of the median's confidence interval at which the measurement ends, at least 0
     * @param isolation the limits of the child process; empty to use this process
     * @throws IllegalArgumentException if a number is out of its range
     */
    public TimingOptions {
        Objects.requireNonNull(optimization);
        Objects.requireNonNull(provider);
        Objects.requireNonNull(sizes);
        Objects.requireNonNull(isolation);
        inputs = Collections.unmodifiableMap(new TreeMap<>(inputs));
        require(threads >= 1, "threads", threads);
        require(minRuns >= 1, "minRuns", minRuns);
        require(maxRuns >= minRuns, "maxRuns", maxRuns);
        require(!budget.isNegative(), "budget", budget);
        require(precision >= 0, "precision", precision);
    }

    private static void require(boolean right, String what, Object value) {
        if (!right) {
            throw new IllegalArgumentException(what + " " + value + " is out of range");
        }
    }

    /**
     * Sets the number of threads.
     *
     * @param value at least 1
     * @return a copy with this number
     */
    public TimingOptions withThreads(int value) {
        return with(changed -> changed.threads = value);
    }

    /**
     * Lets waiting threads spin or sleep.
     *
     * @param value whether they spin
     * @return a copy with this setting
     */
    public TimingOptions withSpinning(boolean value) {
        return with(changed -> changed.spinning = value);
    }

    /**
     * Sets the level of optimisation.
     *
     * @param value the level
     * @return a copy with this level
     */
    public TimingOptions withOptimization(OptimizationLevel value) {
        return with(changed -> changed.optimization = value);
    }

    /**
     * Sets the execution provider.
     *
     * @param value its name
     * @return a copy with this provider
     */
    public TimingOptions withProvider(String value) {
        return with(changed -> changed.provider = value);
    }

    /**
     * Sets the sizes of inputs.
     *
     * @param value the sizes
     * @return a copy with these sizes
     */
    public TimingOptions withSizes(InputShapes value) {
        return with(changed -> changed.sizes = value);
    }

    /**
     * Sets the values of inputs.
     *
     * @param files files with the values ({@code .npy} or {@code .pb}), by input
     * @return a copy with these values
     */
    public TimingOptions withInputs(Map<String, Path> files) {
        return with(changed -> changed.inputs = files);
    }

    /**
     * Sets the seed.
     *
     * @param value any number
     * @return a copy with this seed
     */
    public TimingOptions withSeed(long value) {
        return with(changed -> changed.seed = value);
    }

    /**
     * Sets the bounds of the number of timed runs.
     *
     * @param least minimum number, at least 1
     * @param most maximum number, at least {@code least}
     * @return a copy with these bounds
     */
    public TimingOptions withRuns(int least, int most) {
        return with(changed -> {
            changed.minRuns = least;
            changed.maxRuns = most;
        });
    }

    /**
     * Sets the budget.
     *
     * @param value maximum total time of timed runs
     * @return a copy with this budget
     */
    public TimingOptions withBudget(Duration value) {
        return with(changed -> changed.budget = value);
    }

    /**
     * Sets the precision.
     *
     * @param value relative width of the median's confidence interval at which the measurement ends; 0 for never
     * @return a copy with this precision
     */
    public TimingOptions withPrecision(double value) {
        return with(changed -> changed.precision = value);
    }

    /**
     * Uses a child process to open and run the model. It lives as long as the timer.
     *
     * @param limits the limits of the child; the deadline applies to opening, and to each measurement
     * @return a copy with these limits
     */
    public TimingOptions withIsolation(Isolation limits) {
        return withIsolation(Optional.of(limits));
    }

    /** Sets or removes the child process. */
    TimingOptions withIsolation(Optional<Isolation> limits) {
        return with(changed -> changed.isolation = limits);
    }

    private TimingOptions with(Consumer<Changed> change) {
        Changed changed = new Changed(this);
        change.accept(changed);
        return changed.options();
    }

    /** The values of a copy while one or several of them change. */
    private static final class Changed {
        private int threads;
        private boolean spinning;
        private OptimizationLevel optimization;
        private String provider;
        private InputShapes sizes;
        private Map<String, Path> inputs;
        private long seed;
        private int minRuns;
        private int maxRuns;
        private Duration budget;
        private double precision;
        private Optional<Isolation> isolation;

        private Changed(TimingOptions options) {
            threads = options.threads;
            spinning = options.spinning;
            optimization = options.optimization;
            provider = options.provider;
            sizes = options.sizes;
            inputs = options.inputs;
            seed = options.seed;
            minRuns = options.minRuns;
            maxRuns = options.maxRuns;
            budget = options.budget;
            precision = options.precision;
            isolation = options.isolation;
        }

        private TimingOptions options() {
            return new TimingOptions(
                    threads,
                    spinning,
                    optimization,
                    provider,
                    sizes,
                    inputs,
                    seed,
                    minRuns,
                    maxRuns,
                    budget,
                    precision,
                    isolation);
        }
    }
}
