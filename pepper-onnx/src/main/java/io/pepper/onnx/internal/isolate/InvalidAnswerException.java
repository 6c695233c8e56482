package io.pepper.onnx.internal.isolate;

import java.io.IOException;

/** Thrown if the output of another process violates the protocol. */
final class InvalidAnswerException extends IOException {
    private static final long serialVersionUID = 1L;

    InvalidAnswerException(String what) {
        super(what);
    }
}
