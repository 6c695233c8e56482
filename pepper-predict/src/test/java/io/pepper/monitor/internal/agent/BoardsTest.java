package io.pepper.monitor.internal.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.monitor.internal.machine.FakeSystem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The metrics of boards, a laptop and containers whose files are made up, as Prometheus receives them. */
class BoardsTest {
    private static final String NODE = "char_node_name=\"pi4\",char_node_uuid=\"" + FakeNode.UUID + "\"";

    @TempDir
    Path root;

    private String scraped() throws IOException, InterruptedException {
        try (FakeNode node = FakeNode.start(root)) {
            return node.scrape();
        }
    }

    private FakeSystem system() {
        return FakeNode.system(root);
    }

    @Test
    void aRaspberryPiTellsItsModelItsClockItsTemperatureAndWhyItIsThrottled() throws Exception {
        system().processors(4, 100)
                .file("proc/device-tree/model", "Raspberry Pi 4 Model B Rev 1.4\0")
                .file("proc/loadavg", "0.25 1.50 2.75 1/123 4567\n")
                .file("sys/class/thermal/thermal_zone0/type", "cpu-thermal\n")
                .file("sys/class/thermal/thermal_zone0/temp", "61835\n")
                .file("sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq", "600000\n")
                .file("sys/devices/system/cpu/cpu0/cpufreq/scaling_max_freq", "1500000\n")
                .file("sys/devices/platform/soc/soc:firmware/get_throttled", "50005\n");
        String text = scraped();
        assertThat(text)
                .contains("char_node_device_model{char_node_class=\"Computer\","
                        + "char_node_device_model_name=\"Raspberry Pi 4 Model B Rev 1.4\"," + NODE + "} 1.0")
                .contains("node_load5 1.5")
                .contains("node_cpu_seconds_total{cpu=\"3\",mode=\"idle\"} 1.0")
                .contains("node_thermal_zone_temp{type=\"cpu-thermal\",zone=\"0\"} 61.835")
                .contains("node_cpu_scaling_frequency_hertz{cpu=\"0\"} 6.0E8")
                .contains("node_cpu_scaling_frequency_max_hertz{cpu=\"0\"} 1.5E9")
                .contains("pepper_throttled{reason=\"under_voltage\"} 1.0")
                .contains("pepper_throttled{reason=\"frequency_capped\"} 0.0")
                .contains("pepper_throttled{reason=\"throttled\"} 1.0")
                .contains("pepper_throttled_since_start{reason=\"under_voltage\"} 1.0")
                .contains("pepper_throttled_since_start{reason=\"frequency_capped\"} 0.0")
                .contains("char_node_cpu_total_cores{char_node_arch=")
                .doesNotContain("char_node_battery")
                .as("no sensor measures its power")
                .doesNotContain("watt");
    }

    @Test
    void aJetsonHasThePowerOfItsWholeModuleAndOfEachRail() throws Exception {
        system().processors(6, 100)
                .file("proc/device-tree/model", "NVIDIA Jetson Orin Nano Developer Kit\0")
                .file("proc/device-tree/compatible", "nvidia,p3768-0000+p3767-0005\0nvidia,tegra234\0")
                .file("sys/devices/gpu.0/load", "120\n")
                .file("sys/class/hwmon/hwmon1/name", "ina3221\n")
                .file("sys/class/hwmon/hwmon1/in1_label", "VDD_IN\n")
                .file("sys/class/hwmon/hwmon1/in1_input", "5000\n")
                .file("sys/class/hwmon/hwmon1/curr1_input", "1200\n")
                .file("sys/class/hwmon/hwmon1/in2_label", "VDD_CPU_GPU_CV\n")
                .file("sys/class/hwmon/hwmon1/in2_input", "4000\n")
                .file("sys/class/hwmon/hwmon1/curr2_input", "500\n");
        assertThat(scraped())
                .contains("pepper_power_watts{rail=\"VDD_IN\",source=\"ina3221\"} 6.0")
                .contains("pepper_power_watts{rail=\"VDD_CPU_GPU_CV\",source=\"ina3221\"} 2.0")
                .containsPattern("char_node_cpu_energy_watt\\{char_node_arch=.*} 6\\.0")
                .contains("char_node_gpu_model=\"nvidia,tegra234\"")
                .contains("node_drm_gpu_busy_percent{card=\"card0\"} 12.0")
                .as("it has no memory of its own")
                .doesNotContain("node_drm_memory");
    }

    @Test
    void anOlderJetsonShowsItsPowerAsAnIndustrialSensor() throws Exception {
        String sensor = "sys/bus/i2c/drivers/ina3221x/6-0040/iio:device0/";
        system().processors(4, 100)
                .file(sensor + "rail_name_0", "POM_5V_IN\n")
                .file(sensor + "in_power0_input", "2540\n")
                .file(sensor + "rail_name_2", "POM_5V_CPU\n")
                .file(sensor + "in_power2_input", "810\n");
        assertThat(scraped())
                .containsPattern("char_node_cpu_energy_watt\\{char_node_arch=.*} 2\\.54")
                .contains("pepper_power_watts{rail=\"POM_5V_CPU\",source=\"ina3221\"} 0.81");
    }

