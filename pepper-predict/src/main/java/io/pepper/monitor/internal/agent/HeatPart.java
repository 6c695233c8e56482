package io.pepper.monitor.internal.agent;

import io.pepper.monitor.internal.machine.SystemFiles;
import java.nio.file.Path;
import java.util.List;

/** Temperatures, cooling devices, and the throttling that a Raspberry Pi's firmware reports. */
final class HeatPart implements NodePart {
    private static final double MILLI = 1e-3;
    private static final int HEX = 16;
    private static final int SINCE_START = 16;

    /** The files in which the kernel of a Raspberry Pi shows the bits of the firmware's {@code get_throttled}. */
    private static final List<String> FIRMWARE = List.of(
            "/sys/devices/platform/soc/soc:firmware/get_throttled",
            "/sys/devices/platform/soc@107c000000/soc@107c000000:firmware/get_throttled",
            "/sys/devices/platform/axi/axi:firmware/get_throttled");

    /** The reasons by their bit. */
    private static final List<String> REASONS =
            List.of("under_voltage", "frequency_capped", "throttled", "soft_temperature_limit");

    private final SystemFiles files;

    HeatPart(SystemFiles files) {
        this.files = files;
    }

    @Override
    public void read(Families families) {
        zones(families);
        cooling(families);
        sensors(families);
        FIRMWARE.stream()
                .map(path -> files.word(files.path(path)))
                .filter(bits -> bits.matches("(0x)?[0-9a-fA-F]{1,8}"))
                .findFirst()
                .ifPresent(bits -> throttled(families, Long.parseLong(bits.replaceFirst("^0x", ""), HEX)));
    }

    private void zones(Families families) {
        for (Path zone : files.list("/sys/class/thermal", "thermal_zone[0-9]*")) {
            families.gauge(
                    "node_thermal_zone_temp",
                    "Temperature of a zone, in degrees Celsius.",
                    files.scaled(zone.resolve("temp"), MILLI),
                    "type",
                    files.word(zone.resolve("type")),
                    "zone",
                    numberOf(zone, "thermal_zone"));
        }
    }

    private void cooling(Families families) {
        for (Path device : files.list("/sys/class/thermal", "cooling_device[0-9]*")) {
            String[] labels = {"name", numberOf(device, "cooling_device"), "type", files.word(device.resolve("type"))};
            families.gauge(
                    "node_cooling_device_cur_state",
                    "Current state of a cooling device; 0 is off.",
                    files.scaled(device.resolve("cur_state"), 1),
                    labels);
            families.gauge(
                    "node_cooling_device_max_state",
                    "Highest state of a cooling device.",
                    files.scaled(device.resolve("max_state"), 1),
                    labels);
        }
    }

    private void sensors(Families families) {
        for (HardwareMonitor chip : HardwareMonitor.all(files)) {
            for (String sensor : chip.sensors("temp")) {
                families.gauge(
                        "node_hwmon_temp_celsius",
                        "Temperature of a sensor, in degrees Celsius.",
                        chip.value(sensor + "_input", MILLI),
                        "chip",
                        chip.chip(),
                        "sensor",
                        sensor);
            }
        }
    }

    private static void throttled(Families families, long bits) {
        for (int i = 0; i < REASONS.size(); i++) {
            families.gauge(
                    "pepper_throttled",
                    "Whether the board's firmware slows it down now.",
                    (double) ((bits >> i) & 1),
                    "reason",
                    REASONS.get(i));
            families.gauge(
                    "pepper_throttled_since_start",
                    "Whether the board's firmware has slowed it down since the board's start.",
                    (double) ((bits >> (i + SINCE_START)) & 1),
                    "reason",
                    REASONS.get(i));
        }
    }

    private static String numberOf(Path directory, String prefix) {
        return String.valueOf(directory.getFileName()).substring(prefix.length());
    }
}
