package io.pepper.cluster;

import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The state of a device's graphics processor. Unknown values are empty. Immutable and therefore thread-safe.
 *
 * @param loadPercent its utilisation, 0 to 100
 * @param memoryFreeBytes its free memory, in bytes, 0 or more
 * @param memoryTotalBytes its total memory, in bytes, 0 or more
 */
public record GpuState(OptionalDouble loadPercent, OptionalLong memoryFreeBytes, OptionalLong memoryTotalBytes) {
    /** Nothing is known, or there is no graphics processor. */
    public static final GpuState UNKNOWN =
            new GpuState(OptionalDouble.empty(), OptionalLong.empty(), OptionalLong.empty());

    private static final double ALL = 100;

    /**
     * Checks the ranges.
     *
     * @param loadPercent its utilisation, 0 to 100
     * @param memoryFreeBytes its free memory, in bytes, 0 or more
     * @param memoryTotalBytes its total memory, in bytes, 0 or more
     * @throws IllegalArgumentException if a number is out of its range
     */
    public GpuState {
        Objects.requireNonNull(memoryFreeBytes);
        double load = loadPercent.orElse(0);
        if (!(load >= 0 && load <= ALL)) {
            throw new IllegalArgumentException("GPU load " + load + " is not between 0 and " + ALL);
        }
        if (memoryFreeBytes.orElse(0) < 0 || memoryTotalBytes.orElse(0) < 0) {
            throw new IllegalArgumentException(
                    "GPU memory " + memoryFreeBytes.orElse(0) + " of " + memoryTotalBytes.orElse(0) + " is negative");
        }
    }

    /**
     * Returns this state with a load.
     *
     * @param percent 0 to 100
     * @return the new state
     */
    public GpuState withLoadPercent(double percent) {
        return new GpuState(OptionalDouble.of(percent), memoryFreeBytes, memoryTotalBytes);
    }

    /**
     * Returns this state with free memory.
     *
     * @param bytes 0 or more
     * @return the new state
     */
    public GpuState withMemoryFreeBytes(long bytes) {
        return new GpuState(loadPercent, OptionalLong.of(bytes), memoryTotalBytes);
    }

    /**
     * Returns this state with a total memory.
     *
     * @param bytes 0 or more
     * @return the new state
     */
    public GpuState withMemoryTotalBytes(long bytes) {
        return new GpuState(loadPercent, memoryFreeBytes, OptionalLong.of(bytes));
    }
}
