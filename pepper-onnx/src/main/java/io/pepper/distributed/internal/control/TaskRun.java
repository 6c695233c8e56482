package io.pepper.distributed.internal.control;

import io.pepper.distributed.internal.flow.PeerChannel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** A running task, as its capability sees it. Thread-safe. */
public interface TaskRun {
    /** The subdirectory of results that are files. */
    String RESULTS = "results";

    /** The longest text in bytes. */
    int MAX_TEXT_BYTES = 1 << 18;

    /**
     * Returns the name of the node's device.
     *
     * @return the name
     */
    String device();

    /**
     * Returns the kind of the node's device.
     *
     * @return the kind; empty if unknown
     */
    Optional<String> kind();

    /**
     * Returns the arguments of the client.
     *
     * @return any text
     */
    String arguments();

    /**
     * Returns the files of the client.
     *
     * @return verified files by name
     */
    Map<String, Path> files();

    /**
     * Reports progress.
     *
     * @param step the current step
     * @param done the amount done
     * @param total the whole amount
     */
    void progress(String step, long done, long total);

    /**
     * Sets the answer.
     *
     * @param text the answer
     * @throws IllegalArgumentException if it is too long
     */
    void answer(String text);

    /**
     * Opens a channel to the same capability on another node.
     *
     * @param node the name of the other node
     * @return the channel, for the task to close
     * @throws IOException if the node cannot be reached, or does not have the capability
     */
    PeerChannel channel(String node) throws IOException;

    /**
     * Returns the directory of the task.
     *
     * @return an existing directory
     * @throws IOException if it cannot be created
     */
    Path directory() throws IOException;
}
