package io.pepper.serving.internal;

import io.pepper.internal.net.Certificates;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * The certificates and the token of one side of a connection.
 *
 * @param own its own certificate
 * @param authority the file of the certificates that sign those of the other side
 * @param token the token that callers have
 */
public record Protection(Optional<Certificates.Pair> own, Optional<Path> authority, Optional<String> token) {
    /** The header, or key of metadata, that carries the token. */
    public static final String HEADER = "authorization";

    private static final String SCHEME = "Bearer ";

    /**
     * Returns the value of the header.
     *
     * @return the value; empty without a token
     */
    public Optional<String> header() {
        return token.map(SCHEME::concat);
    }

    /**
     * Checks the header of a request, in a time that does not depend on it.
     *
     * @param given the value; empty if there is none
     * @throws ServingException if a token is expected and not found
     */
    public void check(Optional<String> given) throws ServingException {
        boolean fits = header().isEmpty() || MessageDigest.isEqual(bytes(header().get()), bytes(given.orElse("")));
        if (!fits) {
            throw new ServingException(
                    ServingException.Reason.UNAUTHENTICATED,
                    given.isPresent() ? "the token is wrong" : "a token is expected: " + HEADER + ": " + SCHEME + "…",
                    null);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Returns a text without the token. */
    @Override
    public String toString() {
        return "Protection[own=" + own + ", authority=" + authority + ", token=" + token.map(secret -> "…") + "]";
    }
}
