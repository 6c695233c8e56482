package io.pepper.partition;

/**
 * Thrown if the graph has no partition of the requested kind. The message has the reason and the possible partitions.
 */
public final class NoSuchPartitionException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message the message with the request and the possible partitions
     */
    public NoSuchPartitionException(String message) {
        super(message);
    }
}
