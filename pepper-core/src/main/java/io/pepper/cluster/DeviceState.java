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
 * DeviceState state = DeviceState.builder("pi-3").cores(4).cpuLoadPercent(50).build();
 * DeviceState later = state.withCpuLoadPercent(20);
 * }</pre>
 *
 * @param device the device's name, unique in its cluster
 * @param readAt the time of the reading; empty if the state was set by the application
 * @param platform the kind of hardware, and the software that runs models
 * @param cores the number of usable cores, at least 0.001; a fraction in a container whose quota is a part of a core
 * @param cpuLoadPercent the utilisation of all cores together by other processes, 0 to 100
 * @param runnableThreads the average number of runnable threads of other processes, 0 or more; unlike the load, it
 *     distinguishes two threads that need half of a core each from eight threads that queue for it
 * @param memoryFreeBytes the memory that is free or can be freed, in bytes, 0 or more
 * @param memoryTotalBytes the total memory, in bytes, 0 or more
 * @param diskUsagePercent the used share of the system's file system, 0 to 100
 * @param powerWatts the power draw of the device, in watts, 0 or more
 * @param gpu the state of the graphics processor
 */
public record DeviceState(
        String device,
        Optional<Instant> readAt,
        Platform platform,
        OptionalDouble cores,
        OptionalDouble cpuLoadPercent,
        OptionalDouble runnableThreads,
        OptionalLong memoryFreeBytes,
        OptionalLong memoryTotalBytes,
        OptionalDouble diskUsagePercent,
        OptionalDouble powerWatts,
        GpuState gpu) {
    private static final double ALL = 100;
    private static final double MIN_CORES = 1e-3;

    /**
     * Checks the ranges.
     *
     * @param device the device's name, unique in its cluster
     * @param readAt the time of the reading; empty if the state was set by the application
     * @param platform the kind of hardware, and the software that runs models
     * @param cores the number of usable cores, at least 0.001; a fraction in a container whose quota is a part of a
     *     core
     * @param cpuLoadPercent the utilisation of all cores together by other processes, 0 to 100
     * @param runnableThreads the average number of runnable threads of other processes, 0 or more; unlike the load, it
     *     distinguishes two threads that need half of a core each from eight threads that queue for it
     * @param memoryFreeBytes the memory that is free or can be freed, in bytes, 0 or more
     * @param memoryTotalBytes the total memory, in bytes, 0 or more
     * @param diskUsagePercent the used share of the system's file system, 0 to 100
     * @param powerWatts the power draw of the device, in watts, 0 or more
     * @param gpu the state of the graphics processor
     * @throws IllegalArgumentException if a number is out of its range
     */
    public DeviceState {
        Objects.requireNonNull(device);
        Objects.requireNonNull(readAt);
        Objects.requireNonNull(platform);
        Objects.requireNonNull(gpu);
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
        return builder(device).build();
    }

    /**
     * Returns a builder of the state of a device of which only the name is known.
     *
     * @param device its name, unique in its cluster
     * @return the builder
     */
    public static Builder builder(String device) {
        return new Builder(device);
    }

    /**
     * Returns a builder with the values of this state.
     *
     * @return the builder
     */
    public Builder toBuilder() {
        Builder builder = new Builder(device);
        builder.readAt = readAt;
        builder.platform = platform;
        builder.cores = cores;
        builder.cpuLoadPercent = cpuLoadPercent;
        builder.runnableThreads = runnableThreads;
        builder.memoryFreeBytes = memoryFreeBytes;
        builder.memoryTotalBytes = memoryTotalBytes;
        builder.diskUsagePercent = diskUsagePercent;
        builder.powerWatts = powerWatts;
        builder.gpu = gpu;
        return builder;
    }

    /**
     * Returns this state with the time of its reading.
     *
     * @param moment the time
     * @return the new state
     */
    public DeviceState withReadAt(Instant moment) {
        return toBuilder().readAt(moment).build();
    }

    /**
     * Returns the kind of device.
     *
     * @return the kind of its platform, for instance {@code Raspberry Pi 4 Model B}; empty if it is unknown
     */
    public Optional<String> model() {
        return platform.kind();
    }

    /**
     * Returns this state with a platform.
     *
     * @param value the hardware, and the software that runs models
     * @return the new state
     */
    public DeviceState withPlatform(Platform value) {
        return toBuilder().platform(value).build();
    }

    /**
     * Returns this state with a kind of device.
     *
     * @param kind the kind, for instance {@code Raspberry Pi 4 Model B}
     * @return the new state
     */
    public DeviceState withModel(String kind) {
        return toBuilder().model(kind).build();
    }

    /**
     * Returns this state with a number of cores.
     *
     * @param count the number of usable cores, at least 0.001
     * @return the new state
     */
    public DeviceState withCores(double count) {
        return toBuilder().cores(count).build();
    }

    /**
     * Returns this state with a CPU load.
     *
     * @param percent 0 to 100
     * @return the new state
     */
    public DeviceState withCpuLoadPercent(double percent) {
        return toBuilder().cpuLoadPercent(percent).build();
    }

    /**
     * Returns this state with runnable threads of other processes.
     *
     * @param threads the average number of runnable threads of other processes, 0 or more
     * @return the new state
     */
    public DeviceState withRunnableThreads(double threads) {
        return toBuilder().runnableThreads(threads).build();
    }

    /**
     * Returns this state with free memory.
     *
     * @param bytes 0 or more
     * @return the new state
     */
    public DeviceState withMemoryFreeBytes(long bytes) {
        return toBuilder().memoryFreeBytes(bytes).build();
    }

    /**
     * Returns this state with a total memory.
     *
     * @param bytes 0 or more
     * @return the new state
     */
    public DeviceState withMemoryTotalBytes(long bytes) {
        return toBuilder().memoryTotalBytes(bytes).build();
    }

    /**
     * Returns this state with the use of its disk.
     *
     * @param percent 0 to 100
     * @return the new state
     */
    public DeviceState withDiskUsagePercent(double percent) {
        return toBuilder().diskUsagePercent(percent).build();
    }

    /**
     * Returns this state with a power draw.
     *
     * @param watts 0 or more
     * @return the new state
     */
    public DeviceState withPowerWatts(double watts) {
        return toBuilder().powerWatts(watts).build();
    }

    /**
     * Returns this state with a graphics processor.
     *
     * @param state its state
     * @return the new state
     */
    public DeviceState withGpu(GpuState state) {
        return toBuilder().gpu(state).build();
    }

    /** A builder of a state. Not thread-safe. */
    public static final class Builder {
        private String device;
        private Optional<Instant> readAt = Optional.empty();
        private Platform platform = Platform.UNKNOWN;
        private OptionalDouble cores = OptionalDouble.empty();
        private OptionalDouble cpuLoadPercent = OptionalDouble.empty();
        private OptionalDouble runnableThreads = OptionalDouble.empty();
        private OptionalLong memoryFreeBytes = OptionalLong.empty();
        private OptionalLong memoryTotalBytes = OptionalLong.empty();
        private OptionalDouble diskUsagePercent = OptionalDouble.empty();
        private OptionalDouble powerWatts = OptionalDouble.empty();
        private GpuState gpu = GpuState.UNKNOWN;

        private Builder(String device) {
            this.device = device;
        }

        /**
         * Sets another name.
         *
         * @param value the device's name, unique in its cluster
         * @return this builder
         */
        public Builder device(String value) {
            device = value;
            return this;
        }

        /**
         * Sets the time of the reading.
         *
         * @param value the time
         * @return this builder
         */
        public Builder readAt(Instant value) {
            readAt = Optional.of(value);
            return this;
        }

        /**
         * Sets the kind of device.
         *
         * @param value the kind, for instance {@code Raspberry Pi 4 Model B}
         * @return this builder
         */
        public Builder model(String value) {
            platform = platform.withKind(value);
            return this;
        }

        /**
         * Sets the platform, with its kind of device.
         *
         * @param value the hardware, and the software that runs models
         * @return this builder
         */
        public Builder platform(Platform value) {
            platform = value;
            return this;
        }

        /**
         * Sets the number of cores.
         *
         * @param value the number of usable cores, at least 0.001
         * @return this builder
         */
        public Builder cores(double value) {
            cores = OptionalDouble.of(value);
            return this;
        }

        /**
         * Sets the CPU load.
         *
         * @param value the utilisation of all cores together by other processes, 0 to 100
         * @return this builder
         */
        public Builder cpuLoadPercent(double value) {
            cpuLoadPercent = OptionalDouble.of(value);
            return this;
        }

        /**
         * Sets the number of runnable threads.
         *
         * @param value the average number of runnable threads of other processes, 0 or more
         * @return this builder
         */
        public Builder runnableThreads(double value) {
            runnableThreads = OptionalDouble.of(value);
            return this;
        }

        /**
         * Sets the free memory, in bytes.
         *
         * @param value the memory that is free or can be freed, 0 or more
         * @return this builder
         */
        public Builder memoryFreeBytes(long value) {
            memoryFreeBytes = OptionalLong.of(value);
            return this;
        }

        /**
         * Sets the total memory, in bytes.
         *
         * @param value the total memory, 0 or more
         * @return this builder
         */
        public Builder memoryTotalBytes(long value) {
            memoryTotalBytes = OptionalLong.of(value);
            return this;
        }

        /**
         * Makes the free and the total memory unknown.
         *
         * @return this builder
         */
        public Builder unknownMemory() {
            memoryFreeBytes = OptionalLong.empty();
            memoryTotalBytes = OptionalLong.empty();
            return this;
        }

        /**
         * Sets the use of the disk.
         *
         * @param value the used share of the system's file system, 0 to 100
         * @return this builder
         */
        public Builder diskUsagePercent(double value) {
            diskUsagePercent = OptionalDouble.of(value);
            return this;
        }

        /**
         * Sets the power draw, in watts.
         *
         * @param value the power draw of the device, 0 or more
         * @return this builder
         */
        public Builder powerWatts(double value) {
            powerWatts = OptionalDouble.of(value);
            return this;
        }

        /**
         * Sets the state of the graphics processor.
         *
         * @param value its state
         * @return this builder
         */
        public Builder gpu(GpuState value) {
            gpu = value;
            return this;
        }

        /**
         * Returns the state.
         *
         * @return the state
         * @throws IllegalArgumentException if a number is out of its range
         */
        public DeviceState build() {
            return new DeviceState(
                    device,
                    readAt,
                    platform,
                    cores,
                    cpuLoadPercent,
                    runnableThreads,
                    memoryFreeBytes,
                    memoryTotalBytes,
                    diskUsagePercent,
                    powerWatts,
                    gpu);
        }
    }
}
