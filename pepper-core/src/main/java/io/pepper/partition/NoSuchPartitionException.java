package io.pepper.partition;

/** A partition was asked for that the graph does not have. The message says why, and what is possible. */
public final class NoSuchPartitionException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes the exception.
     *
     * @param message what was asked, and what is possible
     */
    public NoSuchPartitionException(String message) {
        super(message);
    }
}
