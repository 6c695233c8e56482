package io.pepper.plan;

/** No placement keeps within the limits. The message says which of them, lifted alone, would let there be one. */
public final class NoSuchPlacementException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /**
     * Says why.
     *
     * @param message which limits are in the way
     */
    public NoSuchPlacementException(String message) {
        super(message);
    }
}
