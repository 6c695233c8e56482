package io.pepper.monitor.internal.machine;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** Whatever stands in the files of a system, the machine has cores, and its numbers are in their ranges. */
@Tag("fuzz")
class MachineFuzzTest {
    @TempDir
    static Path root;

    @FuzzTest(maxDuration = "60m")
    void system(byte[] data) throws IOException {
        String[] texts = new String(data, StandardCharsets.UTF_8).split("\\|", -1);
        List<String> files = List.of(
                "proc/self/cgroup",
                "proc/self/mountinfo",
                "proc/self/status",
                "proc/stat",
                "proc/meminfo",
                "proc/pressure/cpu",
                "sys/fs/cgroup/cpu.max",
                "sys/fs/cgroup/cpu.stat",
                "sys/fs/cgroup/memory.max",
                "sys/fs/cgroup/cpuset.cpus.effective");
        FakeSystem system = new FakeSystem(root);
        for (int i = 0; i < files.size(); i++) {
            system.file(files.get(i), i < texts.length ? texts[i] : "");
        }
        Machine machine = system.machine();
        MachineSample before = machine.sample(0);
        MachineSample after = machine.sample(1_000_000_000);
        if (!(machine.cores() > 0)
                || after.loadPercent(before, 0).orElse(0) > 100
                || after.busyPercent(before, 0).orElse(0) < 0
                || machine.memoryFreeBytes().orElse(0)
                        > machine.memoryTotalBytes().orElse(Long.MAX_VALUE)
                || after.since(before).throttledPercent().orElse(0) > 100) {
            throw new IllegalStateException("out of range");
        }
    }
}
