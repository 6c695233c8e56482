package io.pepper.cluster;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Something that parts of a model can run on. What is not known is empty. Immutable and therefore thread-safe.
 *
 * <pre>{@code
 * Device pi = Device.of("pi-3").withMemoryBytes(512L << 20).withPower(2.1, 5.5);
 * }</pre>
 *
 * @param name unique in its cluster, not blank
 * @param kind what it is, for instance {@code Raspberry Pi 4 Model B}
 * @param memoryBytes how much memory parts may take, 0 or more; empty for no limit
 * @param cores the processor's cores, at least 1
 * @param threads the threads that a part uses inside an operator, at least 1
 * @param idleWatts what it draws when it does nothing, 0 or more
 * @param busyWatts what it draws when it runs a part, at least {@code idleWatts}
 * @param predictor which of several predictors to ask for it, by a name that the planner's caller knows
 * @param timeFactor how many times as long a part takes as its predictor says, more than 0: for a device that was not
 *     measured but is known to be so much slower, or faster, than one that was
 * @param allowed whether parts may be placed on it
 */
public record Device(
        String name,
        Optional<String> kind,
        OptionalLong memoryBytes,
        OptionalInt cores,
        int threads,
        OptionalDouble idleWatts,
        OptionalDouble busyWatts,
        Optional<String> predictor,
        double timeFactor,
        boolean allowed) {
    /**
     * Checks the ranges.
     *
     * @param name see the record
     * @param kind see the record
     * @param memoryBytes see the record
     * @param cores see the record
     * @param threads see the record
     * @param idleWatts see the record
     * @param busyWatts see the record
     * @param predictor see the record
     * @param timeFactor see the record
     * @param allowed see the record
     * @throws IllegalArgumentException if a value is out of its range
     */
    public Device {
        Objects.requireNonNull(kind);
        Objects.requireNonNull(predictor);
        if (name.isBlank()) {
            throw new IllegalArgumentException("a device needs a name");
        }
        check(name, "memoryBytes", memoryBytes.orElse(0) >= 0, memoryBytes);
        check(name, "cores", cores.orElse(1) >= 1, cores);
        check(name, "threads", threads >= 1, threads);
        check(name, "idleWatts", isAmount(idleWatts.orElse(0)), idleWatts);
        check(
                name,
                "busyWatts",
                isAmount(busyWatts.orElse(0)) && busyWatts.orElse(Double.MAX_VALUE) >= idleWatts.orElse(0),
                busyWatts);
        check(name, "timeFactor", timeFactor > 0 && isAmount(timeFactor), timeFactor);
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
     * A device of which only the name is known: any memory, one thread.
     *
     * @param name its name
     * @return the device
     */
    public static Device of(String name) {
        return new Device(
                name,
                Optional.empty(),
                OptionalLong.empty(),
                OptionalInt.empty(),
                1,
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                Optional.empty(),
                1,
                true);
    }

    /**
     * Of a kind.
     *
     * @param what see the record
     * @return this device with it
     */
    public Device withKind(String what) {
        return new Device(
                name,
                Optional.of(what),
                memoryBytes,
                cores,
                threads,
                idleWatts,
                busyWatts,
                predictor,
                timeFactor,
                allowed);
    }

    /**
     * With a memory.
     *
     * @param bytes see the record
     * @return this device with it
     */
    public Device withMemoryBytes(long bytes) {
        return new Device(
                name,
                kind,
                OptionalLong.of(bytes),
                cores,
                threads,
                idleWatts,
                busyWatts,
                predictor,
                timeFactor,
                allowed);
    }

    /**
     * With cores.
     *
     * @param count see the record
     * @return this device with them
     */
    public Device withCores(int count) {
        return new Device(
                name,
                kind,
                memoryBytes,
                OptionalInt.of(count),
                threads,
                idleWatts,
                busyWatts,
                predictor,
                timeFactor,
                allowed);
    }

    /**
     * With threads inside an operator.
     *
     * @param count see the record
     * @return this device with them
     */
    public Device withThreads(int count) {
        return new Device(name, kind, memoryBytes, cores, count, idleWatts, busyWatts, predictor, timeFactor, allowed);
    }

    /**
     * With what it draws.
     *
     * @param idle see the record
     * @param busy see the record
     * @return this device with it
     */
    public Device withPower(double idle, double busy) {
        return new Device(
                name,
                kind,
                memoryBytes,
                cores,
                threads,
                OptionalDouble.of(idle),
                OptionalDouble.of(busy),
                predictor,
                timeFactor,
                allowed);
    }

    /**
     * Asked of a predictor.
     *
     * @param which see the record
     * @return this device with it
     */
    public Device withPredictor(String which) {
        return new Device(
                name, kind, memoryBytes, cores, threads, idleWatts, busyWatts, Optional.of(which), timeFactor, allowed);
    }

    /**
     * Slower or faster than its predictor says.
     *
     * @param factor see the record
     * @return this device so
     */
    public Device withTimeFactor(double factor) {
        return new Device(name, kind, memoryBytes, cores, threads, idleWatts, busyWatts, predictor, factor, allowed);
    }

    /**
     * Allowed or forbidden.
     *
     * @param whether see the record
     * @return this device so
     */
    public Device withAllowed(boolean whether) {
        return new Device(
                name, kind, memoryBytes, cores, threads, idleWatts, busyWatts, predictor, timeFactor, whether);
    }

    /**
     * What the device draws more while it runs a part than when it does nothing: what an inference costs.
     *
     * @return watts; empty if it is not known what it draws when busy, counted whole if not known what it draws when idle
     */
    public OptionalDouble inferenceWatts() {
        return busyWatts.isPresent()
                ? OptionalDouble.of(busyWatts.getAsDouble() - idleWatts.orElse(0))
                : OptionalDouble.empty();
    }
}
