package io.pepper.monitor.internal.machine;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Pressure stall information (psi): the total time in which some task of this control group, or of the machine, waited
 * for a resource.
 *
 * @param cpuMicros time waiting for a processor, in microseconds
 * @param memoryMicros time waiting for memory, in microseconds
 * @param ioMicros time waiting for disks, in microseconds
 */
record Pressure(OptionalLong cpuMicros, OptionalLong memoryMicros, OptionalLong ioMicros) {
    private static final double PERCENT_OF_MICROS = 1e-4;
    private static final double ALL = 100;

    static Pressure read(SystemFiles files, ControlGroups groups) {
        return new Pressure(
                micros(files, groups, "cpu", "cpu"),
                micros(files, groups, "memory", "memory"),
                micros(files, groups, "io", "memory"));
    }

    /** Returns the time of the process's own group if it reports one, else of the machine. */
    private static OptionalLong micros(SystemFiles files, ControlGroups groups, String what, String controller) {
        Path machine = files.path("/proc/pressure/" + what);
        Path own = groups.of(controller)
                .map(levels -> levels.directories().get(0).resolve(what + ".pressure"))
                .filter(Files::isReadable)
                .orElse(machine);
        OptionalLong told = total(files, own);
        return told.isPresent() ? told : total(files, machine);
    }

    private static OptionalLong total(SystemFiles files, Path file) {
        return StallTimes.micros(files.lines(file), "some");
    }

    static OptionalDouble percent(OptionalLong before, OptionalLong after, double seconds) {
        if (before.isEmpty() || after.isEmpty() || !(seconds > 0)) {
            return OptionalDouble.empty();
        }
        double share = (after.getAsLong() - before.getAsLong()) * PERCENT_OF_MICROS / seconds;
        return OptionalDouble.of(Math.max(0, Math.min(ALL, share)));
    }
}
