package io.pepper.examples.cli;

import io.pepper.examples.dashboard.ClusterSource;
import io.pepper.examples.dashboard.Dashboard;
import io.pepper.examples.dashboard.DashboardOptions;
import io.pepper.examples.dashboard.DashboardSource;
import io.pepper.examples.dashboard.MonitorSource;
import io.pepper.examples.dashboard.PrometheusSource;
import io.pepper.export.DeploymentPlan;
import io.pepper.monitor.LocalDeviceMonitor;
import io.pepper.monitor.PrometheusDeviceMonitor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code dashboard} command: serves a live page of boards, links and the parts of a deployment until Ctrl-C. */
@Command(
        name = "dashboard",
        mixinStandardHelpOptions = true,
        description = "Serves a live page of boards, links and the parts of a deployment, until Ctrl-C.")
final class DashboardCommand implements Callable<Integer> {
    private static final Duration WINDOW = Duration.ofMillis(500);

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS:PORT",
            converter = ListenAddress.Converter.class,
            description =
                    "Listen here (default: 127.0.0.1:8080, which only this machine reaches); port 0 for any free one.")
    private ListenAddress listen = new ListenAddress("127.0.0.1", 8080);

    @Option(
            names = "--host-name",
            paramLabel = "NAME",
            description = "Answer browsers that call this host name, besides localhost and plain addresses.")
    private Set<String> hostNames = Set.of();

    @Option(
            names = "--plan",
            paramLabel = "DIR",
            description = "Show the parts and links of the plan in this directory, which plan --out wrote.")
    private @Nullable Path plan;

    @Option(
            names = "--every",
            paramLabel = "2s",
            converter = PrometheusOptions.Time.class,
            description = "Time between two readings (default: 2s).")
    private Duration every = DashboardOptions.DEFAULTS.every();

    @Mixin
    private ClusterMemberOptions cluster = new ClusterMemberOptions();

    @Mixin
    private PrometheusOptions prometheus = new PrometheusOptions();

    @Mixin
    private ReadingOptions reading = new ReadingOptions();

    @Override
    public Integer call() throws IOException {
        if (!cluster.isGiven()) {
            return serve(source());
        }
        if (prometheus.isGiven()) {
            throw new ParameterException(
                    spec.commandLine(), "--cluster, and --prometheus or --agents exclude each other");
        }
        return cluster.join("stopped", client -> serve(new ClusterSource(client)));
    }

    private int serve(DashboardSource source) throws IOException {
        Optional<DeploymentPlan> deployed = deployed();
        DashboardOptions options = DashboardOptions.DEFAULTS
                .withAddress(listen.address(), listen.port())
                .withHostNames(hostNames)
                .withEvery(every);
        try (StopSignal signal = StopSignal.watch();
                Dashboard dashboard = Dashboard.start(options, source, deployed)) {
            spec.commandLine().getOut().println("ready: " + listen.url(dashboard.port()));
            spec.commandLine().getOut().flush();
            signal.await(); // A stop is the usual end of this command.
            return Main.DONE;
        }
    }

    private Optional<DeploymentPlan> deployed() throws IOException {
        return plan == null ? Optional.empty() : Optional.of(reading.plan(plan));
    }

    private DashboardSource source() throws IOException {
        Optional<PrometheusOptions.Watch> watched = prometheus.watch(List.of());
        if (watched.isEmpty()) {
            return new MonitorSource("This machine", LocalDeviceMonitor.of(DeviceOptions.hostName(), WINDOW), List::of);
        }
        return watched.get().devices() instanceof PrometheusDeviceMonitor monitor
                ? new PrometheusSource(monitor)
                : new MonitorSource(
                        prometheus.origin(),
                        watched.get().devices(),
                        watched.get().links());
    }
}
