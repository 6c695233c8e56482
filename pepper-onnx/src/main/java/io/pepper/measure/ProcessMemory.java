package io.pepper.measure;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import javax.management.JMException;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How much memory this process holds at most, from a moment on. On Linux only: elsewhere it is not known. */
final class ProcessMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path CLEAR = Path.of("/proc/self/clear_refs");
    private static final String RESET_PEAK = "5";
    private static final String DIAGNOSTICS = "com.sun.management:type=DiagnosticCommand";
    private static final Logger LOG = LoggerFactory.getLogger(ProcessMemory.class);

    private final OptionalLong before;

    private ProcessMemory(OptionalLong before) {
        this.before = before;
    }

    static ProcessMemory watch() {
        trim();
        try {
            Files.writeString(CLEAR, RESET_PEAK);
            return new ProcessMemory(read("VmRSS:"));
        } catch (IOException | SecurityException notLinux) {
            return new ProcessMemory(OptionalLong.empty());
        }
    }

    /** Gives freed native memory back, or what a model takes of it would not show; not every virtual machine can. */
    private static void trim() {
        try {
            ManagementFactory.getPlatformMBeanServer()
                    .invoke(new ObjectName(DIAGNOSTICS), "systemTrimNativeHeap", new Object[0], new String[0]);
        } catch (JMException | RuntimeException cannot) {
            LOG.debug("native memory is not trimmed: {}", cannot.toString());
        }
    }

    /** The most since the watch began, above what there was then. */
    OptionalLong peakGrowthBytes() {
        OptionalLong peak = before.isPresent() ? read("VmHWM:") : before;
        return peak.isPresent()
                ? OptionalLong.of(Math.max(0, peak.getAsLong() - before.getAsLong()))
                : OptionalLong.empty();
    }

    /** What the process holds now, after freed native memory was given back. */
    static OptionalLong residentBytes() {
        trim();
        return read("VmRSS:");
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