    @Test
    void aLaptopOnItsBatteryDrawsWhatTheBatteryGives() throws Exception {
        String battery = "sys/class/power_supply/BAT0/";
        system().processors(8, 100)
                .file(battery + "type", "Battery\n")
                .file(battery + "status", "Discharging\n")
                .file(battery + "capacity", "83\n")
                .file(battery + "current_now", "-500000\n")
                .file(battery + "voltage_now", "12000000\n")
                .file("sys/class/power_supply/AC/type", "Mains\n")
                .file("sys/class/power_supply/AC/online", "0\n")
                .file("sys/class/power_supply/hidpp_battery_0/type", "Battery\n")
                .file("sys/class/power_supply/hidpp_battery_0/scope", "Device\n")
                .file("sys/class/power_supply/hidpp_battery_0/capacity", "5\n");
        assertThat(scraped())
                .containsPattern("char_node_battery\\{.*char_node_plugged_battery=\"false\".*} 83\\.0")
                .containsPattern("char_node_cpu_energy_watt\\{.*} 6\\.0");
        system().file(battery + "status", "Charging\n").file("sys/class/power_supply/AC/online", "1\n");
        assertThat(scraped())
                .containsPattern("char_node_battery\\{.*char_node_plugged_battery=\"true\".*} 83\\.0")
                .as("what charges a battery says nothing of what the laptop draws")
                .doesNotContain("watt");
    }

    @Test
    void aServerHasThePowerMeterOfItsSupplyButNotThatOfItsGraphicsCardAsItsOwn() throws Exception {
        system().processors(2, 100)
                .file("sys/class/hwmon/hwmon0/name", "amdgpu\n")
                .file("sys/class/hwmon/hwmon0/power1_average", "9000000\n")
                .file("sys/class/drm/card0/device/uevent", "DRIVER=amdgpu\nPCI_ID=1002:73BF\n")
                .file("sys/class/drm/card0/device/gpu_busy_percent", "37\n")
                .file("sys/class/drm/card0/device/mem_info_vram_total", "8000\n")
                .file("sys/class/drm/card0/device/mem_info_vram_used", "3000\n");
        assertThat(scraped())
                .contains("pepper_power_watts{rail=\"amdgpu power1\",source=\"hwmon\"} 9.0")
                .contains("node_drm_gpu_busy_percent{card=\"card0\"} 37.0")
                .contains("node_drm_memory_vram_used_bytes{card=\"card0\"} 3000.0")
                .contains("char_node_gpu_model=\"1002:73BF\"")
                .doesNotContain("char_node_cpu_energy_watt");
        system().file("sys/class/hwmon/hwmon2/name", "power_meter\n")
                .file("sys/class/hwmon/hwmon2/power1_average", "120000000\n");
        assertThat(scraped()).containsPattern("char_node_cpu_energy_watt\\{.*} 120\\.0");
    }

    @Test
    void aVirtualMachineIsOfAnotherClass() throws Exception {
        system().processors(2, 100)
                .file("sys/class/dmi/id/sys_vendor", "QEMU\n")
                .file("proc/cpuinfo", "model name\t: Some Processor\nflags\t\t: fpu hypervisor sse\n");
        assertThat(scraped()).contains("char_node_class=\"Virtual Machine\"").doesNotContain("\"Computer\"");
    }

    @Test
    void aContainerHasTheLimitsOfBothVersionsOfControlGroups() throws Exception {
        system().processors(8, 100)
                .unified("/pod")
                .file("sys/fs/cgroup/pod/cpu.max", "150000 100000\n")
                .file("sys/fs/cgroup/pod/cpu.stat", "usage_usec 2500000\nnr_periods 40\nnr_throttled 10\n")
                .file("sys/fs/cgroup/pod/memory.max", "536870912\n")
                .file("sys/fs/cgroup/pod/memory.current", "136870912\n");
        assertThat(scraped())
                .contains("pepper_cgroup_cpu_quota_cores 1.5")
                .contains("pepper_cgroup_cpu_usage_seconds_total 2.5")
                .contains("pepper_cgroup_cpu_throttled_periods_total 10.0")
                .contains("pepper_cgroup_memory_limit_bytes 5.36870912E8")
                .contains("pepper_cgroup_memory_left_bytes 4.0E8")
                .as("the machine's own")
                .contains("node_memory_MemTotal_bytes 1.7179869184E10");
    }

    @Test
    void versionOneWithoutLimitsWritesANumberBeyondAllMemoryWhichIsNone() throws Exception {
        system().processors(8, 100)
                .first("/docker/x", "/docker/x")
                .file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "50000\n")
                .file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n")
                .file("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
        assertThat(scraped())
                .contains("pepper_cgroup_cpu_quota_cores 0.5")
                .doesNotContain("pepper_cgroup_memory_limit_bytes");
    }

