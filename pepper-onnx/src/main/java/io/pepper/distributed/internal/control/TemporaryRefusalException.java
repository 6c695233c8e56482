package io.pepper.distributed.internal.control;

import java.io.IOException;

/** A refusal after which another attempt can succeed. */
final class TemporaryRefusalException extends IOException {
    private static final long serialVersionUID = 1L;

    TemporaryRefusalException(String message) {
        super(message);
    }
}
