package io.pepper.serving.internal.grpc;

import io.grpc.Status;
import io.pepper.document.SafeText;
import io.pepper.serving.internal.ServingException;
import io.pepper.serving.internal.ServingException.Reason;
import io.pepper.serving.internal.TlsFaults;
import java.util.Optional;

/** The conversion of failures to statuses of gRPC and back. */
final class Statuses {
    /** Statuses travel in a header, whose size is limited. */
    private static final int MAX_TEXT = 1000;

    private Statuses() {}

    static Status of(ServingException failure) {
        Status status =
                switch (failure.reason()) {
                    case INVALID -> Status.INVALID_ARGUMENT;
                    case NOT_FOUND -> Status.NOT_FOUND;
                    case UNAUTHENTICATED -> Status.UNAUTHENTICATED;
                    case TOO_LARGE, BUSY -> Status.RESOURCE_EXHAUSTED;
                    case UNAVAILABLE -> Status.UNAVAILABLE;
                    case TIMED_OUT -> Status.DEADLINE_EXCEEDED;
                    case CANCELLED -> Status.CANCELLED;
                    case FAILED -> Status.INTERNAL;
                };
        return status.withDescription(text(failure.what()));
    }

    /**
     * Converts a status of a server.
     *
     * @param unanswered whether no part of an answer had arrived
     */
    static ServingException failure(Status status, boolean unanswered) {
        Reason reason =
                switch (status.getCode()) {
                    case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> Reason.INVALID;
                    case NOT_FOUND, UNIMPLEMENTED -> Reason.NOT_FOUND;
                    case UNAUTHENTICATED, PERMISSION_DENIED -> Reason.UNAUTHENTICATED;
                    case RESOURCE_EXHAUSTED -> Reason.BUSY;
                    case UNAVAILABLE -> Reason.UNAVAILABLE;
                    case DEADLINE_EXCEEDED -> Reason.TIMED_OUT;
                    case CANCELLED -> Reason.CANCELLED;
                    default -> Reason.FAILED;
                };
        String what = status.getCode() + ": " + TlsFaults.of(status.getCause()).orElseGet(() -> described(status));
        return new ServingException(reason, text(what), status.getCause(), unanswered);
    }

    private static String described(Status status) {
        String cause = status.getCause() == null ? "" : ": " + status.getCause().getMessage();
        String description = Optional.ofNullable(status.getDescription()).orElse("no reason is given");
        String what = description + cause;
        return what + TlsFaults.silence(what, false).map("; "::concat).orElse("");
    }

    private static String text(String given) {
        return SafeText.line(given, MAX_TEXT);
    }
}
