package io.pepper.distributed.internal.control;

import java.io.IOException;

/** A client was closed while it waited for a node. */
final class ClosedClientException extends IOException {
    private static final long serialVersionUID = 1L;

    ClosedClientException() {
        super("the client was closed");
    }
}
