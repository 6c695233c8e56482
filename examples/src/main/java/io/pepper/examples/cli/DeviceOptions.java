package io.pepper.examples.cli;

import io.pepper.monitor.DeviceMonitor;
import io.pepper.monitor.LocalDeviceMonitor;
import io.pepper.monitor.PrometheusDeviceMonitor;
import io.pepper.monitor.PrometheusQueries;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whose devices are meant. */
final class DeviceOptions {
    private static final Duration WINDOW = Duration.ofSeconds(1);

    @Option(names = "--prometheus", paramLabel = "URL", description = "The nodes that this Prometheus watches.")
    private @Nullable URI prometheus;

    @Option(
            names = "--window",
            paramLabel = "30s",
            description = "Over how long Prometheus takes the CPU load (default: 30s).")
    private String window = "30s";

    @Option(
            names = "--node",
            paramLabel = "INSTANCE=NAME",
            description = "The name of the node that Prometheus calls so, with its port; may be repeated.")
    private Map<String, String> nodes = Map.of();

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "A file with the bearer token that Prometheus asks for.")
    private @Nullable Path token;

    @Option(
            names = "--user-file",
            paramLabel = "FILE",
            description = "A file with the USER:PASSWORD that Prometheus asks for.")
    private @Nullable Path user;

    @Option(names = "--local", description = "This machine (the default).")
    private boolean local;

    DeviceMonitor monitor() throws IOException {
        if (prometheus != null && local) {
            throw new IllegalArgumentException("--prometheus and --local exclude each other");
        }
        return prometheus == null
                ? LocalDeviceMonitor.of(hostName(), WINDOW)
                : prometheus(PrometheusDeviceMonitor.builder(prometheus));
    }

    private DeviceMonitor prometheus(PrometheusDeviceMonitor.Builder builder) throws IOException {
        builder.queries(PrometheusQueries.over(window));
        nodes.forEach(builder::node);
        if (token != null) {
            builder.bearerToken(Files.readString(token).strip());
        }
        if (user != null) {
            String both = Files.readString(user).strip();
            int split = both.indexOf(':');
            if (split < 1) {
                throw new IllegalArgumentException(user + ": is not USER:PASSWORD");
            }
            builder.basic(both.substring(0, split), both.substring(split + 1));
        }
        return builder.build();
    }

    static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException unknown) {
            return Optional.ofNullable(System.getenv("HOSTNAME")).orElse("this machine");
        }
    }
}
