package io.pepper.model;

/**
 * Hears how far a long task is. Called on the thread that does the work, so it should return soon. To stop the task,
 * interrupt its thread.
 */
@FunctionalInterface
public interface ProgressListener {
    /** A listener that does nothing. */
    ProgressListener NONE = (task, done, total) -> {};

    /**
     * The task has come further.
     *
     * @param task what is being done, for a person to read
     * @param done how much of it is done, 0 to {@code total}
     * @param total how much there is, in the task's own unit
     */
    void progress(String task, long done, long total);
}
