package io.pepper.examples.cli;

import io.pepper.examples.metrics.PlanMetrics;
import io.pepper.monitor.NodeExporter;
import io.pepper.monitor.NodeExporterOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The {@code agent} command: serves the metrics of this node until it is stopped. */
@Command(
        name = "agent",
        mixinStandardHelpOptions = true,
        description = "Serves the metrics of this node for Prometheus until it is stopped by Ctrl-C or SIGTERM.")
final class AgentCommand implements Callable<Integer> {
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
            names = "--plan",
            paramLabel = "DIR",
            description = "Also export the planned links and times of the plan in this directory, for alerts.")
    private @Nullable Path plan;

    @Mixin
    private ReadingOptions reading = new ReadingOptions();

    @Mixin
    private AgentOptions agent = new AgentOptions();

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        NodeExporterOptions options = agent.options(listen, name);
        try (StopSignal signal = StopSignal.watch();
                NodeExporter exporter = agent.start(planned(options))) {
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
}
