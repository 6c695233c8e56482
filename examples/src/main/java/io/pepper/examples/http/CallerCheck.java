package io.pepper.examples.http;

import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;
import io.pepper.internal.net.Callers;
import java.util.Optional;
import java.util.Set;

/** The check of {@link Callers} for requests to the service. */
final class CallerCheck {
    private final Callers callers;

    CallerCheck(Set<String> names) {
        callers = new Callers(names);
    }

    void check(Context request) {
        String host = Optional.ofNullable(request.header("Host")).orElse("");
        Optional<String> refusal = callers.refusal(host, Optional.ofNullable(request.header("Origin")));
        if (refusal.isPresent()) {
            throw new ForbiddenResponse(refusal.get());
        }
    }
}
