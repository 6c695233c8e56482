package io.pepper.session;

import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Thrown when a stage fails, so that a request has no answer. */
public final class StageException extends IOException {
    private static final long serialVersionUID = 1L;

    /** The kind of failure. */
    private final Kind kind;

    /** The stage's name. */
    private final String stage;

    /** The kinds of failure. */
    public enum Kind {
        /** The stage threw. */
        FAILED,
        /** The stage had no memory for its tensors. */
        OUT_OF_MEMORY,
        /** The stage exceeded its time-out, and stopped when told to. */
        TIMED_OUT,
        /**
         * The stage exceeded its time-out and did not stop when told to. It may still be reading the request's inputs:
         * their owner must not close them.
         */
        ABANDONED,
        /** Too many earlier calls of the stage hang, so that it is not called any more. */
        STUCK,
        /** The stage's node was lost, and no other node took over in time. */
        LOST,
        /** The request was cancelled. */
        CANCELLED,
        /** The session was closed. */
        CLOSED,
        /** The stage does not have the state of earlier requests on which this one depends, such as caches. */
        STATE_LOST
    }

    /**
     * Creates an exception.
     *
     * @param kind the kind of failure
     * @param stage the stage's name
     * @param what the failure, in words
     * @param cause the cause, or null
     */
    public StageException(Kind kind, String stage, String what, @Nullable Throwable cause) {
        super(stage + ": " + what, cause);
        this.kind = Objects.requireNonNull(kind);
        this.stage = stage;
    }

    /**
     * Returns the kind of failure.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }

    /**
     * Returns the name of the failed stage.
     *
     * @return the name
     */
    public String stage() {
        return stage;
    }

    /** Returns whether another attempt could succeed. */
    boolean mayRetry() {
        return kind != Kind.CANCELLED && kind != Kind.CLOSED && kind != Kind.ABANDONED && kind != Kind.STATE_LOST;
    }

    /**
     * Wraps an exception of a stage.
     *
     * @param stage the stage's name
     * @param thrown what it threw
     * @return the exception itself if it is of this type; otherwise one of kind {@link Kind#FAILED} or {@link
     *     Kind#OUT_OF_MEMORY}
     */
    public static StageException of(String stage, Throwable thrown) {
        if (thrown instanceof StageException known) {
            return known;
        }
        Kind kind = isMemory(thrown) ? Kind.OUT_OF_MEMORY : Kind.FAILED;
        String message = thrown instanceof Error ? null : thrown.getMessage();
        String what = message == null ? thrown.toString() : message;
        String prefix = stage + ": ";
        return new StageException(
                kind, stage, what.startsWith(prefix) ? what.substring(prefix.length()) : what, thrown);
    }

    /**
     * Returns whether memory ran out. ONNX Runtime has no error code for that: its arena and allocators say it in the
     * message.
     */
    private static boolean isMemory(Throwable thrown) {
        String message = String.valueOf(thrown.getMessage());
        return thrown instanceof OutOfMemoryError
                || message.contains("Failed to allocate memory")
                || message.contains("bad_alloc")
                || message.contains("bad allocation")
                || message.contains("Available memory of");
    }
}
