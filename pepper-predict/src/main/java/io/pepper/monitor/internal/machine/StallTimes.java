package io.pepper.monitor.internal.machine;

import java.util.List;
import java.util.OptionalLong;

/** The total times in a file of pressure stall information (psi). */
public final class StallTimes {
    private static final String TOTAL = "total=";

    private StallTimes() {}

    /**
     * Returns the total time in which tasks waited.
     *
     * @param lines the lines of the file
     * @param tasks {@code some} for the time in which some task waited, {@code full} for the time in which all did
     * @return microseconds; empty if the file does not have them
     */
    public static OptionalLong micros(List<String> lines, String tasks) {
        return lines.stream()
                .filter(line -> line.startsWith(tasks + " ") && line.contains(TOTAL))
                .map(line -> SystemFiles.number(line.substring(line.indexOf(TOTAL) + TOTAL.length())))
                .findFirst()
                .orElse(OptionalLong.empty());
    }
}
