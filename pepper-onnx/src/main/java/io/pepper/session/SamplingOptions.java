package io.pepper.session;

import io.pepper.export.VerificationOptions;
import java.util.Objects;

/**
 * Options for checking a running plan. Immutable.
 *
 * @param share the share of requests to check, from 0 to 1
 * @param seed the seed of the choice of requests
 * @param stages the options for running the whole model
 * @param absoluteTolerance the allowed absolute difference of an element, 0 or more
 * @param relativeTolerance the further allowed difference, relative to the whole model's element, 0 or more
 * @param listener the listener for answers beyond the tolerance
 */
public record SamplingOptions(
        double share,
        long seed,
        StageOptions stages,
        double absoluteTolerance,
        double relativeTolerance,
        SessionListener listener) {
    /** One request in a hundred, and the tolerance of verification with optimisation. */
    public static final SamplingOptions DEFAULTS = new SamplingOptions(
            0.01,
            42,
            StageOptions.DEFAULTS,
            VerificationOptions.DEFAULTS.absoluteTolerance(),
            VerificationOptions.DEFAULTS.relativeTolerance(),
            SessionListener.NONE);

    /**
     * Checks the numbers.
     *
     * @param share the share of requests to check, from 0 to 1
     * @param seed the seed of the choice of requests
     * @param stages the options for running the whole model
     * @param absoluteTolerance the allowed absolute difference of an element, 0 or more
     * @param relativeTolerance the further allowed difference, relative to the whole model's element, 0 or more
     * @param listener the listener for answers beyond the tolerance
     * @throws IllegalArgumentException if a number is out of its range
     */
    public SamplingOptions {
        Objects.requireNonNull(stages);
        Objects.requireNonNull(listener);
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("share " + share + " is out of range");
        }
        if (!(absoluteTolerance >= 0 && relativeTolerance >= 0)) {
            throw new IllegalArgumentException(
                    "tolerances " + absoluteTolerance + ", " + relativeTolerance + ": out of range");
        }
    }

    /**
     * Returns these options with another share.
     *
     * @param value from 0 to 1
     * @return the options
     */
    public SamplingOptions withShare(double value) {
        return new SamplingOptions(value, seed, stages, absoluteTolerance, relativeTolerance, listener);
    }

    /**
     * Returns these options with another seed.
     *
     * @param value any number
     * @return the options
     */
    public SamplingOptions withSeed(long value) {
        return new SamplingOptions(share, value, stages, absoluteTolerance, relativeTolerance, listener);
    }

    /**
     * Returns these options with other options for running the whole model.
     *
     * @param value the options
     * @return the options
     */
    public SamplingOptions withStages(StageOptions value) {
        return new SamplingOptions(share, seed, value, absoluteTolerance, relativeTolerance, listener);
    }

    /**
     * Returns these options with another tolerance; zero for both requires bit-identical answers.
     *
     * @param absolute 0 or more
     * @param relative 0 or more
     * @return the options
     */
    public SamplingOptions withTolerance(double absolute, double relative) {
        return new SamplingOptions(share, seed, stages, absolute, relative, listener);
    }

    /**
     * Returns these options with a listener.
     *
     * @param value the listener for answers beyond the tolerance
     * @return the options
     */
    public SamplingOptions withListener(SessionListener value) {
        return new SamplingOptions(share, seed, stages, absoluteTolerance, relativeTolerance, value);
    }
}
