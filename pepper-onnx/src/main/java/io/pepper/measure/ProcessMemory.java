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

/** The peak memory of this process since a moment. Only known on Linux. */
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

    /**
     * Returns freed native memory to the system, so that a model's memory becomes visible. Not every virtual machine
     * can.
     */
    private static void trim() {
        try {
            ManagementFactory.getPlatformMBeanServer()
                    .invoke(new ObjectName(DIAGNOSTICS), "systemTrimNativeHeap", new Object[0], new String[0]);
        } catch (JMException | RuntimeException cannot) {
            LOG.debug("native memory is not trimmed: {}", cannot.toString());
        }
    }

    /** Returns the growth of the peak since the watch started. */
    OptionalLong peakGrowthBytes() {
        OptionalLong peak = before.isPresent() ? read("VmHWM:") : before;
        return peak.isPresent()
                ? OptionalLong.of(Math.max(0, peak.getAsLong() - before.getAsLong()))
                : OptionalLong.empty();
    }

    /** Returns the current memory of the process, after freed native memory was returned. */
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
