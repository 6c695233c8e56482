package io.pepper.onnx;

/**
 * How the parts of a partition are written. Immutable.
 *
 * @param checksums whether the manifest carries the SHA-256 of the model and of each part. Hashing takes most of the time
 *     of an export; without it the parts are copied by the kernel and cannot be checked later
 * @param durable whether each file is forced to the disk before the export returns
 * @param progress hears of each part that is done, in bytes
 * @param weights where the weights of parts stand
 */
public record ExportOptions(boolean checksums, boolean durable, ProgressListener progress, WeightStorage weights) {
    /** With checksums, durable, silent, with the weights in the parts. */
    public static final ExportOptions DEFAULTS =
            new ExportOptions(true, true, ProgressListener.NONE, WeightStorage.INLINE);

    /**
     * These options with or without checksums.
     *
     * @param wanted whether to compute them
     * @return new options
     */
    public ExportOptions withChecksums(boolean wanted) {
        return new ExportOptions(wanted, durable, progress, weights);
    }

    /**
     * These options, durable or not.
     *
     * @param wanted whether to force files to the disk
     * @return new options
     */
    public ExportOptions withDurable(boolean wanted) {
        return new ExportOptions(checksums, wanted, progress, weights);
    }

    /**
     * These options with another listener.
     *
     * @param listener the listener
     * @return new options
     */
    public ExportOptions withProgress(ProgressListener listener) {
        return new ExportOptions(checksums, durable, listener, weights);
    }

    /**
     * These options with the weights elsewhere.
     *
     * @param wanted where they shall stand
     * @return new options
     */
    public ExportOptions withWeights(WeightStorage wanted) {
        return new ExportOptions(checksums, durable, progress, wanted);
    }
}
