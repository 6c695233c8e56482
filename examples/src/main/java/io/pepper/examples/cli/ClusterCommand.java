package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.cluster.Cluster;
import io.pepper.internal.text.WholeFile;
import io.pepper.monitor.DeviceReading;
import io.pepper.monitor.LinkReading;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code cluster} command: writes a cluster file from what agents and a Prometheus know. */
@Command(
        name = "cluster",
        mixinStandardHelpOptions = true,
        description = "Writes a cluster file with the devices and measured links of a Prometheus, or of agents.")
final class ClusterCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private PrometheusOptions prometheus = new PrometheusOptions();

    @Option(names = "--out", paramLabel = "FILE", required = true, description = "The cluster file to write.")
    private Path out = Path.of("");

    @Option(names = "--force", description = "Replace the file if it exists, with all that was filled in there.")
    private boolean force;

    @Option(
            names = "--group-by",
            paramLabel = "LABEL",
            description = "Group the devices by the value of this label, such as cluster.")
    private Optional<String> group = Optional.empty();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws IOException {
        PrometheusOptions.Watch watch = prometheus
                .watch(List.of())
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(), "cluster needs --prometheus URL, or --agents HOST:PORT,…"));
        if (Files.exists(out) && !force) {
            throw new IllegalArgumentException(out + ": exists; --force replaces it");
        }
        List<String> notes = new ArrayList<>();
        Map<String, DeviceReading> readings = watch.devices().read();
        ClusterText text = new ClusterText(readings);
        readings.forEach((name, reading) -> reading.problems().forEach(problem -> notes.add(name + ": " + problem)));
        if (text.devices() == 0) {
            throw new IOException("no device is known: " + String.join("; ", notes));
        }
        group.filter(label -> readings.values().stream()
                        .noneMatch(reading -> reading.labels().containsKey(label)))
                .ifPresent(label -> notes.add("no device has the label '" + label + "' to group by"));
        String written = text.write(
                prometheus.origin(), group, links(watch, notes), Instant.now().truncatedTo(ChronoUnit.SECONDS));
        Cluster.parse(written, out.toString()); // What was written must be readable.
        WholeFile.write(out, written);
        print(text, notes);
        return Main.DONE;
    }

    private static List<LinkReading> links(PrometheusOptions.Watch watch, List<String> notes) throws IOException {
        try {
            return watch.links().readLinks();
        } catch (InterruptedIOException stopped) {
            throw stopped;
        } catch (IOException unreadable) {
            notes.add("links: " + unreadable.getMessage());
            return List.of();
        }
    }

    private static String counted(int count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    private void print(ClusterText text, List<String> notes) {
        PrintWriter printer = spec.commandLine().getOut();
        Remarks remarks = new Remarks(notes, List.of());
        if (output.json) {
            ObjectNode document = Json.object();
            document.put("cluster", out.toString())
                    .put("devices", text.devices())
                    .put("links", text.links());
            printer.println(Json.print(remarks.addTo(document)));
            return;
        }
        printer.println("wrote " + counted(text.devices(), "device") + " and " + counted(text.links(), "measured link")
                + " to " + out);
        remarks.print(printer);
    }
}
