package io.pepper.serving;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * A model on an inference server.
 *
 * @param scheme the form of the protocol
 * @param host the server's name or address, without brackets
 * @param port its port, 1 to 65,535
 * @param model the model's name on the server
 * @param version the model's version; empty for the one that the server chooses
 */
public record Endpoint(Scheme scheme, String host, int port, String model, Optional<String> version) {
    private static final int MAX_PORT = 65_535;
    private static final String EXPECTED =
            ", such as grpc://board:8001/model or http://127.0.0.1:8000/model/versions/1";

    /** The forms of the protocol. */
    public enum Scheme {
        /** gRPC without TLS. */
        GRPC,
        /** gRPC by TLS. */
        GRPCS,
        /** REST without TLS. */
        HTTP,
        /** REST by TLS. */
        HTTPS;

        /**
         * Returns whether connections are encrypted.
         *
         * @return whether they use TLS
         */
        public boolean isSecured() {
            return this == GRPCS || this == HTTPS;
        }

        /**
         * Returns whether this is the gRPC form.
         *
         * @return true for gRPC, false for REST
         */
        public boolean isGrpc() {
            return this == GRPC || this == GRPCS;
        }
    }

    /**
     * Checks the values.
     *
     * @param scheme the form of the protocol
     * @param host the server's name or address, without brackets
     * @param port its port, 1 to 65,535
     * @param model the model's name on the server
     * @param version the model's version; empty for the one that the server chooses
     * @throws IllegalArgumentException if a name is empty or the port out of range
     */
    public Endpoint {
        if (host.isEmpty() || model.isEmpty() || version.filter(String::isEmpty).isPresent()) {
            throw new IllegalArgumentException("an endpoint has a host and a model, and no empty version");
        }
        if (port < 1 || port > MAX_PORT) {
            throw new IllegalArgumentException("the port " + port + " is not between 1 and " + MAX_PORT);
        }
    }

    /**
     * Parses an address.
     *
     * @param address {@code SCHEME://HOST:PORT/MODEL}, optionally with {@code /versions/VERSION}. The scheme is {@code
     *     grpc}, {@code grpcs}, {@code http} or {@code https}
     * @return the endpoint
     * @throws IllegalArgumentException if it has another form
     */
    public static Endpoint parse(String address) {
        try {
            URI parsed = new URI(address);
            String path = Optional.ofNullable(parsed.getRawPath()).orElse("");
            String[] names = path.split("/", -1);
            boolean versioned = names.length == 4 && names[2].equals("versions");
            boolean fits = parsed.getScheme() != null
                    && parsed.getHost() != null
                    && parsed.getPort() > 0
                    && parsed.getRawUserInfo() == null
                    && parsed.getRawQuery() == null
                    && parsed.getRawFragment() == null
                    && (names.length == 2 || versioned);
            if (!fits) {
                throw new IllegalArgumentException("'" + address + "' is not SCHEME://HOST:PORT/MODEL" + EXPECTED);
            }
            return new Endpoint(
                    Scheme.valueOf(parsed.getScheme().toUpperCase(Locale.ROOT)),
                    parsed.getHost().replaceAll("[\\[\\]]", ""),
                    parsed.getPort(),
                    decoded(names[1]),
                    versioned ? Optional.of(decoded(names[3])) : Optional.empty());
        } catch (URISyntaxException | IllegalArgumentException wrong) {
            throw new IllegalArgumentException(
                    "'" + address + "' is not the address of a model on a server" + EXPECTED, wrong);
        }
    }

    private static String decoded(String name) {
        return URLDecoder.decode(name.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Returns the address, for messages. */
    @Override
    public String toString() {
        return scheme.name().toLowerCase(Locale.ROOT) + "://" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":"
                + port + "/" + model + version.map("/versions/"::concat).orElse("");
    }
}
