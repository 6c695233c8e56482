package io.pepper.monitor.internal.machine;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * The limits that control groups set to this process.
 *
 * @param quotaCores the tightest quota of processor time, in cores
 * @param usedSeconds the processor time that the group with this quota has used, in seconds
 * @param periods number of periods in which this quota was enforced
 * @param throttledPeriods number of periods in which the group was stopped because the quota was spent
 * @param memoryLimitBytes the tightest limit of memory, in bytes
 * @param memoryLeftBytes the memory that is left below the limits of all groups, in bytes
 */
public record GroupLimits(
        OptionalDouble quotaCores,
        OptionalDouble usedSeconds,
        OptionalLong periods,
        OptionalLong throttledPeriods,
        OptionalLong memoryLimitBytes,
        OptionalLong memoryLeftBytes) {}
