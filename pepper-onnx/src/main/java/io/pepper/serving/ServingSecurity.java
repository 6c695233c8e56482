package io.pepper.serving;

import io.pepper.internal.net.Certificates;
import io.pepper.serving.internal.Protection;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The certificates and the token by which a server and its clients know each other. Files are in PEM form and are read
 * once, when the server or the client starts. Immutable.
 *
 * @param certificate the file of the own certificate and its issuers: required on a server with TLS
 * @param key the file of its private key, unencrypted in the form PKCS #8; given together with the certificate
 * @param authority the file of the certificates that sign those of the other side. A server with it accepts only
 *     clients with such a certificate; a client without it trusts the authorities of this Java
 * @param token the token that a server expects and a client sends, as {@code authorization: Bearer TOKEN}
 */
public record ServingSecurity(
        Optional<Path> certificate, Optional<Path> key, Optional<Path> authority, Optional<String> token) {
    /** No certificates and no token. */
    public static final ServingSecurity NONE =
            new ServingSecurity(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /**
     * Checks the values.
     *
     * @param certificate the file of the own certificate and its issuers
     * @param key the file of its private key, unencrypted in the form PKCS #8
     * @param authority the file of the certificates that sign those of the other side
     * @param token the token that a server expects and a client sends
     * @throws IllegalArgumentException if a certificate and its key are not given together, or the token is empty or has
     *     other characters than printable ones of ASCII
     */
    public ServingSecurity {
        if (certificate.isPresent() != key.isPresent()) {
            throw new IllegalArgumentException("a certificate and its private key are given together");
        }
        if (token.isPresent() && !token.get().matches("[!-~]+")) {
            throw new IllegalArgumentException("a token has printable characters of ASCII, without spaces");
        }
    }

    /**
     * Returns this security with a certificate.
     *
     * @param file the file of the certificate and its issuers, in PEM form
     * @param itsKey the file of its private key, unencrypted in the form PKCS #8
     * @return the security
     */
    public ServingSecurity withCertificate(Path file, Path itsKey) {
        return new ServingSecurity(Optional.of(file), Optional.of(itsKey), authority, token);
    }

    /**
     * Returns this security with an authority.
     *
     * @param file the file of the certificates that sign those of the other side, in PEM form
     * @return the security
     */
    public ServingSecurity withAuthority(Path file) {
        return new ServingSecurity(certificate, key, Optional.of(file), token);
    }

    /**
     * Returns this security with a token.
     *
     * @param value printable characters of ASCII
     * @return the security
     * @throws IllegalArgumentException if it is empty or has other characters
     */
    public ServingSecurity withToken(String value) {
        return new ServingSecurity(certificate, key, authority, Optional.of(value));
    }

    Protection protection() {
        return new Protection(
                certificate.map(file -> new Certificates.Pair(file, key.orElseThrow())), authority, token);
    }

    /** Returns a text without the token. */
    @Override
    public String toString() {
        return "ServingSecurity[certificate=" + certificate + ", authority=" + authority + ", token="
                + (token.isPresent() ? "…" : "none") + "]";
    }
}
