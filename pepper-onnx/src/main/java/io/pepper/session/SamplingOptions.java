package io.pepper.session;

import io.pepper.export.VerificationOptions;
import java.util.Objects;

/**
 * How a running plan is checked. Immutable.
 *
 * @param share how many of the requests are checked, from 0 to 1
 * @param seed which ones
 * @param stages how the whole model is run
 * @param absoluteTolerance by how much an element may differ, 0 or more
 * @param relativeTolerance by how much more, relative to the whole model's element, 0 or more
 * @param listener hears of answers that differ by more
 */
public record SamplingOptions(
        double share,
        long seed,
        StageOptions stages,
        double absoluteTolerance,
        double relativeTolerance,
        RunListener listener) {
    /** One request in a hundred; as much tolerance as a verification with optimisations has. */
    public static final SamplingOptions DEFAULTS = new SamplingOptions(
            0.01,
            42,
            StageOptions.DEFAULTS,
            VerificationOptions.DEFAULTS.absoluteTolerance(),
            VerificationOptions.DEFAULTS.relativeTolerance(),
            RunListener.NONE);

    /**
     * Checks the numbers.
     *
     * @param share see the record
     * @param seed see the record
     * @param stages see the record
     * @param absoluteTolerance see the record
     * @param relativeTolerance see the record
     * @param listener see the record
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
     * With another share.
     *
     * @param value from 0 to 1
     * @return these options with it
     */
    public SamplingOptions withShare(double value) {
        return new SamplingOptions(value, seed, stages, absoluteTolerance, relativeTolerance, listener);
    }

    /**
     * With another seed.
     *
     * @param value any number
     * @return these options with it
     */
    public SamplingOptions withSeed(long value) {
        return new SamplingOptions(share, value, stages, absoluteTolerance, relativeTolerance, listener);
    }

    /**
     * With the whole model run otherwise.
     *
     * @param value how
     * @return these options with it
     */
    public SamplingOptions withStages(StageOptions value) {
        return new SamplingOptions(share, seed, value, absoluteTolerance, relativeTolerance, listener);
    }

    /**
     * With another tolerance; none of both for bit by bit.
     *
     * @param absolute 0 or more
     * @param relative 0 or more
     * @return these options with it
     */
    public SamplingOptions withTolerance(double absolute, double relative) {
        return new SamplingOptions(share, seed, stages, absolute, relative, listener);
    }

    /**
     * With a listener.
     *
     * @param value hears of differences
     * @return these options with it
     */
    public SamplingOptions withListener(RunListener value) {
        return new SamplingOptions(share, seed, stages, absoluteTolerance, relativeTolerance, value);
    }
}
