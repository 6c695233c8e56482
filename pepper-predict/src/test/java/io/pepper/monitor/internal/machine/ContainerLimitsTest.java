package io.pepper.monitor.internal.machine;

import static io.pepper.monitor.internal.machine.FakeSystem.GIB;
import static io.pepper.monitor.internal.machine.FakeSystem.mount;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Cores and memory are those of the tightest control group, of either version, wherever it is mounted. */
class ContainerLimitsTest {
    private static final String V1_UNLIMITED = "9223372036854771712\n";

    @TempDir
    Path root;

    private FakeSystem system;

    @BeforeEach
    void eightProcessors() throws IOException {
        system = new FakeSystem(root).processors(8, 1000);
    }

    private void hasNoLimits() {
        assertThat(system.machine().cores()).isEqualTo(8);
        assertThat(system.machine().quotaCores()).isEmpty();
        assertThat(system.machine().memoryTotalBytes()).hasValue(16 * GIB);
        assertThat(system.machine().memoryFreeBytes()).hasValue(8 * GIB);
    }

    @Test
    void limitsWithoutControlGroupsAreThoseOfTheMachine() {
        hasNoLimits();
    }

    @Test
    void limitsWithoutFilesAreThoseOfTheVirtualMachine() {
        Machine machine = Machine.at(root.resolve("nothing"));
        assertThat(machine.cores()).isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(machine.memoryTotalBytes()).isEmpty();
        assertThat(machine.memoryFreeBytes()).isEmpty();
        assertThat(machine.sample().loadPercent(machine.sample(), 0)).isEmpty();
    }

    @Test
    void versionOneOfADockerHost() throws IOException {
        system.first("/docker/abc", "/")
                .file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n")
                .file("sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us", "50000\n")
                .file("sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_period_us", "100000\n")
                .file("sys/fs/cgroup/memory/memory.limit_in_bytes", V1_UNLIMITED)
                .file("sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", "536870912\n")
                .file("sys/fs/cgroup/memory/docker/abc/memory.usage_in_bytes", "209715200\n")
                .file(
                        "sys/fs/cgroup/memory/docker/abc/memory.stat",
                        "inactive_file 1\ntotal_inactive_file 104857600\n");
        assertThat(system.machine().cores()).isEqualTo(0.5);
        assertThat(system.machine().memoryTotalBytes()).hasValue(GIB / 2);
        assertThat(system.machine().memoryFreeBytes())
                .as("the limit, without what is used and cannot be freed")
                .hasValue((512 - 100L) << 20);
    }

