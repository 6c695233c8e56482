package io.pepper.monitor.internal.agent;

import io.pepper.monitor.internal.machine.SystemFiles;
import java.util.List;

/** The memory of the machine. */
final class MemoryPart implements NodePart {
    private static final double KILOBYTE = 1024;
    private static final List<String> FIELDS = List.of(
            "MemTotal",
            "MemFree",
            "MemAvailable",
            "Buffers",
            "Cached",
            "SwapCached",
            "Active",
            "Inactive",
            "SwapTotal",
            "SwapFree",
            "Dirty",
            "Writeback",
            "AnonPages",
            "Mapped",
            "Shmem",
            "Slab",
            "SReclaimable",
            "CmaTotal",
            "CmaFree");

    private final SystemFiles files;

    MemoryPart(SystemFiles files) {
        this.files = files;
    }

    @Override
    public void read(Families families) {
        List<String> lines = files.lines(files.path("/proc/meminfo"));
        for (String field : FIELDS) {
            SystemFiles.number(lines, field)
                    .ifPresent(kilobytes -> families.gauge(
                            "node_memory_" + field + "_bytes",
                            "Memory: the field " + field + " of /proc/meminfo, in bytes.",
                            kilobytes * KILOBYTE));
        }
    }
}
