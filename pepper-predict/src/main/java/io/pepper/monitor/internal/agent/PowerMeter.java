package io.pepper.monitor.internal.agent;

import io.pepper.monitor.internal.machine.SystemFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The power that the node's own sensors measure: RAPL, hardware monitors, INA3221 (Jetson), and a battery that is being
 * discharged. What no sensor measures is absent. Not thread-safe.
 */
final class PowerMeter {
    private static final String RAPL = "rapl";
    private static final String HWMON = "hwmon";
    private static final String INA3221 = "ina3221";
    private static final String BATTERY = "battery";
    private static final double MICRO = 1e-6;
    private static final double MILLI = 1e-3;

    /** Chips that measure the supply of the whole device, or of its processors. */
    private static final Set<String> OF_DEVICE =
            Set.of("power_meter", "acpi_power_meter", "fam15h_power", "zenpower", "ina219", "ina226", "ina260");

    private final SystemFiles files;
    private final LongSupplier nanos;
    private final Map<Path, EnergyCounter> counters = new HashMap<>();

    PowerMeter(SystemFiles files, LongSupplier nanos) {
        this.files = files;
        this.nanos = nanos;
    }

    /** Reads all sensors. */
    List<PowerRail> read() {
        List<PowerRail> rails = new ArrayList<>();
        packages(rails);
        monitors(rails);
        industrial(rails);
        PowerSupplies.of(files).dischargingWatts().ifPresent(watts -> add(rails, BATTERY, BATTERY, watts, true));
        return rails;
    }

    /**
     * Returns the power of the device or of its processors: the sum of the rails of the first source that has some, in
     * the order RAPL, hardware monitors, INA3221, battery.
     */
    static OptionalDouble ofDevice(List<PowerRail> rails) {
        for (String source : List.of(RAPL, HWMON, INA3221, BATTERY)) {
            List<PowerRail> found = rails.stream()
                    .filter(rail -> rail.source().equals(source) && rail.isOfDevice())
                    .toList();
            if (!found.isEmpty()) {
                return OptionalDouble.of(
                        found.stream().mapToDouble(PowerRail::watts).sum());
            }
        }
        return OptionalDouble.empty();
    }

    private static void add(List<PowerRail> rails, String source, String rail, double watts, boolean isOfDevice) {
        if (watts >= 0) {
            rails.add(new PowerRail(source, rail, watts, isOfDevice));
        }
    }

    /** Linux's name for RAPL is the same for Intel and AMD. */
    private void packages(List<PowerRail> rails) {
        for (Path zone : files.list("/sys/class/powercap", "intel-rapl:*")) {
            OptionalLong energy = files.number(zone.resolve("energy_uj"));
            if (energy.isPresent()) {
                String name = files.word(zone.resolve("name"));
                counters.computeIfAbsent(zone, first -> new EnergyCounter())
                        .read(energy.getAsLong(), files.number(zone.resolve("max_energy_range_uj")), nanos.getAsLong())
                        .ifPresent(watts -> add(rails, RAPL, railOf(zone, name), watts, name.startsWith("package")));
            }
        }
    }

    /** Zones inside of packages have the same names in each package. */
    private static String railOf(Path zone, String name) {
        String number = String.valueOf(zone.getFileName());
        return name.startsWith("package") ? name : name + number.substring(number.indexOf(':'));
    }

    private void monitors(List<PowerRail> rails) {
        for (HardwareMonitor chip : HardwareMonitor.all(files)) {
            String name = chip.name();
            if (name.equals(INA3221)) {
                channels(rails, chip);
            }
            for (String sensor : chip.sensors("power")) {
                OptionalDouble input = chip.value(sensor + "_input", MICRO);
                OptionalDouble watts = input.isPresent() ? input : chip.value(sensor + "_average", MICRO);
                String label = chip.label(sensor);
                String rail = name + (label.isEmpty() ? " " + sensor : " " + label);
                watts.ifPresent(value -> add(rails, HWMON, rail, value, OF_DEVICE.contains(name)));
            }
        }
    }

    /** An INA3221 measures the voltage and the current of three supplies. */
    private static void channels(List<PowerRail> rails, HardwareMonitor chip) {
        for (String current : chip.sensors("curr")) {
            String voltage = "in" + current.substring("curr".length());
            String label = chip.label(voltage);
            OptionalDouble volts = chip.value(voltage + "_input", MILLI);
            OptionalDouble amperes = chip.value(current + "_input", MILLI);
            if (!label.isEmpty() && volts.isPresent() && amperes.isPresent()) {
                add(rails, INA3221, label, volts.getAsDouble() * amperes.getAsDouble(), isInput(label));
            }
        }
    }

    /** Older systems of a Jetson show the INA3221 as an industrial sensor that computes the power, in milliwatts. */
    private void industrial(List<PowerRail> rails) {
        for (Path chip : files.list("/sys/bus/i2c/drivers/ina3221x", "*-*")) {
            for (Path device : files.list(chip, "iio*device*")) {
                for (Path file : files.list(device, "in_power[0-9]*_input")) {
                    String number = String.valueOf(file.getFileName()).replaceAll("\\D", "");
                    String rail = files.word(device.resolve("rail_name_" + number));
                    OptionalDouble watts = files.scaled(file, MILLI);
                    if (!rail.isEmpty() && watts.isPresent()) {
                        add(rails, INA3221, rail, watts.getAsDouble(), isInput(rail));
                    }
                }
            }
        }
    }

    /** Returns whether a rail of a Jetson is the supply of the whole module, for instance {@code VDD_IN}. */
    private static boolean isInput(String rail) {
        String upper = rail.toUpperCase(Locale.ROOT);
        return upper.equals("VDD_IN") || upper.equals("POM_5V_IN") || upper.equals("5V_IN") || upper.equals("SYS_VIN");
    }
}
