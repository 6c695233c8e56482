package io.pepper.monitor.internal;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The address of a Prometheus. A user and password in the address are kept separately: neither the URI nor any message
 * contains them.
 */
public final class PrometheusAddress {
    private static final String SEPARATOR = "://";
    private static final Set<String> SCHEMES = Set.of("http", "https");
    private static final int MAX_PORT = 65_535;

    private final URI uri;
    private final Optional<String> user;

    private PrometheusAddress(URI uri, Optional<String> user) {
        this.uri = uri;
        this.user = user;
    }

    /**
     * Parses an address.
     *
     * @param typed the address as a person typed it
     * @return the address
     * @throws IllegalArgumentException if it is invalid; the message suggests the likely address and does not contain
     *     the password
     */
    public static PrometheusAddress parse(String typed) {
        String text = typed.strip();
        int split = text.indexOf(SEPARATOR);
        if (split < 0) {
            String host = hidden(text).replaceFirst("^(?i)https?:/*", "").replaceFirst("^/+", "");
            throw wrong(text, host.isEmpty() ? "it is empty" : "did you mean http://" + host + "?");
        }
        String scheme = text.substring(0, split).toLowerCase(Locale.ROOT);
        if (!SCHEMES.contains(scheme)) {
            throw wrong(text, "it must begin with http:// or https://");
        }
        String rest = text.substring(split + SEPARATOR.length());
        int end = authorityEnd(rest);
        String authority = rest.substring(0, end);
        String path = rest.substring(end);
        if (path.indexOf('@') >= 0) {
            throw wrong(text, "an '@' follows the host; in a password, write / as %2F, ? as %3F and # as %23");
        }
        if (path.indexOf('?') >= 0 || path.indexOf('#') >= 0) {
            throw wrong(text, "leave out what begins with '?' or '#'");
        }
        int at = authority.lastIndexOf('@');
        Optional<String> user = at < 0 ? Optional.empty() : Optional.of(decoded(text, authority.substring(0, at)));
        return new PrometheusAddress(uri(text, scheme + SEPARATOR + authority.substring(at + 1) + path), user);
    }

    private static int authorityEnd(String rest) {
        for (int i = 0; i < rest.length(); i++) {
            if ("/?#\\".indexOf(rest.charAt(i)) >= 0) {
                return i;
            }
        }
        return rest.length();
    }

    private static String decoded(String text, String user) {
        try {
            return URLDecoder.decode(user.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException percent) {
            throw wrong(text, "the user or password has a '%' that encodes nothing; write it as %25");
        }
    }

    private static URI uri(String text, String plain) {
        URI uri;
        try {
            uri = new URI(plain.replaceAll("/+$", ""));
        } catch (URISyntaxException broken) {
            throw wrong(text, "it has no host, or a character that no address has");
        }
        if (uri.getHost() == null) {
            throw wrong(
                    text,
                    plain.contains("_")
                            ? "Java knows no host with an underscore; use another name or the IP address"
                            : "it has no host and port; an IPv6 address stands in brackets, as in http://[::1]:9090");
        }
        if (uri.getPort() == 0 || uri.getPort() > MAX_PORT) {
            throw wrong(text, "there is no port " + uri.getPort());
        }
        return uri;
    }

    private static IllegalArgumentException wrong(String text, String why) {
        return new IllegalArgumentException("Prometheus' address '" + hidden(text) + "' cannot be used: " + why);
    }

    /** Hides everything that may be a user and a password, also in invalid addresses. */
    private static String hidden(String text) {
        int at = text.lastIndexOf('@');
        int split = text.indexOf(SEPARATOR);
        String scheme = split >= 0 && split < at ? text.substring(0, split + SEPARATOR.length()) : "";
        String shown = at < 0 ? text : (scheme.matches("(?i)https?://") ? scheme : "") + "…@" + text.substring(at + 1);
        return SafeText.of(shown.replaceFirst("[?#].*", ""));
    }

    /**
     * Returns the address without a user.
     *
     * @return an HTTP URI without a trailing slash
     */
    public URI uri() {
        return uri;
    }

    /**
     * Returns the user in the address.
     *
     * @return {@code USER:PASSWORD} or {@code USER}, decoded; empty if there is none
     */
    public Optional<String> user() {
        return user;
    }

    @Override
    public String toString() {
        return uri.toString();
    }
}
