package io.pepper.distributed.internal.flow;

import java.io.IOException;

/** Thrown when bytes are no frame of this protocol. Their connection is of no further use. */
final class FrameException extends IOException {
    private static final long serialVersionUID = 1L;

    FrameException(String what) {
        super(what);
    }

    FrameException(String what, Throwable cause) {
        super(what, cause);
    }
}
