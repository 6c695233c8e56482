package io.pepper.distributed;

import java.io.IOException;

/**
 * Something that a node can do besides running parts, such as measuring its device. Nodes find the implementations by
 * {@link java.util.ServiceLoader} when they start; hosts can add others by {@link ClusterNodeOptions#withCapability}.
 * Clients ask for it by {@link ClusterClient#perform}. Implementations are thread-safe.
 */
public interface NodeCapability {
    /**
     * Returns the name, by which clients ask for the capability.
     *
     * @return 1 to 63 letters, digits, {@code .}, {@code _} and {@code -}, for instance {@code profile}
     */
    String name();

    /**
     * Returns whether the capability loads or changes the device. Then only clients that may deploy can ask for it, a node
     * does one such task at a time, and a task can get files.
     *
     * @return whether the capability is protected
     */
    boolean isProtected();

    /**
     * Does a task, on a thread of its own. An interruption of this thread asks it to stop soon.
     *
     * @param task the task, with its arguments
     * @throws IOException if the task fails; the message goes to the client
     * @throws IllegalArgumentException if the arguments are wrong; the message goes to the client
     */
    void perform(CapabilityTask task) throws IOException;

    /**
     * Answers a channel that a task of the same capability on another node {@linkplain CapabilityTask#channel opened}. The
     * channel is closed after the return. By default, it is closed at once. A node has at most eight open channels.
     *
     * @param channel the channel
     * @throws IOException if the channel breaks
     */
    default void serve(NodeChannel channel) throws IOException {}
}
