package io.pepper.distributed.internal.control;

import java.io.IOException;

/** The connection to a node broke; another attempt can succeed. */
final class NodeLostException extends IOException {
    private static final long serialVersionUID = 1L;

    NodeLostException(String message) {
        super(message);
    }
}
