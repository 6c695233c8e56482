package io.pepper.serving.internal;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Thrown when a request of the protocol cannot be answered, with a reason that both forms of the protocol have. */
public final class ServingException extends IOException {
    private static final long serialVersionUID = 1L;

    /** The reason. */
    private final Reason reason;

    /** True if no part of an answer had arrived. */
    private final boolean unanswered;

    /** The reasons. */
    public enum Reason {
        /** The request contradicts the model or itself. */
        INVALID,
        /** There is no such model or version. */
        NOT_FOUND,
        /** The caller did not prove who it is. */
        UNAUTHENTICATED,
        /** A message exceeds its limit. */
        TOO_LARGE,
        /** The server has too many requests. */
        BUSY,
        /** The server or model does not serve now, or cannot be reached. */
        UNAVAILABLE,
        /** The time of the request is over. */
        TIMED_OUT,
        /** The caller does not want the answer any more. */
        CANCELLED,
        /** The model or the server failed. */
        FAILED
    }

    /**
     * Creates an exception for a request that may have reached the model.
     *
     * @param reason the reason
     * @param what the failure, in words
     * @param cause the cause, or null
     */
    public ServingException(Reason reason, String what, @Nullable Throwable cause) {
        this(reason, what, cause, false);
    }

    /**
     * Creates an exception.
     *
     * @param reason the reason
     * @param what the failure, in words
     * @param cause the cause, or null
     * @param unanswered whether no part of an answer had arrived
     */
    public ServingException(Reason reason, String what, @Nullable Throwable cause, boolean unanswered) {
        super(what, cause);
        this.reason = reason;
        this.unanswered = unanswered;
    }

    /**
     * Creates an exception for a wrong request.
     *
     * @param what the fault: which field, what is expected, what was found
     * @return the exception
     */
    public static ServingException invalid(String what) {
        return new ServingException(Reason.INVALID, what, null);
    }

    /**
     * Returns the reason.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }

    /**
     * Returns whether another attempt could succeed and cannot give a second answer.
     *
     * @return true if the server was not available and no part of an answer had arrived
     */
    public boolean mayRetry() {
        return unanswered && reason == Reason.UNAVAILABLE;
    }

    /**
     * Returns the failure in words.
     *
     * @return one line
     */
    public String what() {
        return String.valueOf(getMessage());
    }
}
