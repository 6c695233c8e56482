package io.pepper.distributed.internal.control;

import java.io.IOException;

/**
 * The name of a task on a node. Immutable and therefore thread-safe.
 *
 * @param capability the name of the capability
 * @param id the name that the client chose
 */
record TaskKey(String capability, String id) {
    /** Checks names that came from another machine: they become names of directories. */
    static TaskKey of(String capability, String id) throws IOException {
        if (!PartStore.isName(capability) || !PartStore.isName(id)) {
            throw new IOException("'" + capability + "', task '" + id + "', is no name of a task");
        }
        return new TaskKey(capability, id);
    }

    @Override
    public String toString() {
        return capability + " " + id;
    }
}
