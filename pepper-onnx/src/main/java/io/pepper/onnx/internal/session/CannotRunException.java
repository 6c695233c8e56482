package io.pepper.onnx.internal.session;

import org.jspecify.annotations.Nullable;

/** Thrown if no inputs are found on which a model runs, or models do not fit together. It never leaves the library. */
public final class CannotRunException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Creates an exception.
     *
     * @param message the reason, for a person
     */
    public CannotRunException(String message) {
        super(message);
    }

    CannotRunException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
