package io.pepper.distributed.internal.control;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The memory that this process may use: that of the machine, or the limit of its control group. */
final class MachineMemory {
    private static final Path MACHINE = Path.of("/proc/meminfo");
    private static final Path LIMIT = Path.of("/sys/fs/cgroup/memory.max");
    private static final String TOTAL = "MemTotal:";
    private static final long KIB = 1024;

    private static final int SHARES = 4;
    private static final long LEAST_SHARE = 64L << 20;

    private MachineMemory() {}

    /** Returns bytes; 0 if the system does not tell. */
    static long bytes() {
        long machine = machine();
        long limit = limit();
        return limit > 0 && (machine == 0 || limit < machine) ? limit : machine;
    }

    /** Returns the bytes that the caches of a part may take unless the node states others. */
    static long share() {
        return Math.max(LEAST_SHARE, bytes() / SHARES);
    }

    private static long machine() {
        try {
            for (String line : Files.readAllLines(MACHINE)) {
                if (line.startsWith(TOTAL)) {
                    return Long.parseLong(line.replaceAll("[^0-9]", "")) * KIB;
                }
            }
        } catch (IOException | NumberFormatException unknown) {
            return 0;
        }
        return 0;
    }

    private static long limit() {
        try {
            return Long.parseLong(Files.readString(LIMIT).strip());
        } catch (IOException | NumberFormatException none) {
            return 0;
        }
    }
}
