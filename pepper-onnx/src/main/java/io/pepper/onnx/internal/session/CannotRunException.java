package io.pepper.onnx.internal.session;

import org.jspecify.annotations.Nullable;

/** No inputs are found that a model runs on, or models do not fit together. Never leaves the library. */
public final class CannotRunException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * Says why.
     *
     * @param message for a person
     */
    public CannotRunException(String message) {
        super(message);
    }

    CannotRunException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
