package io.pepper.export;

import io.pepper.model.ModelException;

/** An export would write more bytes than it may; nothing was written. The message says which weights are repeated, and what to do. */
public final class ExportTooLargeException extends ModelException {
    private static final long serialVersionUID = 1L;

    /** The bytes that the export would write. */
    private final long bytes;

    /** The bytes that it may write. */
    private final long mostBytes;

    /**
     * Creates an exception.
     *
     * @param source which model
     * @param what what would be written, and what to do
     * @param bytes how many bytes the export would write
     * @param mostBytes how many it may
     */
    public ExportTooLargeException(String source, String what, long bytes, long mostBytes) {
        super(source, "parts", what);
        this.bytes = bytes;
        this.mostBytes = mostBytes;
    }

    /**
     * How many bytes the export would write.
     *
     * @return more than {@link #mostBytes()}
     */
    public long bytes() {
        return bytes;
    }

    /**
     * How many bytes the export may write.
     *
     * @return see {@link ExportOptions#mostBytes()}
     */
    public long mostBytes() {
        return mostBytes;
    }
}
