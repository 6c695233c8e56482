package io.pepper.monitor.internal.agent;

import io.pepper.monitor.internal.machine.StallTimes;
import io.pepper.monitor.internal.machine.SystemFiles;
import java.util.List;
import java.util.OptionalLong;

/** The time in which tasks of the machine waited for processors, memory and disks. */
final class PressurePart implements NodePart {
    private static final double MICROS = 1e-6;

    private final SystemFiles files;

    PressurePart(SystemFiles files) {
        this.files = files;
    }

    @Override
    public void read(Families families) {
        for (String what : List.of("cpu", "memory", "io")) {
            List<String> lines = files.lines(files.path("/proc/pressure/" + what));
            add(families, "node_pressure_" + what + "_waiting_seconds_total", "some task", lines, "some");
            if (!what.equals("cpu")) {
                add(families, "node_pressure_" + what + "_stalled_seconds_total", "all tasks", lines, "full");
            }
        }
    }

    private static void add(Families families, String name, String who, List<String> lines, String tasks) {
        OptionalLong micros = StallTimes.micros(lines, tasks);
        if (micros.isPresent()) {
            families.counter(
                    name, "Time in which " + who + " waited for a resource, in seconds.", micros.getAsLong() * MICROS);
        }
    }
}
