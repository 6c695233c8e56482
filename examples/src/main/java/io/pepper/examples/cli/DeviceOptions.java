package io.pepper.examples.cli;

import io.pepper.monitor.DeviceMonitor;
import io.pepper.monitor.LocalDeviceMonitor;
import io.pepper.monitor.PrometheusDeviceMonitor;
import io.pepper.monitor.PrometheusQueries;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
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

    @Option(names = "--local", description = "This machine (the default).")
    private boolean local;

    DeviceMonitor monitor() {
        if (prometheus != null && local) {
            throw new IllegalArgumentException("--prometheus and --local exclude each other");
        }
        return prometheus == null
                ? new LocalDeviceMonitor(hostName(), WINDOW)
                : PrometheusDeviceMonitor.builder(prometheus)
                        .queries(PrometheusQueries.over(window))
                        .build();
    }

    static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException unknown) {
            return Optional.ofNullable(System.getenv("HOSTNAME")).orElse("this machine");
        }
    }
}
