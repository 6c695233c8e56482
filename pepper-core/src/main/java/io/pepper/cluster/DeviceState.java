package io.pepper.cluster;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The state of a device at a moment. Unknown values are empty, never replaced by a number. Immutable and therefore
 * thread-safe.
 *
 * <pre>{@code
 * DeviceState state = DeviceState.of("pi-3").withCores(4).withCpuLoadPercent(50);
 * }</pre>
 *
 * @param device the device's name, unique in its cluster
 * @param readAt the time of the reading; empty if the state was set by the application
 * @param model the kind of device, for instance {@code Raspberry Pi 4 Model B}
 * @param cores the number of usable cores, at least 0.001; a fraction in a container whose quota is a part of a core
 * @param cpuLoadPercent the utilisation of all cores together by other processes, 0 to 100
 * @param runnableThreads the average number of runnable threads of other processes, 0 or more; unlike the load, it
 *     distinguishes two threads that need half of a core each from eight threads that queue for it
 * @param memoryFreeBytes the memory that is free or can be freed, in bytes, 0 or more
 * @param memoryTotalBytes the total memory, in bytes, 0 or more
 * @param diskUsagePercent the used share of the system's file system, 0 to 100
 * @param powerWatts the power draw of the device, in watts, 0 or more
 */
public record DeviceState(
        String device,
        Optional<Instant> readAt,
        Optional<String> model,
        OptionalDouble cores,
        OptionalDouble cpuLoadPercent,
        OptionalDouble runnableThreads,
        OptionalLong memoryFreeBytes,
        OptionalLong memoryTotalBytes,
        OptionalDouble diskUsagePercent,
        OptionalDouble powerWatts) {
    private static final double ALL = 100;
    private static final double MIN_CORES = 1e-3;

    /**
     * Checks the ranges.
     *
     * @param device the device's name, unique in its cluster
     * @param readAt the time of the reading; empty if the state was set by the application
     * @param model the kind of device, for instance {@code Raspberry Pi 4 Model B}
     * @param cores the number of usable cores, at least 0.001; a fraction in a container whose quota is a part of a
     *     core
     * @param cpuLoadPercent the utilisation of all cores together by other processes, 0 to 100
     * @param runnableThreads the average number of runnable threads of other processes, 0 or more; unlike the load, it
     *     distinguishes two threads that need half of a core each from eight threads that queue for it
     * @param memoryFreeBytes the memory that is free or can be freed, in bytes, 0 or more
     * @param memoryTotalBytes the total memory, in bytes, 0 or more
     * @param diskUsagePercent the used share of the system's file system, 0 to 100
     * @param powerWatts the power draw of the device, in watts, 0 or more
     * @throws IllegalArgumentException if a number is out of its range
     */
    public DeviceState {
        Objects.requireNonNull(device);
        Objects.requireNonNull(readAt);
        Objects.requireNonNull(model);
        check(device, "cores", cores.orElse(1), MIN_CORES, Integer.MAX_VALUE);
        check(device, "CPU load", cpuLoadPercent.orElse(0), 0, ALL);
        check(device, "runnable threads", runnableThreads.orElse(0), 0, Double.MAX_VALUE);
        check(device, "free memory", (double) memoryFreeBytes.orElse(0), 0, Double.MAX_VALUE);
        check(device, "memory", (double) memoryTotalBytes.orElse(0), 0, Double.MAX_VALUE);
        check(device, "disk usage", diskUsagePercent.orElse(0), 0, ALL);
        check(device, "power", powerWatts.orElse(0), 0, Double.MAX_VALUE);
    }

    private static void check(String device, String what, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw new IllegalArgumentException(
                    "device '" + device + "': " + what + " " + value + " is not between " + least + " and " + most);
        }
    }

    /**
     * Returns the state of a device of which only the name is known.
     *
     * @param device its name
     * @return a state in which all other values are unknown
     */
    public static DeviceState of(String device) {
        return new DeviceState(
                device,
                Optional.empty(),
                Optional.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalLong.empty(),
                OptionalLong.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty());
    }

    /**
     * Returns this state with the time of its reading.
     *
     * @param moment the time
     * @return the new state
     */
    public DeviceState withReadAt(Instant moment) {
        return new DeviceState(
                device,
                Optional.of(moment),
                model,
                cores,
                cpuLoadPercent,
                runnableThreads,
                memoryFreeBytes,
                memoryTotalBytes,
                diskUsagePercent,
                powerWatts);
    }

    /**
     * Returns this state with a kind of device.
     *
     * @param kind the kind, for instance {@code Raspberry Pi 4 Model B}
     * @return the new state
     */
    public DeviceState withModel(String kind) {
        return new DeviceState(
                device,
                readAt,
                Optional.of(kind),
                cores,
                cpuLoadPercent,
                runnableThreads,
                memoryFreeBytes,
                memoryTotalBytes,
                diskUsagePercent,
                powerWatts);
    }

    /**
     * Returns this state with a number of cores.
     *
     * @param count the number of usable cores, at least 0.001
     * @return the new state
     */
    public DeviceState withCores(double count) {
        return new DeviceState(
                device,
                readAt,
                model,
                OptionalDouble.of(count),
                cpuLoadPercent,
                runnableThreads,
                memoryFreeBytes,
                memoryTotalBytes,
                diskUsagePercent,
                powerWatts);
    }

    /**
     * Returns this state with a CPU load.
     *
     * @param percent 0 to 100
     * @return the new state
     */
    public DeviceState withCpuLoadPercent(double percent) {
        return new DeviceState(
                device,
                readAt,
                model,
                cores,
                OptionalDouble.of(percent),
                runnableThreads,
                memoryFreeBytes,
                memoryTotalBytes,
                diskUsagePercent,
                powerWatts);
    }

    /**
     * Returns this state with runnable threads of other processes.
     *
     * @param threads the average number of runnable threads of other processes, 0 or more
     * @return the new state
     */
    public DeviceState withRunnableThreads(double threads) {
        return new DeviceState(
                device,
                readAt,
                model,
                cores,
                cpuLoadPercent,
                OptionalDouble.of(threads),
                memoryFreeBytes,
                memoryTotalBytes,
                diskUsagePercent,
                powerWatts);
    }

    /**
     * Returns this state with free memory.
     *
     * @param bytes 0 or more
     * @return the new state
     */
    public DeviceState withMemoryFreeBytes(long bytes) {
        return new DeviceState(
                device,
                readAt,
                model,
                cores,
                cpuLoadPercent,
                runnableThreads,
                OptionalLong.of(bytes),
                memoryTotalBytes,
                diskUsagePercent,
                powerWatts);
    }

    /**
     * Returns this state with a total memory.
     *
     * @param bytes 0 or more
     * @return the new state
     */
    public DeviceState withMemoryTotalBytes(long bytes) {
        return new DeviceState(
                device,
                readAt,
                model,
                cores,
                cpuLoadPercent,
                runnableThreads,
                memoryFreeBytes,
                OptionalLong.of(bytes),
                diskUsagePercent,
                powerWatts);
    }

    /**
     * Returns this state with the use of its disk.
     *
     * @param percent 0 to 100
     * @return the new state
     */
    public DeviceState withDiskUsagePercent(double percent) {
        return new DeviceState(
                device,
                readAt,
                model,
                cores,
                cpuLoadPercent,
                runnableThreads,
                memoryFreeBytes,
                memoryTotalBytes,
                OptionalDouble.of(percent),
                powerWatts);
    }

    /**
     * Returns this state with a power draw.
     *
     * @param watts 0 or more
     * @return the new state
     */
    public DeviceState withPowerWatts(double watts) {
        return new DeviceState(
                device,
                readAt,
                model,
                cores,
                cpuLoadPercent,
                runnableThreads,
                memoryFreeBytes,
                memoryTotalBytes,
                diskUsagePercent,
                OptionalDouble.of(watts));
    }
}
