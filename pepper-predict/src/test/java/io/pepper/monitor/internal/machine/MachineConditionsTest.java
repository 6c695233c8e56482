package io.pepper.monitor.internal.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.pepper.cluster.Conditions;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pressure, clock and temperature are read where Linux tells them, and are empty elsewhere. */
class MachineConditionsTest {
    @TempDir
    Path root;

    private Conditions conditions(FakeSystem system) {
        return system.machine().sample(2_000_000_000).since(system.machine().sample(0));
    }

    @Test
    void missingConditionsAreEmpty() throws IOException {
        assertThat(conditions(new FakeSystem(root).processors(2, 1))).isEqualTo(Conditions.UNKNOWN);
    }

    @Test
    void groupsWithoutAQuotaAreNotThrottled() throws IOException {
        FakeSystem system =
                new FakeSystem(root).processors(2, 1).unified("/").file("sys/fs/cgroup/cpu.stat", "usage_usec 1\n");
        assertThat(conditions(system).throttledPercent()).hasValue(0);
    }

    @Test
    void pressureIsThatOfTheOwnGroupBeforeThatOfTheMachine() throws IOException {
        FakeSystem system = new FakeSystem(root)
                .processors(2, 1)
                .unified("/box")
                .file("proc/pressure/cpu", "some avg10=0.00 avg60=0.00 avg300=0.00 total=7\n")
                .file("proc/pressure/memory", "some avg10=0.00 avg60=0.00 avg300=0.00 total=1000\n")
                .file("sys/fs/cgroup/box/cpu.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=1000000\n");
        MachineSample before = system.machine().sample(0);
        system.file("sys/fs/cgroup/box/cpu.pressure", "some avg10=9.00 total=1500000\nfull avg10=0.00 total=0\n")
                .file("proc/pressure/memory", "some avg10=0.00 avg60=0.00 avg300=0.00 total=21000\n");
        Conditions since = system.machine().sample(2_000_000_000).since(before);
        assertThat(since.cpuPressurePercent().orElseThrow()).isCloseTo(25, within(1e-9));
        assertThat(since.memoryPressurePercent().orElseThrow()).isCloseTo(1, within(1e-9));
        assertThat(since.ioPressurePercent()).isEmpty();
    }

    @Test
    void clockIsThatOfTheFastestProcessor() throws IOException {
        FakeSystem system = new FakeSystem(root)
                .processors(3, 1)
                .file("sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "600000\n")
                .file("sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", "1500000\n")
                .file("sys/devices/system/cpu/cpu1/cpufreq/scaling_cur_freq", "1200000\n")
                .file("sys/devices/system/cpu/cpu1/cpufreq/cpuinfo_max_freq", "1500000\n")
                .file("sys/devices/system/cpu/cpu2/cpufreq/scaling_cur_freq", "<unknown>\n");
        assertThat(conditions(system).clockPercent()).hasValue(80);
    }

    @Test
    void temperatureIsThatOfTheProcessor() throws IOException {
        FakeSystem system = new FakeSystem(root)
                .processors(1, 1)
                .file("sys/class/thermal/thermal_zone0/type", "acpitz\n")
                .file("sys/class/thermal/thermal_zone0/temp", "95000\n")
                .file("sys/class/thermal/thermal_zone1/type", "cpu-thermal\n")
                .file("sys/class/thermal/thermal_zone1/temp", "61500\n")
                .file("sys/class/thermal/thermal_zone2/type", "soc-thermal\n")
                .file("sys/class/thermal/thermal_zone2/temp", "-274000\n");
        assertThat(conditions(system).temperatureCelsius().orElseThrow()).isCloseTo(61.5, within(1e-9));
    }
}
