package io.pepper.monitor.internal.agent;

import io.pepper.document.InvalidFileException;
import io.pepper.internal.text.Document;
import io.pepper.internal.text.Fields;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A web configuration file in the format of Prometheus: certificates, and users with bcrypt hashes.
 *
 * @param tls the certificates; empty for HTTP
 * @param users the bcrypt hashes of passwords by user; empty if none is asked for
 */
record WebConfig(Optional<Tls> tls, Map<String, String> users) {
    static final WebConfig NONE = new WebConfig(Optional.empty(), Map.of());
    private static final String TLS = "tls_server_config";
    private static final String USERS = "basic_auth_users";
    private static final String SERVER = "http_server_config";
    private static final String NO_CLIENT = "NoClientCert";
    private static final String ALL_CLIENTS = "RequireAndVerifyClientCert";
    private static final List<String> VERSIONS = List.of("TLS12", "TLS13");

    WebConfig {
        users = Map.copyOf(users);
    }

    /**
     * Certificates of the server and of its clients.
     *
     * @param certificate the file of the server's certificate and its issuers, in PEM form
     * @param key the file of its private key
     * @param clients the file of the certificates that sign those of clients; empty if clients need none
     * @param protocols the versions of TLS
     */
    record Tls(Path certificate, Path key, Optional<Path> clients, List<String> protocols) {
        Tls {
            protocols = List.copyOf(protocols);
        }
    }

    /** Returns whether every caller must prove who it is. */
    boolean authenticates() {
        return !users.isEmpty() || tls.flatMap(Tls::clients).isPresent();
    }

    /**
     * Reads a file. Names of other files are relative to its directory.
     *
     * @throws InvalidFileException if a field is unknown or wrong, with its line
     */
    static WebConfig read(Path file) throws IOException {
        Fields fields = Fields.of(file.toString(), Document.read(file));
        Optional<Tls> tls = fields.hasValue(TLS) ? Optional.of(tls(fields.fields(TLS), file)) : Optional.empty();
        Map<String, String> users = new TreeMap<>();
        if (fields.hasValue(USERS)) {
            Fields hashes = fields.fields(USERS);
            for (String user : hashes.names()) {
                String hash = hashes.requiredText(user);
                Optional<String> problem = Passwords.problem(hash);
                if (problem.isPresent()) {
                    throw hashes.error(user, problem.get());
                }
                users.put(user, hash);
            }
        }
        if (fields.hasValue(SERVER)) {
            Fields server = fields.fields(SERVER);
            if (server.flag("http2").orElse(false)) {
                throw server.error("http2", "the agent serves HTTP/1.1 alone: write false");
            }
            server.end();
        }
        fields.end();
        return new WebConfig(tls, users);
    }

    private static Tls tls(Fields fields, Path file) throws InvalidFileException {
        Path certificate = file.resolveSibling(fields.requiredText("cert_file"));
        Path key = file.resolveSibling(fields.requiredText("key_file"));
        String clients = fields.text("client_auth_type").orElse(NO_CLIENT);
        Optional<String> authority = fields.text("client_ca_file");
        if (!clients.equals(NO_CLIENT) && !clients.equals(ALL_CLIENTS)) {
            throw fields.error(
                    "client_auth_type",
                    NO_CLIENT + " or " + ALL_CLIENTS + " is expected, found '" + clients
                            + "'; the other types of Prometheus let callers in that nothing is known of");
        }
        if (clients.equals(ALL_CLIENTS) != authority.isPresent()) {
            throw fields.error(
                    authority.isPresent() ? "client_ca_file" : "client_auth_type",
                    "client_ca_file and client_auth_type: " + ALL_CLIENTS + " are only given together");
        }
        List<String> protocols = protocols(fields);
        fields.end();
        return new Tls(certificate, key, authority.map(file::resolveSibling), protocols);
    }

    private static List<String> protocols(Fields fields) throws InvalidFileException {
        List<String> chosen = new ArrayList<>();
        int first = version(fields, "min_version", 0);
        int last = version(fields, "max_version", VERSIONS.size() - 1);
        if (first > last) {
            throw fields.error("min_version", "is above max_version");
        }
        for (String version : VERSIONS.subList(first, last + 1)) {
            chosen.add("TLSv1." + version.charAt(version.length() - 1));
        }
        return chosen;
    }

    private static int version(Fields fields, String name, int usual) throws InvalidFileException {
        String given = fields.text(name).orElse(VERSIONS.get(usual));
        if (!VERSIONS.contains(given)) {
            throw fields.error(name, "TLS12 or TLS13 is expected, found '" + given + "'");
        }
        return VERSIONS.indexOf(given);
    }
}
