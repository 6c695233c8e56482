package io.pepper.onnx.internal.verify;

import org.jspecify.annotations.Nullable;

/** Verification is not possible: no inputs are found, or the parts do not fit together. Never leaves this package. */
final class CannotVerifyException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CannotVerifyException(String message) {
        super(message);
    }

    CannotVerifyException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
