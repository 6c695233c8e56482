package io.pepper.session;

import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A stage could not do its work, so a request has no answer. */
public final class StageException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Why. */
    private final Kind kind;

    /** The stage's name. */
    private final String stage;

    /** Why. */
    public enum Kind {
        /** The stage threw. */
        FAILED,
        /** The stage had no memory for its tensors. */
        OUT_OF_MEMORY,
        /** The stage took too long, and stopped when told to. */
        TIMED_OUT,
        /**
         * The stage took too long, did not stop when told to, and may still be reading the inputs of the request: whoever owns them
         * must not close them.
         */
        ABANDONED,
        /** So many earlier calls of the stage hang that it is not called any more. */
        STUCK,
        /** The request was cancelled. */
        CANCELLED,
        /** The session was closed. */
        CLOSED
    }

    /**
     * Makes the exception.
     *
     * @param kind why
     * @param stage the stage's name
     * @param what what happened
     * @param cause what said so first, if something did
     */
    public StageException(Kind kind, String stage, String what, @Nullable Throwable cause) {
        super(stage + ": " + what, cause);
        this.kind = Objects.requireNonNull(kind);
        this.stage = stage;
    }

    /**
     * Why there is no answer.
     *
     * @return the kind of failure
     */
    public Kind kind() {
        return kind;
    }

    /**
     * Which stage failed.
     *
     * @return its name
     */
    public String stage() {
        return stage;
    }

    /** Whether another try could end better. */
    boolean mayRetry() {
        return kind != Kind.CANCELLED && kind != Kind.CLOSED && kind != Kind.ABANDONED;
    }

    /** What a stage threw, as one of these. */
    static StageException of(String stage, Throwable thrown) {
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

    /** ONNX Runtime has no code of its own for it: its arena and its allocators say so in words. */
    private static boolean isMemory(Throwable thrown) {
        String message = String.valueOf(thrown.getMessage());
        return thrown instanceof OutOfMemoryError
                || message.contains("Failed to allocate memory")
                || message.contains("bad_alloc")
                || message.contains("bad allocation")
                || message.contains("Available memory of");
    }
}
