package io.pepper.monitor.internal.agent;

import io.pepper.monitor.internal.machine.SystemFiles;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** Bytes, operations and times of the disks, from {@code /proc/diskstats}. */
final class DiskPart implements NodePart {
    private static final double SECTOR_BYTES = 512;
    private static final double MILLIS = 1e-3;

    /** Memory disks, loops and partitions, whose work is that of their disks. */
    private static final Pattern NO_DISK =
            Pattern.compile("(z?ram|loop|fd)\\d+|(h|s|v|xv)d[a-z]+\\d+|(nvme\\d+n|mmcblk|nbd)\\d+p\\d+");

    private final SystemFiles files;

    DiskPart(SystemFiles files) {
        this.files = files;
    }

    @Override
    public void read(Families families) {
        for (String line : files.lines(files.path("/proc/diskstats"))) {
            String[] words = line.strip().split("\\s+", -1);
            if (words.length >= 14 && !NO_DISK.matcher(words[2]).matches()) {
                add(families, words);
            }
        }
    }

    private static void add(Families families, String[] words) {
        sum(families, words, 3, 1, "reads_completed_total", "Number of completed reads.");
        sum(families, words, 5, SECTOR_BYTES, "read_bytes_total", "Bytes read.");
        sum(families, words, 6, MILLIS, "read_time_seconds_total", "Sum of the times of all reads, in seconds.");
        sum(families, words, 7, 1, "writes_completed_total", "Number of completed writes.");
        sum(families, words, 9, SECTOR_BYTES, "written_bytes_total", "Bytes written.");
        sum(families, words, 10, MILLIS, "write_time_seconds_total", "Sum of the times of all writes, in seconds.");
        sum(families, words, 12, MILLIS, "io_time_seconds_total", "Time in which the disk was busy, in seconds.");
        sum(
                families,
                words,
                13,
                MILLIS,
                "io_time_weighted_seconds_total",
                "Time in which the disk was busy, times the number of waiting operations, in seconds.");
    }

    private static void sum(Families families, String[] words, int column, double unit, String name, String help) {
        OptionalLong value = SystemFiles.number(words[column]);
        if (value.isPresent()) {
            families.counter("node_disk_" + name, help, value.getAsLong() * unit, "device", words[2]);
        }
    }
}
