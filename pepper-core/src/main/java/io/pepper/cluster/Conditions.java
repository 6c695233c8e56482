package io.pepper.cluster;

import java.util.Objects;
import java.util.OptionalDouble;

/**
 * The conditions under which a machine, or a container on it, computes, besides load: quota, clock, temperature and
 * waiting. Unknown values are empty. Immutable and therefore thread-safe.
 *
 * @param quotaCores the processor time that the tightest control group may take, in cores, more than 0; empty without a
 *     quota
 * @param throttledPercent the percentage of the scheduler's periods in which a control group was stopped because its
 *     quota was spent, 0 to 100
 * @param clockPercent the clock of the fastest processor relative to its maximum, 0 to 100
 * @param temperatureCelsius the temperature of the processor, in °C
 * @param cpuPressurePercent the percentage of the time in which some task waited for a processor, 0 to 100
 * @param memoryPressurePercent the percentage of the time in which some task waited for memory, 0 to 100
 * @param ioPressurePercent the percentage of the time in which some task waited for a disk, 0 to 100
 */
public record Conditions(
        OptionalDouble quotaCores,
        OptionalDouble throttledPercent,
        OptionalDouble clockPercent,
        OptionalDouble temperatureCelsius,
        OptionalDouble cpuPressurePercent,
        OptionalDouble memoryPressurePercent,
        OptionalDouble ioPressurePercent) {
    /** All conditions unknown. */
    public static final Conditions UNKNOWN = new Conditions(
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty(),
            OptionalDouble.empty());

    private static final double ALL = 100;

    /**
     * Checks the ranges.
     *
     * @param quotaCores the processor time that the tightest control group may take, in cores, more than 0; empty
     *     without a quota
     * @param throttledPercent the percentage of the scheduler's periods in which a control group was stopped because
     *     its quota was spent, 0 to 100
     * @param clockPercent the clock of the fastest processor relative to its maximum, 0 to 100
     * @param temperatureCelsius the temperature of the processor, in °C
     * @param cpuPressurePercent the percentage of the time in which some task waited for a processor, 0 to 100
     * @param memoryPressurePercent the percentage of the time in which some task waited for memory, 0 to 100
     * @param ioPressurePercent the percentage of the time in which some task waited for a disk, 0 to 100
     * @throws IllegalArgumentException if a number is out of its range
     */
    public Conditions {
        Objects.requireNonNull(temperatureCelsius);
        if (!(quotaCores.orElse(1) > 0)) {
            throw new IllegalArgumentException("quotaCores " + quotaCores.getAsDouble() + " is not more than 0");
        }
        check("throttledPercent", throttledPercent);
        check("clockPercent", clockPercent);
        check("cpuPressurePercent", cpuPressurePercent);
        check("memoryPressurePercent", memoryPressurePercent);
        check("ioPressurePercent", ioPressurePercent);
    }

    private static void check(String what, OptionalDouble percent) {
        double value = percent.orElse(0);
        if (!(value >= 0 && value <= ALL)) {
            throw new IllegalArgumentException(what + " " + value + " is not between 0 and " + ALL);
        }
    }
}
