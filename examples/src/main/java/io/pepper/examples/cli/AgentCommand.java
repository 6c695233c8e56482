package io.pepper.examples.cli;

import io.pepper.examples.metrics.PlanMetrics;
import io.pepper.monitor.NodeExporter;
import io.pepper.monitor.NodeExporterOptions;
import io.pepper.monitor.NodeLocation;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code agent} command: serves the metrics of this node until it is stopped. */
@Command(
        name = "agent",
        mixinStandardHelpOptions = true,
        description = "Serves the metrics of this node for Prometheus until it is stopped by Ctrl-C or SIGTERM.")
final class AgentCommand implements Callable<Integer> {
    /** JNA, by which OSHI works, logs stack traces where it cannot unpack its library; the agent notes this itself. */
    private static final Logger NATIVE = Logger.getLogger("com.sun.jna");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS:PORT",
            converter = ListenAddress.Converter.class,
            description =
                    "Listen there (default: 127.0.0.1:9100, which only this machine reaches). Port 0 is any free one.")
    private ListenAddress listen = new ListenAddress("127.0.0.1", 9100);

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "The node's name in all metrics (default: its host name).")
    private Optional<String> name = Optional.empty();

    @Option(
            names = "--location",
            paramLabel = "KEY=VALUE",
            split = ",",
            description = "The node's place: city, country, continent, latitude, longitude, separated by commas.")
    private Map<String, String> location = Map.of();

    @Option(
            names = "--web-config",
            paramLabel = "FILE",
            description = "Certificates and users, in the format of Prometheus' web configuration file.")
    private @Nullable Path webConfig;

    @Option(
            names = "--uuid-file",
            paramLabel = "FILE",
            description = "The file that keeps the node's UUID (default: ~/.local/state/pepper/node-uuid).")
    private @Nullable Path uuidFile;

    @Option(
            names = "--host-name",
            paramLabel = "NAME",
            description = "Answer clients on this machine that call this host name. May be repeated.")
    private Set<String> hostNames = Set.of();

    @Option(
            names = "--unprotected",
            description = "Let other machines read the metrics without TLS and authentication.")
    private boolean unprotected;

    @Option(
            names = "--plan",
            paramLabel = "DIR",
            description = "Also export the planned links and times of the plan in this directory, for alerts.")
    private @Nullable Path plan;

    @Mixin
    private ReadingOptions reading = new ReadingOptions();

    @Mixin
    private AgentLinkOptions links = new AgentLinkOptions();

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        NATIVE.setLevel(Level.OFF);
        try (StopSignal signal = StopSignal.watch();
                NodeExporter exporter = NodeExporter.start(planned(options()), links.options())) {
            exporter.notes().forEach(note -> out.println("note: " + note));
            out.println("ready: " + exporter.metrics() + " is " + exporter.name() + ", " + exporter.uuid());
            out.flush();
            signal.await(); // A stop is the usual end of this command.
            return Main.DONE;
        }
    }

    private NodeExporterOptions planned(NodeExporterOptions options) throws IOException {
        return plan == null ? options : options.withCollector(PlanMetrics.of(reading.plan(plan)));
    }

    private NodeExporterOptions options() {
        try {
            NodeExporterOptions options = NodeExporterOptions.DEFAULTS
                    .withAddress(listen.address(), listen.port())
                    .withLocation(NodeLocation.of(location))
                    .withHostNames(hostNames)
                    .withUnprotected(unprotected);
            options = name.isPresent() ? options.withName(name.get()) : options;
            options = webConfig != null ? options.withWebConfig(webConfig) : options;
            return uuidFile != null ? options.withUuidFile(uuidFile) : options;
        } catch (IllegalArgumentException refused) {
            throw new ParameterException(spec.commandLine(), String.valueOf(refused.getMessage()), refused);
        }
    }
}
