package io.pepper.export;

import io.pepper.model.ProgressListener;
import java.util.OptionalLong;

/**
 * How the parts of a partition are written. Immutable.
 *
 * @param checksums whether the manifest carries the SHA-256 of the model and of each part. Hashing takes most of the time
 *     of an export; without it the parts are copied by the kernel and cannot be checked later
 * @param durable whether each file is forced to the disk before the export returns
 * @param progress hears of each part that is done, in bytes
 * @param weights where the weights of parts stand
 * @param mostBytes how many bytes an export may write; empty for {@value #DEFAULT_TIMES} times the bytes of the model and its data files,
 *     and {@value #DEFAULT_FLOOR} more. Every part carries the weights that it needs, so that a weight that 500 parts need is written
 *     500 times
 */
public record ExportOptions(
        boolean checksums, boolean durable, ProgressListener progress, WeightStorage weights, OptionalLong mostBytes) {
    /** How many times the bytes of the model an export may write unless told otherwise. */
    public static final int DEFAULT_TIMES = 4;

    /** How many bytes an export may write beyond that: 64 MiB. */
    public static final long DEFAULT_FLOOR = 64L << 20;

    /** With checksums, durable, silent, with the weights in the parts and the default limit. */
    public static final ExportOptions DEFAULTS =
            new ExportOptions(true, true, ProgressListener.NONE, WeightStorage.INLINE, OptionalLong.empty());

    /**
     * Checks the limit.
     *
     * @param checksums see the record
     * @param durable see the record
     * @param progress see the record
     * @param weights see the record
     * @param mostBytes see the record
     * @throws IllegalArgumentException if the limit is negative
     */
    public ExportOptions {
        if (mostBytes.orElse(0) < 0) {
            throw new IllegalArgumentException("an export writes 0 bytes or more, not " + mostBytes.getAsLong());
        }
    }

    /**
     * Returns these options with or without checksums.
     *
     * @param wanted whether to compute them
     * @return the options
     */
    public ExportOptions withChecksums(boolean wanted) {
        return new ExportOptions(wanted, durable, progress, weights, mostBytes);
    }

    /**
     * Returns these options, durable or not.
     *
     * @param wanted whether to force files to the disk
     * @return the options
     */
    public ExportOptions withDurable(boolean wanted) {
        return new ExportOptions(checksums, wanted, progress, weights, mostBytes);
    }

    /**
     * Returns these options with another listener.
     *
     * @param listener the listener
     * @return the options
     */
    public ExportOptions withProgress(ProgressListener listener) {
        return new ExportOptions(checksums, durable, listener, weights, mostBytes);
    }

    /**
     * Returns these options with the weights elsewhere.
     *
     * @param wanted where they shall stand
     * @return the options
     */
    public ExportOptions withWeights(WeightStorage wanted) {
        return new ExportOptions(checksums, durable, progress, wanted, mostBytes);
    }

    /**
     * Returns these options with another limit.
     *
     * @param most how many bytes an export may write; {@link Long#MAX_VALUE} for any number
     * @return the options
     * @throws IllegalArgumentException if it is negative
     */
    public ExportOptions withMostBytes(long most) {
        return new ExportOptions(checksums, durable, progress, weights, OptionalLong.of(most));
    }
}
