package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.cluster.Conditions;
import io.pepper.cluster.DeviceState;
import io.pepper.internal.text.Quantities;
import io.pepper.monitor.ClusterMonitor;
import io.pepper.monitor.DeviceReading;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code devices} command: prints the state of devices. */
@Command(
        name = "devices",
        mixinStandardHelpOptions = true,
        description = "Prints the state of this machine, or of the nodes and links of a Prometheus, of agents or of a"
                + " cluster.")
final class DevicesCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private DeviceOptions devices = new DeviceOptions();

    @Mixin
    private ClusterMemberOptions cluster = new ClusterMemberOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() throws IOException {
        if (!cluster.isGiven()) {
            return print(devices.monitor().read(), LinkTable.read(devices.links()));
        }
        if (devices.isChosen()) {
            throw new ParameterException(
                    spec.commandLine(), "--cluster, --prometheus, --agents and --local exclude each other");
        }
        return cluster.join("stopped", client -> {
            ClusterMonitor monitor = ClusterMonitor.of(client);
            return print(monitor.read(), LinkTable.read(Optional.of(monitor)));
        });
    }

    private Integer print(Map<String, DeviceReading> readings, LinkTable links) {
        PrintWriter out = spec.commandLine().getOut();
        if (output.json) {
            ObjectNode document = Json.object();
            ArrayNode array = document.putArray("devices");
            readings.values().forEach(reading -> array.add(json(reading)));
            links.addTo(document);
            out.println(Json.print(document));
            return code(readings);
        }
        Table table = new Table(
                "device",
                "kind",
                "cores",
                "CPU load",
                "runnable",
                "memory free",
                "memory",
                "disk used",
                "watts",
                "quota",
                "throttled",
                "clock",
                "CPU pressure",
                "memory pressure");
        for (DeviceReading reading : readings.values()) {
            DeviceState state = reading.state();
            Conditions conditions = reading.conditions();
            table.row(
                    state.device(),
                    state.model().orElse("?"),
                    Quantities.number(state.cores()),
                    Quantities.percents(state.cpuLoadPercent()),
                    Quantities.number(state.runnableThreads()),
                    Quantities.bytes(state.memoryFreeBytes()),
                    Quantities.bytes(state.memoryTotalBytes()),
                    Quantities.percents(state.diskUsagePercent()),
                    Quantities.number(state.powerWatts()),
                    devices.isLocal()
                                    && !cluster.isGiven()
                                    && conditions.quotaCores().isEmpty()
                            ? "-"
                            : Quantities.number(conditions.quotaCores()),
                    Quantities.percents(conditions.throttledPercent()),
                    Quantities.percents(conditions.clockPercent()),
                    Quantities.percents(conditions.cpuPressurePercent()),
                    Quantities.percents(conditions.memoryPressurePercent()));
        }
        table.print(out);
        links.print(out);
        readings.forEach((name, reading) -> {
            if (!reading.identity().isEmpty()) {
                out.println("note: " + name + " is " + reading.identity());
            }
            reading.notes().forEach(note -> out.println("note: " + name + ": " + note));
            reading.problems().forEach(problem -> out.println("note: " + name + ": " + problem));
        });
        return code(readings);
    }

    /** Returns the exit code: refused if nothing is known of any device. */
    private static int code(Map<String, DeviceReading> readings) {
        return readings.values().stream().anyMatch(DeviceReading::isKnown) ? Main.DONE : Main.REFUSED;
    }

    /** Returns a reading as JSON; unknown values are null. */
    static ObjectNode json(DeviceReading reading) {
        DeviceState state = reading.state();
        ObjectNode node = Json.object();
        node.put("device", state.device());
        node.put("readAt", state.readAt().map(Object::toString).orElse(null));
        node.put("model", state.model().orElse(null));
        node.put("instructionSet", state.platform().instructionSet().orElse(null));
        cores(node, "cores", state.cores());
        Json.put(node, "cpuLoadPercent", state.cpuLoadPercent());
        Json.put(node, "runnableThreads", state.runnableThreads());
        Json.put(node, "memoryFreeBytes", state.memoryFreeBytes());
        Json.put(node, "memoryTotalBytes", state.memoryTotalBytes());
        Json.put(node, "diskUsagePercent", state.diskUsagePercent());
        Json.put(node, "powerWatts", state.powerWatts());
        Json.put(node, "gpuLoadPercent", state.gpu().loadPercent());
        Json.put(node, "gpuMemoryFreeBytes", state.gpu().memoryFreeBytes());
        Json.put(node, "gpuMemoryTotalBytes", state.gpu().memoryTotalBytes());
        Conditions conditions = reading.conditions();
        cores(node, "quotaCores", conditions.quotaCores());
        Json.put(node, "throttledPercent", conditions.throttledPercent());
        Json.put(node, "clockPercent", conditions.clockPercent());
        Json.put(node, "temperatureCelsius", conditions.temperatureCelsius());
        Json.put(node, "cpuPressurePercent", conditions.cpuPressurePercent());
        Json.put(node, "memoryPressurePercent", conditions.memoryPressurePercent());
        Json.put(node, "ioPressurePercent", conditions.ioPressurePercent());
        ObjectNode labels = node.putObject("labels");
        reading.labels().forEach(labels::put);
        node.put("identity", reading.identity().isEmpty() ? null : reading.identity());
        node.put("ambiguous", reading.ambiguous());
        ArrayNode notes = node.putArray("notes");
        reading.notes().forEach(notes::add);
        ArrayNode problems = node.putArray("problems");
        reading.problems().forEach(problems::add);
        return node;
    }

    /** Whole numbers are written as integers. */
    private static void cores(ObjectNode node, String field, OptionalDouble cores) {
        if (cores.isPresent() && cores.getAsDouble() == Math.rint(cores.getAsDouble())) {
            node.put(field, (long) cores.getAsDouble());
        } else {
            Json.put(node, field, cores);
        }
    }
}
