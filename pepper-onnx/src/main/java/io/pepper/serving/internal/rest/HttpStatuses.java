package io.pepper.serving.internal.rest;

import io.pepper.document.SafeText;
import io.pepper.serving.internal.ServingException;
import io.pepper.serving.internal.ServingException.Reason;

/** The conversion of failures to statuses of HTTP and back. */
final class HttpStatuses {
    static final int OK = 200;
    static final int INVALID = 400;
    static final int UNAUTHENTICATED = 401;
    static final int FORBIDDEN = 403;
    static final int NOT_FOUND = 404;
    static final int NOT_ALLOWED = 405;
    static final int TOO_LARGE = 413;
    static final int BUSY = 429;
    static final int FAILED = 500;
    static final int UNAVAILABLE = 503;
    static final int TIMED_OUT = 504;
    private static final int MAX_TEXT = 1000;

    private HttpStatuses() {}

    static int of(Reason reason) {
        return switch (reason) {
            case INVALID -> INVALID;
            case NOT_FOUND -> NOT_FOUND;
            case UNAUTHENTICATED -> UNAUTHENTICATED;
            case TOO_LARGE -> TOO_LARGE;
            case BUSY -> BUSY;
            case UNAVAILABLE, CANCELLED -> UNAVAILABLE;
            case TIMED_OUT -> TIMED_OUT;
            case FAILED -> FAILED;
        };
    }

    /** Converts the status of a server's answer, and the reason that it gives. */
    static ServingException failure(int status, String why) {
        Reason reason =
                switch (status) {
                    case UNAUTHENTICATED, FORBIDDEN -> Reason.UNAUTHENTICATED;
                    case NOT_FOUND, NOT_ALLOWED -> Reason.NOT_FOUND;
                    case TOO_LARGE -> Reason.TOO_LARGE;
                    case BUSY -> Reason.BUSY;
                    case UNAVAILABLE -> Reason.UNAVAILABLE;
                    case TIMED_OUT -> Reason.TIMED_OUT;
                    default -> status >= INVALID && status < FAILED ? Reason.INVALID : Reason.FAILED;
                };
        return new ServingException(reason, "HTTP status " + status + ": " + SafeText.line(why, MAX_TEXT), null, true);
    }
}
