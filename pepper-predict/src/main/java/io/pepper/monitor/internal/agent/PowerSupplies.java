package io.pepper.monitor.internal.agent;

import io.pepper.monitor.internal.machine.SystemFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The batteries and supplies of the node. Batteries of mice and the like do not count.
 *
 * @param files the files of the machine
 * @param batteries the directories of the node's batteries
 * @param supplies the directories of the node's other supplies
 */
record PowerSupplies(SystemFiles files, List<Path> batteries, List<Path> supplies) {
    private static final double MICRO = 1e-6;

    static PowerSupplies of(SystemFiles files) {
        List<Path> own = files.list("/sys/class/power_supply", "*").stream()
                .filter(supply -> !files.word(supply.resolve("scope")).equals("Device"))
                .toList();
        return new PowerSupplies(
                files,
                own.stream().filter(each -> isBattery(files, each)).toList(),
                own.stream().filter(each -> !isBattery(files, each)).toList());
    }

    private static boolean isBattery(SystemFiles files, Path supply) {
        return files.word(supply.resolve("type")).equals("Battery");
    }

    /** Returns the mean charge of the batteries, in percent. */
    OptionalDouble percent() {
        return batteries.stream()
                .map(battery -> files.scaled(battery.resolve("capacity"), 1))
                .filter(percent -> percent.isPresent() && percent.getAsDouble() >= 0 && percent.getAsDouble() <= 100)
                .mapToDouble(OptionalDouble::getAsDouble)
                .average();
    }

    /** Returns whether the node has power from outside. */
    boolean isPlugged() {
        boolean online = supplies.stream()
                .anyMatch(supply -> files.word(supply.resolve("online")).matches("[12]"));
        return online
                || batteries.stream().noneMatch(battery -> files.word(battery.resolve("status"))
                        .equals("Discharging"));
    }

    /** Returns the power that is drawn from the batteries, which is that of the device; empty if none is discharged. */
    OptionalDouble dischargingWatts() {
        double sum = 0;
        boolean known = false;
        for (Path battery : batteries) {
            if (files.word(battery.resolve("status")).equals("Discharging")) {
                OptionalDouble watts = watts(battery);
                if (watts.isEmpty()) {
                    return watts;
                }
                sum += watts.getAsDouble();
                known = true;
            }
        }
        return known ? OptionalDouble.of(sum) : OptionalDouble.empty();
    }

    private OptionalDouble watts(Path battery) {
        OptionalDouble power = files.scaled(battery.resolve("power_now"), MICRO);
        OptionalDouble amperes = files.scaled(battery.resolve("current_now"), MICRO);
        OptionalDouble volts = files.scaled(battery.resolve("voltage_now"), MICRO);
        if (power.isEmpty() && amperes.isPresent() && volts.isPresent()) {
            power = OptionalDouble.of(amperes.getAsDouble() * volts.getAsDouble());
        }
        return power.isPresent() ? OptionalDouble.of(Math.abs(power.getAsDouble())) : power;
    }
}
