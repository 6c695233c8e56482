package io.pepper.monitor.internal;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The secrets that are sent to a server. They must not appear in messages, even if the server repeats them. Immutable.
 */
final class Secrets {
    private static final int SHORTEST = 3;
    private static final String HIDDEN = "…";

    private final List<String> longestFirst;

    private Secrets(List<String> longestFirst) {
        this.longestFirst = longestFirst;
    }

    /** Returns the values of headers, with the decoded credentials of an authorization. */
    static Secrets of(Map<String, String> headers) {
        Set<String> found = new TreeSet<>();
        headers.forEach((name, value) -> {
            found.add(value);
            if (name.equalsIgnoreCase("Authorization")) {
                String credentials = value.substring(value.indexOf(' ') + 1);
                found.add(credentials);
                if (value.startsWith("Basic ")) {
                    String both = decoded(credentials);
                    found.add(both);
                    found.add(both.substring(both.indexOf(':') + 1));
                }
            }
        });
        return new Secrets(found.stream()
                .filter(secret -> secret.length() >= SHORTEST)
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList());
    }

    private static String decoded(String base64) {
        try {
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException none) {
            return "";
        }
    }

    /** Hides the secrets in a text of the server. */
    String hide(String text) {
        String shown = text;
        for (String secret : longestFirst) {
            shown = shown.replace(secret, HIDDEN);
        }
        return shown;
    }
}