    @Test
    void versionOneInsideOfAContainerThatIsToldThePathOfTheHost() throws IOException {
        system.first("/docker/abc", "/docker/abc")
                .file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "150000\n")
                .file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n")
                .file("sys/fs/cgroup/memory/memory.limit_in_bytes", "1073741824\n");
        assertThat(system.machine().cores()).isEqualTo(1.5);
        assertThat(system.machine().memoryTotalBytes()).hasValue(GIB);
    }

    @Test
    void versionOneWhoseMountShowsLessOfThePath() throws IOException {
        system.first("/kubepods/burstable/pod1/c1", "/")
                .file("sys/fs/cgroup/cpu,cpuacct/pod1/c1/cpu.cfs_quota_us", "25000\n")
                .file("sys/fs/cgroup/cpu,cpuacct/pod1/c1/cpu.cfs_period_us", "100000\n");
        assertThat(system.machine().cores()).isEqualTo(0.25);
    }

    @Test
    void versionOneWithoutLimits() throws IOException {
        system.first("/", "/")
                .file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n")
                .file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n")
                .file("sys/fs/cgroup/memory/memory.limit_in_bytes", "18446744073709551615\n")
                .file("sys/fs/cgroup/memory/memory.usage_in_bytes", "1048576\n");
        hasNoLimits();
    }

    @Test
    void versionOneHidesTheGroupsAboveAndTellsTheirLimit() throws IOException {
        system.first("/", "/")
                .file("sys/fs/cgroup/memory/memory.limit_in_bytes", V1_UNLIMITED)
                .file("sys/fs/cgroup/memory/memory.usage_in_bytes", "0\n")
                .file("sys/fs/cgroup/memory/memory.stat", "hierarchical_memory_limit 2147483648\n");
        assertThat(system.machine().memoryTotalBytes()).hasValue(2 * GIB);
        assertThat(system.machine().memoryFreeBytes()).hasValue(2 * GIB);
    }

    @Test
    void versionOneGroupsThatDoNotLimitThoseBelow() throws IOException {
        system.first("/a/b", "/")
                .file("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "1048576\n")
                .file("sys/fs/cgroup/memory/a/memory.use_hierarchy", "0\n")
                .file("sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", "1073741824\n");
        assertThat(system.machine().memoryTotalBytes()).hasValue(GIB);
    }

    @Test
    void versionTwoInSlicesOfWhichAnOuterOneIsTheTightest() throws IOException {
        system.unified("/system.slice/docker-abc.scope/inner")
                .file("sys/fs/cgroup/system.slice/cpu.max", "40000 100000\n")
                .file("sys/fs/cgroup/system.slice/memory.max", "max\n")
                .file("sys/fs/cgroup/system.slice/docker-abc.scope/cpu.max", "200000 100000\n")
                .file("sys/fs/cgroup/system.slice/docker-abc.scope/memory.max", "1073741824\n")
                .file("sys/fs/cgroup/system.slice/docker-abc.scope/memory.current", "1073741824\n")
                .file("sys/fs/cgroup/system.slice/docker-abc.scope/memory.stat", "anon 9\ninactive_file 268435456\n")
                .file("sys/fs/cgroup/system.slice/docker-abc.scope/inner/cpu.max", "max 100000\n")
                .file("sys/fs/cgroup/system.slice/docker-abc.scope/inner/memory.max", "4294967296\n")
                .file("sys/fs/cgroup/system.slice/docker-abc.scope/inner/memory.current", "1048576\n");
        assertThat(system.machine().cores()).isEqualTo(0.4);
        assertThat(system.machine().quotaCores()).hasValue(0.4);
        assertThat(system.machine().memoryTotalBytes()).hasValue(GIB);
        assertThat(system.machine().memoryFreeBytes()).hasValue(GIB / 4);
    }

    @Test
    void versionTwoInANamespaceOfItsOwn() throws IOException {
        system.unified("/")
                .file("sys/fs/cgroup/cpu.max", "30000 100000\n")
                .file("sys/fs/cgroup/memory.max", "max\n")
                .file("sys/fs/cgroup/memory.high", "268435456\n")
                .file("sys/fs/cgroup/memory.current", "0\n");
        assertThat(system.machine().cores()).isEqualTo(0.3);
        assertThat(system.machine().memoryTotalBytes())
                .as("beyond memory.high tasks are slowed down until they give memory back")
                .hasValue(GIB / 4);
    }

    @Test
    void versionTwoOfAProcessOutsideOfItsNamespace() throws IOException {
        system.unified("/../../other").file("sys/fs/cgroup/cpu.max", "250000 100000\n");
        assertThat(system.machine().cores()).isEqualTo(2.5);
    }

    @Test
    void versionTwoMountedFromAGroup() throws IOException {
        system.member("0::/kubepods.slice/pod.slice/cri-1.scope\n")
                .mounts("35 24 0:30 /kubepods.slice/pod.slice /sys/fs/my\\040groups rw - cgroup2 cgroup2 rw\n")
                .file("sys/fs/my groups/cpu.max", "max 100000\n")
                .file("sys/fs/my groups/cri-1.scope/cpu.max", "100000 50000\n");
        assertThat(system.machine().cores()).isEqualTo(2);
    }

    @Test
    void versionTwoWithoutLimits() throws IOException {
        system.unified("/user.slice/session-1.scope")
                .file("sys/fs/cgroup/user.slice/session-1.scope/cpu.max", "max 100000\n")
                .file("sys/fs/cgroup/user.slice/session-1.scope/memory.max", "max\n");
        hasNoLimits();
        system.file("sys/fs/cgroup/user.slice/session-1.scope/cpu.max", "max");
        hasNoLimits();
    }

    @Test
    void hybridTakesEachControllerWhereItIs() throws IOException {
        system.member("4:cpu,cpuacct:/box\n1:name=systemd:/box\n0::/box\n")
                .mounts(mount("/", "cpu,cpuacct")
                        + "40 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
                        + "41 31 0:39 / /sys/fs/cgroup/systemd rw - cgroup systemd rw,name=systemd\n")
                .file("sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_quota_us", "75000\n")
                .file("sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_period_us", "100000\n")
                .file("sys/fs/cgroup/unified/box/cpu.max", "10000 100000\n")
                .file("sys/fs/cgroup/unified/box/memory.max", "1073741824\n");
        assertThat(system.machine().cores()).isEqualTo(0.75);
        assertThat(system.machine().memoryTotalBytes()).hasValue(GIB);
    }

    @Test
    void processorSetsAndQuotasTheLesserCounts() throws IOException {
        system.unified("/box")
                .file("sys/fs/cgroup/box/cpuset.cpus.effective", "0-1,6\n")
                .file("proc/self/status", "Name: java\nCpus_allowed_list:\t0-127\n");
        assertThat(system.machine().cores()).isEqualTo(3);
        system.file("proc/self/status", "Cpus_allowed_list:\t1,6-7\n");
        assertThat(system.machine().cores()).as("what both allow").isEqualTo(2);
        system.file("sys/fs/cgroup/box/cpu.max", "550000 100000\n");
        assertThat(system.machine().cores()).isEqualTo(2);
        system.file("sys/fs/cgroup/box/cpu.max", "55000 100000\n");
        assertThat(system.machine().cores()).isEqualTo(0.55);
    }

    @Test
    void containersThatNumberProcessorsAnewKeepThem() throws IOException {
        system.processors(2, 1).file("proc/self/status", "Cpus_allowed_list:\t5,9\n");
        assertThat(system.machine().cores()).isEqualTo(2);
    }

    @Test
    void nonsenseIsNoLimit() throws IOException {
        system.unified("/box")
                .file("sys/fs/cgroup/box/cpu.max", "0 0\n")
                .file("sys/fs/cgroup/box/memory.max", "plenty\n")
                .file("sys/fs/cgroup/box/cpuset.cpus.effective", "x-y,99999999999,\n")
                .file("proc/self/status", "Cpus_allowed_list:\t-\n");
        hasNoLimits();
    }

    @Test
    void loadIsThatOfTheQuota() throws IOException {
        system.unified("/box")
                .file("sys/fs/cgroup/box/cpu.max", "50000 100000\n")
                .file("sys/fs/cgroup/box/cpu.stat", "usage_usec 1000000\nnr_periods 10\nnr_throttled 1\n");
        MachineSample before = system.machine().sample(0);
        system.processors(8, 1075)
                .file("sys/fs/cgroup/box/cpu.stat", "usage_usec 1250000\nnr_periods 20\nnr_throttled 9\n");
        MachineSample after = system.machine().sample(1_000_000_000);
        assertThat(after.loadPercent(before, 0).orElseThrow())
                .as("a quarter of a core of half a core")
                .isCloseTo(50, within(1e-9));
        assertThat(after.loadPercent(before, 0.125).orElseThrow())
                .as("without an eighth that is our own")
                .isCloseTo(25, within(1e-9));
        assertThat(after.busyCores(before).orElseThrow())
                .as("a quarter of each of eight")
                .isCloseTo(2, within(1e-9));
        assertThat(after.busyPercent(before, 1).orElseThrow()).isCloseTo(12.5, within(1e-9));
        assertThat(after.since(before).throttledPercent()).hasValue(80);
        assertThat(after.since(before).quotaCores()).hasValue(0.5);
    }

    @Test
    void loadOfABusyMachineLeavesNothingOfAQuota() throws IOException {
        system.unified("/box").file("sys/fs/cgroup/box/cpu.max", "50000 100000\n");
        MachineSample before = system.machine().sample(0);
        MachineSample after = system.machine().sample(1_000_000_000);
        assertThat(after.loadPercent(before, 0)).as("no processor was idle").hasValue(100);
    }

    @Test
    void loadOfAQuotaWhoseTimeIsNotCountedFollowsFromThrottling() throws IOException {
        system.member("4:cpu:/box\n5:cpuacct:/\n")
                .mounts(mount("/", "cpu") + mount("/", "cpuacct"))
                .file("sys/fs/cgroup/cpuacct/cpuacct.usage", "5000000000\n")
                .file("sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "30000\n")
                .file("sys/fs/cgroup/cpu/box/cpu.cfs_period_us", "100000\n")
                .file("sys/fs/cgroup/cpu/box/cpu.stat", "nr_periods 0\nnr_throttled 0\nthrottled_time 0\n");
        MachineSample before = system.machine().sample(0);
        system.processors(8, 1095)
                .file("sys/fs/cgroup/cpu/box/cpu.stat", "nr_periods 10\nnr_throttled 9\nthrottled_time 5\n");
        MachineSample after = system.machine().sample(1_000_000_000);
        assertThat(after.loadPercent(before, 0).orElseThrow()).isCloseTo(90, within(1e-9));
        assertThat(after.since(before).throttledPercent()).hasValue(90);
    }
}
