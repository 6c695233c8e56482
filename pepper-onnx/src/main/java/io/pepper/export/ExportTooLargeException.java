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
    private final long mostBytes;

    /**
     * Creates an exception.
     *
     * @param source the model's name
     * @param what the excess and the remedies
     * @param bytes the bytes that the export would write
     * @param mostBytes the bytes that the export may write
     */
    public ExportTooLargeException(String source, String what, long bytes, long mostBytes) {
        super(source, "parts", what);
        this.bytes = bytes;
        this.mostBytes = mostBytes;
    }

    /**
     * Returns the number of bytes that the export would write.
     *
     * @return more than {@link #mostBytes()}
     */
    public long bytes() {
        return bytes;
    }

    /**
     * Returns the number of bytes that the export may write.
     *
     * @return the limit, see {@link ExportOptions#mostBytes()}
     */
    public long mostBytes() {
        return mostBytes;
    }
}
