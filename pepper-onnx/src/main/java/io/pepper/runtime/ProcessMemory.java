package io.pepper.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** How much memory this process holds at most, from a moment on. On Linux only: elsewhere it is not known. */
final class ProcessMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path CLEAR = Path.of("/proc/self/clear_refs");
    private static final String RESET_PEAK = "5";

    private final OptionalLong before;

    private ProcessMemory(OptionalLong before) {
        this.before = before;
    }

    static ProcessMemory watch() {
        try {
            Files.writeString(CLEAR, RESET_PEAK);
            return new ProcessMemory(read("VmRSS:"));
        } catch (IOException | SecurityException notLinux) {
            return new ProcessMemory(OptionalLong.empty());
        }
    }

    /** The most since the watch began, above what there was then. */
    OptionalLong peakGrowthBytes() {
        OptionalLong peak = before.isPresent() ? read("VmHWM:") : before;
        return peak.isPresent()
                ? OptionalLong.of(Math.max(0, peak.getAsLong() - before.getAsLong()))
                : OptionalLong.empty();
    }

    private static OptionalLong read(String field) {
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(field))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst();
        } catch (IOException | NumberFormatException unreadable) {
            return OptionalLong.empty();
        }
    }
}
