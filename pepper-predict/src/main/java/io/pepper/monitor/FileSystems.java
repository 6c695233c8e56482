package io.pepper.monitor;

import io.pepper.monitor.internal.Sample;
import java.util.List;
import java.util.Set;

/**
 * Chooses the file system of the system among those that node_exporter tells. Old kernels have the root twice; in a container the root
 * is the container's, and that of the host is mounted below.
 */
final class FileSystems {
    /** Kinds of roots that hold no data of the host, or repeat another. */
    private static final Set<String> NOT_OF_A_DISK =
            Set.of("rootfs", "overlay", "aufs", "tmpfs", "ramfs", "squashfs", "erofs", "composefs", "iso9660");

    /** Where containers see the root of their host. */
    private static final List<String> HOSTS = List.of("/", "/rootfs", "/host", "/hostfs", "/host/root", "/host/rootfs");

    /** For queries: the mount points that are looked at. */
    static final String MOUNT_POINTS = String.join("|", HOSTS);

    private FileSystems() {}

    /** The samples of the best file system: one, if Prometheus is not contradictory. */
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
