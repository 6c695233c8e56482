package io.pepper.model;

import java.util.List;

/** Thrown when a needed tensor size is unknown. The message names the sizes to give. */
public final class UnknownSizeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final transient List<String> openDimensions;

    /**
     * Creates an exception.
     *
     * @param message the unknown size, and the reason
     * @param openDimensions the open dimensions of inputs, see {@link #openDimensions()}
     */
    public UnknownSizeException(String message, List<String> openDimensions) {
        super(message);
        this.openDimensions = List.copyOf(openDimensions);
    }

    /**
     * Returns the open dimensions of inputs.
     *
     * @return names of dimensions; {@code input[axis]} for a dimension without a name; {@code input} for an unknown
     *     rank; empty if open inputs are not the reason
     */
    public List<String> openDimensions() {
        return openDimensions == null ? List.of() : openDimensions;
    }
}
