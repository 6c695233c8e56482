package io.pepper.monitor.internal.agent;

import io.pepper.monitor.internal.machine.SystemFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * A chip of Linux's hardware monitoring (hwmon).
 *
 * @param files the files of the machine
 * @param directory the chip's directory
 */
record HardwareMonitor(SystemFiles files, Path directory) {
    static List<HardwareMonitor> all(SystemFiles files) {
        return files.list("/sys/class/hwmon", "hwmon[0-9]*").stream()
                .map(directory -> new HardwareMonitor(files, directory))
                .toList();
    }

    /** Returns the name that the driver gives, for instance {@code coretemp}. */
    String name() {
        return files.word(directory.resolve("name"));
    }

    /** Returns the name of this chip, which survives a restart: the type and name of its device, as in node_exporter. */
    String chip() {
        try {
            Path device = directory.resolve("device").toRealPath();
            Path type = device.resolve("subsystem").toRealPath();
            return clean(type) + "_" + clean(device);
        } catch (IOException | SecurityException none) {
            String name = name();
            return name.isEmpty() ? String.valueOf(directory.getFileName()) : name;
        }
    }

    private static String clean(Path path) {
        return String.valueOf(path.getFileName()).replaceAll("[^a-zA-Z0-9]+", "_");
    }

    /** Returns the sensors of a kind that have an input or an average, for instance {@code temp1}. */
    List<String> sensors(String kind) {
        TreeMap<String, Path> found = new TreeMap<>();
        for (String value : List.of("input", "average")) {
            for (Path file : files.list(directory, kind + "[0-9]*_" + value)) {
                String name = String.valueOf(file.getFileName());
                found.put(name.substring(0, name.indexOf('_')), file);
            }
        }
        return List.copyOf(found.keySet());
    }

    OptionalDouble value(String file, double unit) {
        return files.scaled(directory.resolve(file), unit);
    }

    /** Returns the label of a sensor; empty if it has none. */
    String label(String sensor) {
        return files.word(directory.resolve(sensor + "_label"));
    }
}
