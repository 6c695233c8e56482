package io.pepper.cluster;

import io.pepper.internal.net.HostPort;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A computer of the cluster that can run parts of a model. Unknown values are empty. Immutable and thread-safe.
 *
 * <pre>{@code Device pi = Device.builder("pi-3").memoryBytes(512L << 20).power(2.1, 5.5).build();}</pre>
 *
 * @param name unique in its cluster, not blank
 * @param platform the kind of hardware, and the software that runs parts
 * @param memoryBytes memory that parts may take, in bytes, 0 or more; empty for no limit
 * @param cores the processor's cores, at least 1
 * @param threads the threads that a part uses inside an operator, at least 1
 * @param idleWatts power when idle, in watts, 0 or more
 * @param busyWatts power while a part runs, in watts, at least {@code idleWatts}
 * @param predictor the name of this device's predictor; empty for the predictor without a name
 * @param timeFactor time on this device relative to its predictor's times, more than 0
 * @param allowed whether parts may be placed on it
 * @param address the address of its node in a cluster, {@code HOST:PORT}; empty if it is unknown
 */
public record Device(
        String name,
        Platform platform,
        OptionalLong memoryBytes,
        OptionalInt cores,
        int threads,
        OptionalDouble idleWatts,
        OptionalDouble busyWatts,
        Optional<String> predictor,
        double timeFactor,
        boolean allowed,
        Optional<String> address) {
    /**
     * Checks the ranges.
     *
     * @param name unique in its cluster, not blank
     * @param platform the kind of hardware, and the software that runs parts
     * @param memoryBytes memory that parts may take, in bytes, 0 or more; empty for no limit
     * @param cores the processor's cores, at least 1
     * @param threads the threads that a part uses inside an operator, at least 1
     * @param idleWatts power when idle, in watts, 0 or more
     * @param busyWatts power while a part runs, in watts, at least {@code idleWatts}
     * @param predictor the name of this device's predictor; empty for the predictor without a name
     * @param timeFactor time on this device relative to its predictor's times, more than 0
     * @param allowed whether parts may be placed on it
     * @param address the address of its node
     * @throws IllegalArgumentException if a value is out of its range
     */
    public Device {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a device needs a name");
        }
        check(name, "memoryBytes", memoryBytes.orElse(0) >= 0, memoryBytes);
        check(name, "cores", cores.orElse(1) >= 1, cores);
        check(name, "threads", threads >= 1, threads);
        check(name, "idleWatts", isAmount(idleWatts.orElse(0)), idleWatts);
        double busy = busyWatts.orElse(Double.MAX_VALUE);
        check(name, "busyWatts", isAmount(busy) && busy >= idleWatts.orElse(0), busyWatts);
        check(name, "timeFactor", timeFactor > 0 && isAmount(timeFactor), timeFactor);
        address.ifPresent(HostPort::parse);
    }

    private static boolean isAmount(double value) {
        return value >= 0 && value < Double.POSITIVE_INFINITY;
    }

    private static void check(String name, String field, boolean right, Object value) {
        if (!right) {
            throw new IllegalArgumentException("device '" + name + "': " + field + " cannot be " + value);
        }
    }

    /**
     * Returns a device of which only the name is known: no memory limit, one thread.
     *
     * @param name its name
     * @return the device
     */
    public static Device of(String name) {
        return builder(name).build();
    }

    /**
     * Returns a builder of a device of which only the name is known: no memory limit, one thread.
     *
     * @param name its name, unique in its cluster, not blank
     * @return the builder
     */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /**
     * Returns a builder with the values of this device.
     *
     * @return the builder
     */
    public Builder toBuilder() {
        Builder builder = new Builder(name);
        builder.platform = platform;
        builder.memoryBytes = memoryBytes;
        builder.cores = cores;
        builder.threads = threads;
        builder.idleWatts = idleWatts;
        builder.busyWatts = busyWatts;
        builder.predictor = predictor;
        builder.timeFactor = timeFactor;
        builder.allowed = allowed;
        builder.address = address;
        return builder;
    }

    /**
     * Returns the kind of hardware.
     *
     * @return the kind of its platform, for instance {@code Raspberry Pi 4 Model B}; empty if it is unknown
     */
    public Optional<String> kind() {
        return platform.kind();
    }

    /**
     * Returns this device with a platform.
     *
     * @param value the hardware, and the software that runs parts
     * @return the new device
     */
    public Device withPlatform(Platform value) {
        return toBuilder().platform(value).build();
    }

    /**
     * Returns this device with a kind of hardware.
     *
     * @param what the kind, for instance {@code Raspberry Pi 4 Model B}
     * @return the new device
     */
    public Device withKind(String what) {
        return toBuilder().kind(what).build();
    }

    /**
     * Returns this device with a memory limit.
     *
     * @param bytes memory that parts may take, 0 or more
     * @return the new device
     */
    public Device withMemoryBytes(long bytes) {
        return toBuilder().memoryBytes(bytes).build();
    }

    /**
     * Returns this device with a number of cores.
     *
     * @param count the processor's cores, at least 1
     * @return the new device
     */
    public Device withCores(int count) {
        return toBuilder().cores(count).build();
    }

    /**
     * Returns this device with a number of threads.
     *
     * @param count the threads that a part uses inside an operator, at least 1
     * @return the new device
     */
    public Device withThreads(int count) {
        return toBuilder().threads(count).build();
    }

    /**
     * Returns this device with its power.
     *
     * @param idle watts when idle, 0 or more
     * @param busy watts while a part runs, at least {@code idle}
     * @return the new device
     */
    public Device withPower(double idle, double busy) {
        return toBuilder().power(idle, busy).build();
    }

    /**
     * Returns this device with the name of its predictor.
     *
     * @param which the name, as the planner's caller knows it
     * @return the new device
     */
    public Device withPredictor(String which) {
        return toBuilder().predictor(which).build();
    }

    /**
     * Returns this device, slower or faster than its predictor says.
     *
     * @param factor time relative to the predictor's times, more than 0; for a device that was not measured
     * @return the new device
     */
    public Device withTimeFactor(double factor) {
        return toBuilder().timeFactor(factor).build();
    }

    /**
     * Returns this device, allowed or forbidden.
     *
     * @param whether true if parts may be placed on it
     * @return the new device
     */
    public Device withAllowed(boolean whether) {
        return toBuilder().allowed(whether).build();
    }

    /**
     * Returns the additional power that an inference draws: busy minus idle.
     *
     * @return watts; all of the busy power if the idle power is unknown; empty if the busy power is unknown
     */
    public OptionalDouble inferenceWatts() {
        return busyWatts.isPresent()
                ? OptionalDouble.of(busyWatts.getAsDouble() - idleWatts.orElse(0))
                : OptionalDouble.empty();
    }

    /** A builder of a device. Not thread-safe. */
    public static final class Builder {
        private final String name;
        private Platform platform = Platform.UNKNOWN;
        private OptionalLong memoryBytes = OptionalLong.empty();
        private OptionalInt cores = OptionalInt.empty();
        private int threads = 1;
        private OptionalDouble idleWatts = OptionalDouble.empty();
        private OptionalDouble busyWatts = OptionalDouble.empty();
        private Optional<String> predictor = Optional.empty();
        private double timeFactor = 1;
        private boolean allowed = true;
        private Optional<String> address = Optional.empty();

        private Builder(String name) {
            this.name = name;
        }

        /**
         * Sets the kind of hardware.
         *
         * @param value the kind, for instance {@code Raspberry Pi 4 Model B}
         * @return this builder
         */
        public Builder kind(String value) {
            platform = platform.withKind(value);
            return this;
        }

        /**
         * Sets the platform, with its kind of hardware.
         *
         * @param value the hardware, and the software that runs parts
         * @return this builder
         */
        public Builder platform(Platform value) {
            platform = value;
            return this;
        }

        /**
         * Sets the memory limit.
         *
         * @param value memory that parts may take, 0 or more
         * @return this builder
         */
        public Builder memoryBytes(long value) {
            memoryBytes = OptionalLong.of(value);
            return this;
        }

        /**
         * Sets the number of cores.
         *
         * @param value the processor's cores, at least 1
         * @return this builder
         */
        public Builder cores(int value) {
            cores = OptionalInt.of(value);
            return this;
        }

        /**
         * Sets the number of threads.
         *
         * @param value the threads that a part uses inside an operator, at least 1
         * @return this builder
         */
        public Builder threads(int value) {
            threads = value;
            return this;
        }

        /**
         * Sets the power when idle.
         *
         * @param value watts, 0 or more
         * @return this builder
         */
        public Builder idleWatts(double value) {
            idleWatts = OptionalDouble.of(value);
            return this;
        }

        /**
         * Sets the power while a part runs.
         *
         * @param value watts, at least the power when idle
         * @return this builder
         */
        public Builder busyWatts(double value) {
            busyWatts = OptionalDouble.of(value);
            return this;
        }

        /**
         * Sets both powers.
         *
         * @param idle watts when idle, 0 or more
         * @param busy watts while a part runs, at least {@code idle}
         * @return this builder
         */
        public Builder power(double idle, double busy) {
            return idleWatts(idle).busyWatts(busy);
        }

        /**
         * Sets the name of the predictor.
         *
         * @param value the name, as the planner's caller knows it
         * @return this builder
         */
        public Builder predictor(String value) {
            predictor = Optional.of(value);
            return this;
        }

        /**
         * Makes the device slower or faster than its predictor says.
         *
         * @param value time relative to the predictor's times, more than 0
         * @return this builder
         */
        public Builder timeFactor(double value) {
            timeFactor = value;
            return this;
        }

        /**
         * Allows or forbids to place parts on the device.
         *
         * @param value true if parts may be placed on it
         * @return this builder
         */
        public Builder allowed(boolean value) {
            allowed = value;
            return this;
        }

        /**
         * Sets the address of its node.
         *
         * @param value {@code HOST:PORT}; an IPv6 address in brackets
         * @return this builder
         */
        public Builder address(String value) {
            address = Optional.of(value);
            return this;
        }

        /**
         * Returns the device.
         *
         * @return the device
         * @throws IllegalArgumentException if a value is out of its range
         */
        public Device build() {
            return new Device(
                    name,
                    platform,
                    memoryBytes,
                    cores,
                    threads,
                    idleWatts,
                    busyWatts,
                    predictor,
                    timeFactor,
                    allowed,
                    address);
        }
    }
}
