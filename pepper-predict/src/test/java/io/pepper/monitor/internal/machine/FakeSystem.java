package io.pepper.monitor.internal.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files of a Linux that tests make up. */
public final class FakeSystem {
    public static final long GIB = 1L << 30;
    private final Path root;

    public FakeSystem(Path root) {
        this.root = root;
    }

    Machine machine() {
        return Machine.at(root);
    }

    public FakeSystem file(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        return this;
    }

    /** So many processors, idle for some ticks, and a memory of 16 GiB. */
    public FakeSystem processors(int count, long idleTicks) throws IOException {
        StringBuilder stat = new StringBuilder("cpu  1 2 3 4 5 6 7 8 9 10\n");
        for (int i = 0; i < count; i++) {
            stat.append("cpu").append(i).append(" 11 0 12 ").append(idleTicks).append(" 0 0 0 0 0 0\n");
        }
        file("proc/stat", stat + "procs_running 3\n");
        return file("proc/meminfo", "MemTotal: 16777216 kB\nMemFree: 1024 kB\nMemAvailable: 8388608 kB\n");
    }

    public FakeSystem member(String lines) throws IOException {
        return file("proc/self/cgroup", lines);
    }

    public FakeSystem mounts(String lines) throws IOException {
        return file("proc/self/mountinfo", lines);
    }

    /** Version 2, mounted as systemd does. */
    public FakeSystem unified(String group) throws IOException {
        member("0::" + group + "\n");
        return mounts(
                "24 1 8:1 / / rw - ext4 /dev/sda1 rw\n35 24 0:30 / /sys/fs/cgroup rw shared:9 - cgroup2 cgroup2 rw\n");
    }

    /** Version 1: processors and their accounts together, memory, and processor sets. */
    public FakeSystem first(String group, String mounted) throws IOException {
        member("11:memory:" + group + "\n4:cpu,cpuacct:" + group + "\n3:cpuset:" + group + "\n1:name=systemd:" + group
                + "\n");
        return mounts(mount(mounted, "cpu,cpuacct") + mount(mounted, "memory") + mount(mounted, "cpuset"));
    }

    static String mount(String group, String controllers) {
        return "32 31 0:29 " + group + " /sys/fs/cgroup/" + controllers + " rw,relatime - cgroup cgroup rw,"
                + controllers + "\n";
    }
}
