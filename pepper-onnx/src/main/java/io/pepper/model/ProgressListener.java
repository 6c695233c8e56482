package io.pepper.model;

/**
 * A listener for the progress of a long task. It is called on the working thread, so it should return soon. To stop the
 * task, interrupt its thread.
 */
@FunctionalInterface
public interface ProgressListener {
    /** A listener that does nothing. */
    ProgressListener NONE = (task, done, total) -> {};

    /**
     * Reports progress.
     *
     * @param task the current task, for people
     * @param done the amount done, 0 to {@code total}
     * @param total the whole amount, in the task's own unit
     */
    void progress(String task, long done, long total);
}
