package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.cluster.DeviceState;
import io.pepper.monitor.DeviceReading;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Says what state devices are in. */
@Command(
        name = "devices",
        mixinStandardHelpOptions = true,
        description = "Says what state this machine, or the nodes of a Prometheus, are in.")
final class DevicesCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private DeviceOptions devices = new DeviceOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Map<String, DeviceReading> readings = devices.monitor().read();
        if (output.json) {
            ObjectNode document = Json.object();
            ArrayNode array = document.putArray("devices");
            readings.values().forEach(reading -> array.add(json(reading)));
            out.println(Json.print(document));
            return Main.DONE;
        }
        Table table = new Table(
                "device", "kind", "cores", "CPU load", "want to run", "memory free", "memory", "disk used", "watts");
        for (DeviceReading reading : readings.values()) {
            DeviceState state = reading.state();
            table.row(
                    state.device(),
                    state.model().orElse("?"),
                    state.cores().isPresent() ? String.valueOf(state.cores().getAsInt()) : "?",
                    number(state.cpuLoadPercent(), " %"),
                    number(state.runnableThreads(), ""),
                    size(state.memoryFreeBytes()),
                    size(state.memoryTotalBytes()),
                    number(state.diskUsagePercent(), " %"),
                    number(state.powerWatts(), ""));
        }
        table.print(out);
        readings.forEach((name, reading) ->
                reading.problems().forEach(problem -> out.println("note: " + name + ": " + problem)));
        return Main.DONE;
    }

    private static String size(OptionalLong bytes) {
        return bytes.isPresent() ? Report.size(bytes.getAsLong()) : "?";
    }

    private static String number(OptionalDouble value, String unit) {
        return value.isPresent() ? String.format(Locale.ROOT, "%.1f%s", value.getAsDouble(), unit) : "?";
    }

    /** What is not known is null. */
    static ObjectNode json(DeviceReading reading) {
        DeviceState state = reading.state();
        ObjectNode node = Json.object();
        node.put("device", state.device());
        node.put("readAt", state.readAt().map(Object::toString).orElse(null));
        node.put("model", state.model().orElse(null));
        OptionalInt cores = state.cores();
        Json.put(node, "cores", cores.isPresent() ? OptionalLong.of(cores.getAsInt()) : OptionalLong.empty());
        Json.put(node, "cpuLoadPercent", state.cpuLoadPercent());
        Json.put(node, "runnableThreads", state.runnableThreads());
        Json.put(node, "memoryFreeBytes", state.memoryFreeBytes());
        Json.put(node, "memoryTotalBytes", state.memoryTotalBytes());
        Json.put(node, "diskUsagePercent", state.diskUsagePercent());
        Json.put(node, "powerWatts", state.powerWatts());
        ObjectNode labels = node.putObject("labels");
        reading.labels().forEach(labels::put);
        ArrayNode problems = node.putArray("problems");
        reading.problems().forEach(problems::add);
        return node;
    }
}
