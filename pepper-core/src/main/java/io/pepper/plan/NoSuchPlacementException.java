package io.pepper.plan;

/**
 * Thrown if no placement satisfies all constraints. The message names each single constraint without which there is a
 * placement.
 */
public final class NoSuchPlacementException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message the message with the constraints
     */
    public NoSuchPlacementException(String message) {
        super(message);
    }
}
