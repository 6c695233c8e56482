package io.pepper.monitor.internal.machine;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** The temperature of the processor, from thermal zones or hardware monitors. */
final class Temperature {
    private static final double MILLI = 1e-3;
    private static final double HOTTEST = 200;
    private static final List<String> OF_PROCESSORS = List.of("cpu", "soc", "pkg", "core", "k10temp", "zenpower");

    private Temperature() {}

    /**
     * Returns the temperature of the hottest sensor that is named like a processor's; without such a name, of the
     * hottest sensor.
     */
    static OptionalDouble celsius(SystemFiles files) {
        return Stream.concat(
                        files.list("/sys/class/thermal", "thermal_zone*").stream()
                                .map(zone -> sensor(files, zone.resolve("type"), zone.resolve("temp"))),
                        files.list("/sys/class/hwmon", "hwmon*").stream()
                                .map(chip -> sensor(files, chip.resolve("name"), chip.resolve("temp1_input"))))
                .filter(sensor -> sensor.celsius > 0 && sensor.celsius < HOTTEST)
                .max(Comparator.comparing(Sensor::ofProcessor).thenComparing(Sensor::celsius))
                .map(sensor -> OptionalDouble.of(sensor.celsius))
                .orElse(OptionalDouble.empty());
    }

    private record Sensor(boolean ofProcessor, double celsius) {}

    private static Sensor sensor(SystemFiles files, Path name, Path value) {
        String kind = files.text(name).orElse("").toLowerCase(Locale.ROOT);
        return new Sensor(
                OF_PROCESSORS.stream().anyMatch(kind::contains),
                files.number(value).orElse(0) * MILLI);
    }
}