    @Test
    void anEmptyRootLeavesOutWhatItDoesNotTellAndNothingFails() throws Exception {
        String text = scraped();
        assertThat(text)
                .contains("char_node_device_model{")
                .contains("} 0.0")
                .contains("node_uname_info{")
                .contains("nodename=\"pi4\"")
                .doesNotContain("node_cpu_seconds_total")
                .doesNotContain("node_memory_")
                .doesNotContain("watt")
                .doesNotContain("NaN")
                .contains("node_scrape_collector_success{collector=\"processors\"} 1.0");
    }

    @Test
    void disksNetworksAndFileSystemsAreNamedAsNodeExporterNamesThem() throws Exception {
        system().file(
                        "proc/diskstats",
                        """
                         179 0 mmcblk0 100 0 2000 500 50 0 4000 700 0 900 1200 0 0 0 0
                         179 1 mmcblk0p1 1 0 1 1 1 0 1 1 0 1 1 0 0 0 0
                           7 0 loop0 1 0 1 1 1 0 1 1 0 1 1
                        """)
                .file(
                        "proc/net/dev",
                        """
                        Inter-|   Receive |  Transmit
                         face |bytes packets|bytes
                          eth0: 1000 10 1 2 0 0 0 0 3000 30 3 4 0 0 0 0
                        """)
                .file("sys/class/net/eth0/speed", "1000\n")
                .file(
                        "proc/self/mounts",
                        "/dev/root / ext4 rw 0 0\nproc /proc proc rw 0 0\n/dev/sda1 /a\\040b vfat ro,x 0 0\n")
                .file("a b/there", "");
        assertThat(scraped())
                .contains("node_disk_read_bytes_total{device=\"mmcblk0\"} 1024000.0")
                .contains("node_disk_written_bytes_total{device=\"mmcblk0\"} 2048000.0")
                .contains("node_disk_io_time_seconds_total{device=\"mmcblk0\"} 0.9")
                .doesNotContain("mmcblk0p1")
                .doesNotContain("loop0")
                .contains("node_network_receive_bytes_total{device=\"eth0\"} 1000.0")
                .contains("node_network_transmit_bytes_total{device=\"eth0\"} 3000.0")
                .contains("node_network_speed_bytes{device=\"eth0\"} 1.25E8")
                .containsPattern(
                        "node_filesystem_size_bytes\\{device=\"/dev/root\",fstype=\"ext4\",mountpoint=\"/\"} \\d")
                .contains("node_filesystem_readonly{device=\"/dev/sda1\",fstype=\"vfat\",mountpoint=\"/a b\"} 1.0")
                .doesNotContain("fstype=\"proc\"");
    }

    @Test
    void hostileTextsInTheNodesFilesStayInsideOfTheirLabels() throws Exception {
        Files.createDirectories(root.resolve("proc/device-tree"));
        byte[] model = "Pi\"} 1\nevil_metric 666\\ \u001b[31m".getBytes(StandardCharsets.UTF_8);
        byte[] invalid = new byte[model.length + 3];
        System.arraycopy(model, 0, invalid, 0, model.length);
        invalid[model.length] = (byte) 0xff;
        invalid[model.length + 1] = (byte) 0xc3;
        Files.write(root.resolve("proc/device-tree/model"), invalid);
        system().processors(1, 1)
                .file("sys/class/thermal/thermal_zone0/type", "a\"b\\c\n{}")
                .file("sys/class/thermal/thermal_zone0/temp", "1000")
                .file("sys/class/hwmon/hwmon0/name", "x".repeat(100_000))
                .file("sys/class/hwmon/hwmon0/temp1_input", "2000");
        String text = scraped();
        assertThat(text.lines())
                .as("each line is a comment or a sample")
                .allMatch(line -> line.startsWith("# ") || line.matches("[a-z_A-Z0-9]+(\\{.*})? [-+.eE0-9]+"));
        assertThat(text.lines()).noneMatch(line -> line.startsWith("evil_metric"));
        assertThat(text).contains("Pi\\\"} 1\\\\u000aevil_metric 666").doesNotContain("\u001b");
        assertThat(text).doesNotContain("x".repeat(400));
    }

    @Test
    void zonesOfTheSameNameAreOneSeriesEach() throws Exception {
        system().file("sys/class/hwmon/hwmon0/name", "nvme")
                .file("sys/class/hwmon/hwmon0/temp1_input", "30000")
                .file("sys/class/hwmon/hwmon1/name", "nvme")
                .file("sys/class/hwmon/hwmon1/temp1_input", "40000");
        assertThat(scraped().lines().filter(line -> line.startsWith("node_hwmon_temp_celsius{")))
                .containsExactly("node_hwmon_temp_celsius{chip=\"nvme\",sensor=\"temp1\"} 30.0");
    }
}
