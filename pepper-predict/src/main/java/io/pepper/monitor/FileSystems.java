package io.pepper.monitor;

import io.pepper.monitor.internal.Sample;
import java.util.List;
import java.util.Set;

/**
 * The choice of the system's file system among those that node_exporter reports. Old kernels report the root twice. In
 * a container, the root is the container's, and the host's root is mounted below it.
 */
final class FileSystems {
    /** Types of roots that hold no data of the host, or duplicate another root. */
    private static final Set<String> NOT_OF_A_DISK =
            Set.of("rootfs", "overlay", "aufs", "tmpfs", "ramfs", "squashfs", "erofs", "composefs", "iso9660");

    /** Mount points of the host's root in containers. */
    private static final List<String> HOSTS = List.of("/", "/rootfs", "/host", "/hostfs", "/host/root", "/host/rootfs");

    /** The mount points as a regular expression for queries. */
    static final String MOUNT_POINTS = String.join("|", HOSTS);

    private FileSystems() {}

    /** Returns the samples of the best file system: one sample, unless Prometheus has contradictory ones. */
    static List<Sample> choose(List<Sample> samples) {
        for (boolean onDisk : new boolean[] {true, false}) {
            for (String mounted : HOSTS) {
                List<Sample> found = samples.stream()
                        .filter(sample -> mounted.equals(sample.labels().getOrDefault("mountpoint", "/")))
                        .filter(sample -> !onDisk
                                || !NOT_OF_A_DISK.contains(sample.labels().getOrDefault("fstype", "")))
                        .filter(sample -> Double.isFinite(sample.value()))
                        .toList();
                if (!found.isEmpty()) {
                    return found;
                }
            }
        }
        return samples;
    }
}
