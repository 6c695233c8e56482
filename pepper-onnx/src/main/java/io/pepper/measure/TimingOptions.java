package io.pepper.measure;

import io.pepper.model.InputShapes;
import io.pepper.model.Isolation;
import io.pepper.model.OptimizationLevel;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * How to time a model. Immutable and therefore thread-safe.
 *
 * <pre>{@code
 * TimingOptions options = TimingOptions.DEFAULTS.withThreads(2).withBudget(Duration.ofSeconds(5));
 * }</pre>
 *
 * @param threads the threads inside an operator (intra-op), at least 1
 * @param spinning whether threads that wait for work spin, which is ONNX Runtime's default
 * @param optimization how much ONNX Runtime may rewrite the model
 * @param provider the execution provider, for instance {@code CPU} or {@code CUDA}; the upper case, underscores and the ending
 *     {@code ExecutionProvider} do not matter
 * @param sizes the sizes of inputs that the model leaves open; what is not given is guessed, with a batch of 1 if that runs
 * @param seed of the values of the inputs
 * @param leastRuns the timed runs before it may stop because it is precise enough, at least 1
 * @param mostRuns the timed runs after which it stops, at least {@code leastRuns}
 * @param budget how long timed runs may take together; one run is made however long it takes
 * @param precision it stops when the 95 % confidence interval of the median is at most this wide, relative to the median;
 *     at least 0
 * @param isolation the limits of the child process in which the model is opened and runs; empty to open it in this one
 */
public record TimingOptions(
        int threads,
        boolean spinning,
        OptimizationLevel optimization,
        String provider,
        InputShapes sizes,
        long seed,
        int leastRuns,
        int mostRuns,
        Duration budget,
        double precision,
        Optional<Isolation> isolation) {
    /** One thread, all optimisations, the processor, up to a second or a precision of 2 %. */
    public static final TimingOptions DEFAULTS = new TimingOptions(
            1,
            true,
            OptimizationLevel.ALL,
            "CPU",
            InputShapes.NONE,
            42,
            11,
            1_000,
            Duration.ofSeconds(1),
            0.02,
            Optional.empty());

    /**
     * Checks the numbers.
     *
     * @param threads see the record
     * @param spinning see the record
     * @param optimization see the record
     * @param provider see the record
     * @param sizes see the record
     * @param seed see the record
     * @param leastRuns see the record
     * @param mostRuns see the record
     * @param budget see the record
     * @param precision see the record
     * @param isolation see the record
     * @throws IllegalArgumentException if a number is out of its range
     */
    public TimingOptions {
        Objects.requireNonNull(optimization);
        Objects.requireNonNull(provider);
        Objects.requireNonNull(sizes);
        Objects.requireNonNull(isolation);
        require(threads >= 1, "threads", threads);
        require(leastRuns >= 1, "leastRuns", leastRuns);
        require(mostRuns >= leastRuns, "mostRuns", mostRuns);
        require(!budget.isNegative(), "budget", budget);
        require(precision >= 0, "precision", precision);
    }

    private static void require(boolean right, String what, Object value) {
        if (!right) {
            throw new IllegalArgumentException(what + " " + value + " is out of range");
        }
    }

    /**
     * With other threads.
     *
     * @param value at least 1
     * @return the options
     */
    public TimingOptions withThreads(int value) {
        return new TimingOptions(
                value,
                spinning,
                optimization,
                provider,
                sizes,
                seed,
                leastRuns,
                mostRuns,
                budget,
                precision,
                isolation);
    }

    /**
     * With waiting threads that spin, or sleep.
     *
     * @param value whether they spin
     * @return the options
     */
    public TimingOptions withSpinning(boolean value) {
        return new TimingOptions(
                threads, value, optimization, provider, sizes, seed, leastRuns, mostRuns, budget, precision, isolation);
    }

    /**
     * With another level of optimisation.
     *
     * @param value the level
     * @return the options
     */
    public TimingOptions withOptimization(OptimizationLevel value) {
        return new TimingOptions(
                threads, spinning, value, provider, sizes, seed, leastRuns, mostRuns, budget, precision, isolation);
    }

    /**
     * With another execution provider.
     *
     * @param value its name
     * @return the options
     */
    public TimingOptions withProvider(String value) {
        return new TimingOptions(
                threads, spinning, optimization, value, sizes, seed, leastRuns, mostRuns, budget, precision, isolation);
    }

    /**
     * With sizes of inputs.
     *
     * @param value the sizes
     * @return the options
     */
    public TimingOptions withSizes(InputShapes value) {
        return new TimingOptions(
                threads,
                spinning,
                optimization,
                provider,
                value,
                seed,
                leastRuns,
                mostRuns,
                budget,
                precision,
                isolation);
    }

    /**
     * With another seed.
     *
     * @param value any number
     * @return the options
     */
    public TimingOptions withSeed(long value) {
        return new TimingOptions(
                threads,
                spinning,
                optimization,
                provider,
                sizes,
                value,
                leastRuns,
                mostRuns,
                budget,
                precision,
                isolation);
    }

    /**
     * With other bounds of the number of timed runs.
     *
     * @param least at least 1
     * @param most at least as many
     * @return the options
     */
    public TimingOptions withRuns(int least, int most) {
        return new TimingOptions(
                threads, spinning, optimization, provider, sizes, seed, least, most, budget, precision, isolation);
    }

    /**
     * With another budget.
     *
     * @param value how long timed runs may take together
     * @return the options
     */
    public TimingOptions withBudget(Duration value) {
        return new TimingOptions(
                threads,
                spinning,
                optimization,
                provider,
                sizes,
                seed,
                leastRuns,
                mostRuns,
                value,
                precision,
                isolation);
    }

    /**
     * With another precision.
     *
     * @param value the width of the median's confidence interval at which to stop, relative to the median; 0 for never
     * @return the options
     */
    public TimingOptions withPrecision(double value) {
        return new TimingOptions(
                threads, spinning, optimization, provider, sizes, seed, leastRuns, mostRuns, budget, value, isolation);
    }

    /**
     * With a child process in which the model is opened and runs. It lives as long as the timer.
     *
     * @param limits the limits of the child; the deadline is for opening, and for each measurement
     * @return the options
     */
    public TimingOptions withIsolation(Isolation limits) {
        return withIsolation(Optional.of(limits));
    }

    /** With or without a child process. */
    TimingOptions withIsolation(Optional<Isolation> limits) {
        return new TimingOptions(
                threads, spinning, optimization, provider, sizes, seed, leastRuns, mostRuns, budget, precision, limits);
    }
}
