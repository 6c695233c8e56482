package io.pepper.examples.http;

import io.javalin.http.Context;
import io.javalin.http.ForbiddenResponse;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A check that refuses requests which a foreign web page makes a browser send: through a host name that resolves to
 * this machine (DNS rebinding), or from another origin.
 */
final class CallerCheck {
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|\\[[0-9a-fA-F:.]+]");

    private final Set<String> names;

    CallerCheck(Set<String> names) {
        this.names = names.stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }

    void check(Context request) {
        String host = Optional.ofNullable(request.header("Host")).orElse("");
        if (!isKnown(host)) {
            throw new ForbiddenResponse(
                    "this service does not answer to the host name '" + host + "': allow it with --host-name");
        }
        String origin = request.header("Origin");
        if (origin != null && !isOwn(authority(origin), host)) {
            throw new ForbiddenResponse("this service does not answer pages of " + origin);
        }
    }

    /** Returns whether an authority is safe. DNS rebinding needs a name, so that plain addresses are. */
    private boolean isKnown(String authority) {
        return isNamed(authority) || ADDRESS.matcher(name(authority)).matches();
    }

    /**
     * Returns whether a page comes from this service, this machine or an allowed name. Plain addresses do not suffice,
     * since anyone may serve a page from an address.
     */
    private boolean isOwn(@Nullable String authority, String host) {
        return authority != null && (authority.equalsIgnoreCase(host) || isNamed(authority));
    }

    private boolean isNamed(String authority) {
        String name = name(authority);
        return name.equals("localhost") || names.contains(name);
    }

    private static String name(String authority) {
        return authority.replaceFirst(":[0-9]+$", "").toLowerCase(Locale.ROOT);
    }

    private static @Nullable String authority(String origin) {
        try {
            return URI.create(origin).getAuthority();
        } catch (IllegalArgumentException none) {
            return null;
        }
    }
}
