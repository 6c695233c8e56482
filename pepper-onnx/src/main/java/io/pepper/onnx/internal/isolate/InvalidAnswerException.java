package io.pepper.onnx.internal.isolate;

import java.io.IOException;

/** What another process says is not what the protocol allows. */
final class InvalidAnswerException extends IOException {
    private static final long serialVersionUID = 1L;

    InvalidAnswerException(String what) {
        super(what);
    }
}
