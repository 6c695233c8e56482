package io.pepper.monitor;

import io.pepper.monitor.internal.SafeText;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/** The headers of the requests of a monitor; one of them may authenticate it. Not thread-safe. */
final class RequestHeaders {
    private static final String AUTHORIZATION = "Authorization";

    private final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    Map<String, String> all() {
        return headers;
    }

    /** Adds a bearer token. */
    void bearerToken(String token) {
        if (!token.matches("[!-~]+")) {
            throw new IllegalArgumentException(
                    "the bearer token is empty, or has a space, a line break or another character that no token has");
        }
        add(AUTHORIZATION, "Bearer " + token);
    }

    /** Adds a user and a password. */
    void basic(String user, String password) {
        if (user.indexOf(':') >= 0) {
            throw new IllegalArgumentException("a user name has no colon");
        }
        byte[] both = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
        add(AUTHORIZATION, "Basic " + Base64.getEncoder().encodeToString(both));
    }

    /** Adds a header. */
    void add(String name, String value) {
        if (headers.containsKey(name)) {
            throw new IllegalArgumentException(
                    name.equalsIgnoreCase(AUTHORIZATION)
                            ? "there are two users or tokens: in the address, as a user, as a token, as a header; give one"
                            : "the header " + SafeText.of(name) + " is given twice");
        }
        try {
            HttpRequest.newBuilder().header(name, value);
        } catch (IllegalArgumentException forbidden) {
            throw new IllegalArgumentException("the header '" + SafeText.of(name)
                    + "' cannot be sent: its name is reserved or invalid, or its value is not a single line of text");
        }
        headers.put(name, value);
    }
}
