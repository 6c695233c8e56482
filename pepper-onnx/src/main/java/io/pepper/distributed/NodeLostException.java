package io.pepper.distributed;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The node of a task cannot be reached, gives no answer, or has started again. A later request with the same id resumes the
 * task.
 */
public final class NodeLostException extends IOException {
    private static final long serialVersionUID = 1L;

    /** The name of the lost node. */
    private final String node;

    NodeLostException(String node, @Nullable String message, Throwable cause) {
        super(message, cause);
        this.node = node;
    }

    /**
     * Returns the name of the node.
     *
     * @return the name of its device
     */
    public String node() {
        return node;
    }
}
