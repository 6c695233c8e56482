package io.pepper.examples.http;

import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests that a web page of somebody else makes a browser send: by a host name that was made to lead here (DNS rebinding), or
 * from another origin.
 */
final class CallerCheck {
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|\\[[0-9a-fA-F:.]+]");

    private final Set<String> names;

    CallerCheck(Set<String> names) {
        this.names = names;
    }

    void check(Context request) {
        String host = Optional.ofNullable(request.header("Host")).orElse("");
        if (!isKnown(host)) {
            throw new ForbiddenResponse(
                    "this service does not answer to the host name '" + host + "': allow it with --host-name");
        }
        String origin = request.header("Origin");
        if (origin != null && !isKnown(authority(origin))) {
            throw new ForbiddenResponse("this service does not answer pages of " + origin);
        }
    }

    private boolean isKnown(@Nullable String authority) {
        if (authority == null) {
            return false;
        }
        String name = authority.replaceFirst(":[0-9]+$", "").toLowerCase(Locale.ROOT);
        return name.equals("localhost") || ADDRESS.matcher(name).matches() || names.contains(name);
    }

    private static @Nullable String authority(String origin) {
        try {
            return URI.create(origin).getAuthority();
        } catch (IllegalArgumentException none) {
            return null;
        }
    }
}
