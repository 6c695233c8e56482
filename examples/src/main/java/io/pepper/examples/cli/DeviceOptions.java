package io.pepper.examples.cli;

import io.pepper.monitor.DeviceMonitor;
import io.pepper.monitor.LinkMonitor;
import io.pepper.monitor.LocalDeviceMonitor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that select the devices. */
final class DeviceOptions {
    private static final Duration WINDOW = Duration.ofSeconds(1);

    @Mixin
    private PrometheusOptions prometheus = new PrometheusOptions();

    @Option(names = "--local", description = "This machine (the default).")
    private boolean local;

    DeviceMonitor monitor() throws IOException {
        if (prometheus.isGiven() && local) {
            throw new IllegalArgumentException("--prometheus or --agents, and --local exclude each other");
        }
        Optional<? extends DeviceMonitor> watched = prometheus.monitor(List.of());
        return watched.isPresent() ? watched.get() : LocalDeviceMonitor.of(hostName(), WINDOW);
    }

    /** Returns the monitor of links; empty if this machine is read. */
    Optional<LinkMonitor> links() throws IOException {
        return prometheus.watch(List.of()).map(PrometheusOptions.Watch::links);
    }

    /** Returns whether an option selects devices. */
    boolean isChosen() {
        return prometheus.isGiven() || local;
    }

    /** Returns whether this machine is read, for which all values are known. */
    boolean isLocal() {
        return !prometheus.isGiven();
    }

    static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException unknown) {
            return Optional.ofNullable(System.getenv("HOSTNAME")).orElse("this machine");
        }
    }
}
