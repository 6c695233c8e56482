package io.pepper.export;

import io.pepper.model.ProgressListener;
import java.util.OptionalLong;

/**
 * The options of an export. Immutable.
 *
 * @param checksums whether the manifest contains the SHA-256 of the model and of each part. Hashing takes most of the
 *     time of an export. Without it, the kernel copies the parts, and they cannot be checked later
 * @param durable whether each file is forced to disk before the export returns
 * @param progress receives each finished part
 * @param weights the storage of the parts' weights
 * @param maxBytes maximum number of bytes that an export may write; empty for {@value #DEFAULT_TIMES} times the bytes
 *     of the model and its data files plus {@value #DEFAULT_FLOOR}. Each part contains all weights that it needs: a
 *     weight that 500 parts need is written 500 times
 */
public record ExportOptions(
        boolean checksums, boolean durable, ProgressListener progress, WeightStorage weights, OptionalLong maxBytes) {
    /** The default limit of an export, as a multiple of the bytes of the model: 4. */
    public static final int DEFAULT_TIMES = 4;

    /** The bytes that an export may write beyond that by default: 64 MiB. */
    public static final long DEFAULT_FLOOR = 64L << 20;

    /** The default options: checksums, durable, no progress listener, weights in the parts, and the default limit. */
    public static final ExportOptions DEFAULTS =
            new ExportOptions(true, true, ProgressListener.NONE, WeightStorage.INLINE, OptionalLong.empty());

    /**
     * Creates options.
     *
     * @param checksums whether the manifest contains the SHA-256 of the model and of each part
     * @param durable whether each file is forced to disk before the export returns
     * @param progress receives each finished part
     * @param weights the storage of the parts' weights
     * @param maxBytes maximum number of bytes that an export may write, 0 or more; empty for the default limit
     * @throws IllegalArgumentException if the limit is negative
     */
    public ExportOptions {
        if (maxBytes.orElse(0) < 0) {
            throw new IllegalArgumentException("an export writes 0 bytes or more, not " + maxBytes.getAsLong());
        }
    }

    /**
     * Returns these options with or without checksums.
     *
     * @param wanted whether to compute checksums
     * @return the options
     */
    public ExportOptions withChecksums(boolean wanted) {
        return new ExportOptions(wanted, durable, progress, weights, maxBytes);
    }

    /**
     * Returns these options, durable or not.
     *
     * @param wanted whether to force files to disk
     * @return the options
     */
    public ExportOptions withDurable(boolean wanted) {
        return new ExportOptions(checksums, wanted, progress, weights, maxBytes);
    }

    /**
     * Returns these options with another progress listener.
     *
     * @param listener receives each finished part
     * @return the options
     */
    public ExportOptions withProgress(ProgressListener listener) {
        return new ExportOptions(checksums, durable, listener, weights, maxBytes);
    }

    /**
     * Returns these options with another storage of weights.
     *
     * @param wanted the storage of the parts' weights
     * @return the options
     */
    public ExportOptions withWeights(WeightStorage wanted) {
        return new ExportOptions(checksums, durable, progress, wanted, maxBytes);
    }

    /**
     * Returns these options with another limit.
     *
     * @param most maximum number of bytes that an export may write; {@link Long#MAX_VALUE} for no limit
     * @return the options
     * @throws IllegalArgumentException if {@code most} is negative
     */
    public ExportOptions withMaxBytes(long most) {
        return new ExportOptions(checksums, durable, progress, weights, OptionalLong.of(most));
    }
}
