package io.pepper.monitor.internal.machine;

import java.nio.file.Path;
import java.util.BitSet;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** The clock of processors, from {@code cpufreq}. */
final class Clock {
    private static final double ALL = 100;
    private static final int MAX_ASKED = 32;

    private Clock() {}

    /**
     * Returns the current clock of the fastest processor, in percent of its maximum. Idle processors may run more
     * slowly.
     */
    static OptionalDouble percent(SystemFiles files, BitSet processors) {
        return processors.stream()
                .limit(MAX_ASKED)
                .mapToObj(number -> files.path("/sys/devices/system/cpu/cpu" + number + "/cpufreq"))
                .mapToDouble(directory -> share(files, directory))
                .filter(share -> share > 0)
                .map(share -> Math.min(ALL, ALL * share))
                .max();
    }

    private static double share(SystemFiles files, Path directory) {
        OptionalLong now = files.number(directory.resolve("scaling_cur_freq"));
        OptionalLong most = files.number(directory.resolve("cpuinfo_max_freq"));
        return now.isPresent() && most.orElse(0) > 0 ? (double) now.getAsLong() / most.getAsLong() : 0;
    }
}
