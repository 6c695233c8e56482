package io.pepper.model;

import java.util.List;

/** Thrown where the size of a tensor is needed and not known; says what would have to be given. */
public final class UnknownSizeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final transient List<String> openDimensions;

    /**
     * Says what is not known.
     *
     * @param message which size, and why
     * @param openDimensions the sizes of inputs that are open, see {@link #openDimensions()}
     */
    public UnknownSizeException(String message, List<String> openDimensions) {
        super(message);
        this.openDimensions = List.copyOf(openDimensions);
    }

    /**
     * The sizes of inputs that are open.
     *
     * @return names of dimensions, {@code input[axis]} where a dimension has no name, and {@code input} where not even the rank
     *     is known; empty if these are not the reason
     */
    public List<String> openDimensions() {
        return openDimensions == null ? List.of() : openDimensions;
    }
}
