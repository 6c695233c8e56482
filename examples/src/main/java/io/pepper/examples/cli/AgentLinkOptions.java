package io.pepper.examples.cli;

import io.pepper.internal.net.Certificates;
import io.pepper.monitor.LinkOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options for the links that an agent measures. */
final class AgentLinkOptions {
    @Option(
            names = "--link",
            paramLabel = "NAME=HOST:PORT",
            description = "Measure the link to the agent of device NAME, on request (POST /link/measure?target=NAME);"
                    + " https://HOST:PORT for an agent with TLS. May be repeated.")
    private Map<String, String> peers = new LinkedHashMap<>();

    @Option(
            names = "--link-every",
            paramLabel = "60s",
            converter = PrometheusOptions.Time.class,
            description = "Also measure each link at this interval, within 5 %% of the time.")
    private Optional<Duration> every = Optional.empty();

    @Option(
            names = "--link-user-file",
            paramLabel = "FILE",
            description = "File with USER:PASSWORD for the other agents.")
    private @Nullable Path user;

    @Option(
            names = "--link-ca-file",
            paramLabel = "FILE",
            description = "PEM file with the certificates of other agents to trust instead of the system's.")
    private @Nullable Path authorities;

    /** Returns the links to measure. */
    LinkOptions options() throws IOException {
        LinkOptions options = LinkOptions.DEFAULTS;
        for (Map.Entry<String, String> peer : peers.entrySet()) {
            options = options.withPeer(peer.getKey(), address(peer.getKey(), peer.getValue()));
        }
        if (every.isPresent()) {
            options = options.withInterval(every.get());
        }
        if (user != null) {
            String[] header = new String[1];
            PrometheusOptions.readUser(
                    user,
                    (name, password) -> header[0] = "Basic "
                            + Base64.getEncoder()
                                    .encodeToString((name + ":" + password).getBytes(StandardCharsets.UTF_8)));
            options = options.withHeader("Authorization", header[0]);
        }
        return authorities == null
                ? options
                : options.withTls(Certificates.client(Optional.empty(), Optional.of(authorities)));
    }

    private static URI address(String name, String typed) {
        try {
            return URI.create(typed.contains("://") ? typed : "http://" + typed);
        } catch (IllegalArgumentException invalid) {
            throw new IllegalArgumentException("--link " + name + "=" + typed + ": is not HOST:PORT", invalid);
        }
    }
}
