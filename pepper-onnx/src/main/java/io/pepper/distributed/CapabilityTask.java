package io.pepper.distributed;

import io.pepper.distributed.internal.control.TaskRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** A task that a client gave to a node, as its {@link NodeCapability} sees it. Thread-safe. */
public interface CapabilityTask {
    /** The subdirectory of {@link #directory} for results that are files. */
    String RESULTS = TaskRun.RESULTS;

    /** The longest text of arguments and of an answer, in bytes of UTF-8. */
    int MAX_TEXT_BYTES = TaskRun.MAX_TEXT_BYTES;

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
     * Returns the arguments. They come from another machine: check them.
     *
     * @return text of up to {@link #MAX_TEXT_BYTES} bytes, by convention JSON
     */
    String arguments();

    /**
     * Returns the files that the client sent. Their SHA-256 has been checked; their content is that of a stranger.
     *
     * @return files by the names that the client gave them
     */
    Map<String, Path> files();

    /**
     * Reports progress to the client.
     *
     * @param step the current step, for people; the rest of a long text is left out
     * @param done the amount done
     * @param total the whole amount, in the task's own unit
     */
    void progress(String step, long done, long total);

    /**
     * Sets the answer. The last one counts; without one, it is empty.
     *
     * @param text the answer, by convention JSON
     * @throws IllegalArgumentException if it has more than {@link #MAX_TEXT_BYTES} bytes
     */
    void answer(String text);

    /**
     * Returns the directory of this task. A later attempt of the same task finds what the earlier one left there. What is in
     * its subdirectory {@link #RESULTS} at the end goes to the client: up to 100 files of up to 1 GiB in all.
     *
     * @return a directory, which exists; so does its subdirectory
     * @throws IOException if it cannot be created
     */
    Path directory() throws IOException;

    /**
     * Opens a channel to the same capability on another node.
     *
     * @param node the name of the other node
     * @return the channel, for the task to close
     * @throws IOException if the node cannot be reached within five seconds, or does not have the capability
     */
    NodeChannel channel(String node) throws IOException;
}
