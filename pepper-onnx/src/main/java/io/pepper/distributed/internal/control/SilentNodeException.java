package io.pepper.distributed.internal.control;

import java.io.IOException;

/** A node is not reachable, gives no answer, or has lost what it knew; another attempt can succeed. */
public final class SilentNodeException extends IOException {
    private static final long serialVersionUID = 1L;

    SilentNodeException(String message) {
        super(message);
    }
}
