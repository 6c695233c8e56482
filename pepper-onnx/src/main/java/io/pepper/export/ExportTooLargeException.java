package io.pepper.export;

import io.pepper.model.ModelException;

/**
 * Thrown if an export would write more bytes than it may; nothing was written. The message names the weights that are
 * repeated, and the remedies.
 */
public final class ExportTooLargeException extends ModelException {
    private static final long serialVersionUID = 1L;

    /** The bytes that the export would write. */
    private final long bytes;

    /** The bytes that the export may write. */
    private final long maxBytes;

    /**
     * Creates an exception.
     *
     * @param source the model's name
     * @param what the excess and the remedies
     * @param bytes the bytes that the export would write
     * @param maxBytes the bytes that the export may write
     */
    public ExportTooLargeException(String source, String what, long bytes, long maxBytes) {
        super(source, "parts", what);
        this.bytes = bytes;
        this.maxBytes = maxBytes;
    }

    /**
     * Returns the number of bytes that the export would write.
     *
     * @return more than {@link #maxBytes()}
     */
    public long bytes() {
        return bytes;
    }

    /**
     * Returns the number of bytes that the export may write.
     *
     * @return the limit, see {@link ExportOptions#maxBytes()}
     */
    public long maxBytes() {
        return maxBytes;
    }
}
