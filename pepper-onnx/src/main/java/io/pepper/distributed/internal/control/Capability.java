package io.pepper.distributed.internal.control;

import io.pepper.distributed.internal.flow.StageHost;
import java.io.IOException;

/**
 * An ability of a node besides running parts. Thread-safe.
 *
 * @param name the name
 * @param isProtected whether only deployers may ask for it, one task at a time
 * @param work the work of a task
 * @param channels answers the channels of tasks on other nodes
 */
public record Capability(String name, boolean isProtected, Work work, StageHost.ChannelServer channels) {
    /** The work of a task. */
    public interface Work {
        /**
         * Does a task. An interruption asks it to stop.
         *
         * @param task the task
         * @throws IOException if it fails
         */
        void perform(TaskRun task) throws IOException;
    }

    /**
     * Checks the name.
     *
     * @param name the name
     * @param isProtected whether only deployers may ask for it
     * @param work the work of a task
     * @param channels answers the channels of tasks on other nodes
     * @throws IllegalArgumentException if the name is not allowed
     */
    public Capability {
        if (!PartStore.isName(name)) {
            throw new IllegalArgumentException(
                    "'" + name + "' is no name of a capability: it has 1 to 63 letters, digits,"
                            + " '.', '_' and '-', and starts with a letter or a digit");
        }
    }
}
