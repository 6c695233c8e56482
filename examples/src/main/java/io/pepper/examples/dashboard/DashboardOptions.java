package io.pepper.examples.dashboard;

import java.time.Duration;
import java.util.Set;

/**
 * The address and limits of a {@link Dashboard}. Immutable and therefore thread-safe.
 *
 * @param address the address on which it listens; the loopback address unless other machines should reach it
 * @param port the port; 0 for any free one
 * @param hostNames names, besides {@code localhost} and plain addresses, by which browsers may call it
 * @param every the time between two readings
 * @param maxListeners maximum number of pages that are open at the same time
 * @param late the age from which a value is marked as late
 * @param gone the age from which a value is no longer shown
 */
public record DashboardOptions(
        String address,
        int port,
        Set<String> hostNames,
        Duration every,
        int maxListeners,
        Duration late,
        Duration gone) {
    /**
     * The default options: the loopback address at a free port, a reading every two seconds, 32 pages. Values are late
     * after half a minute and gone after two minutes.
     */
    public static final DashboardOptions DEFAULTS = new DashboardOptions(
            "127.0.0.1", 0, Set.of(), Duration.ofSeconds(2), 32, Duration.ofSeconds(30), Duration.ofMinutes(2));

    /**
     * Creates options.
     *
     * @param address the address on which it listens
     * @param port the port; 0 for any free one
     * @param hostNames names by which browsers may call it
     * @param every the time between two readings
     * @param maxListeners maximum number of pages that are open at the same time
     * @param late the age from which a value is marked as late
     * @param gone the age from which a value is no longer shown
     * @throws IllegalArgumentException if a limit is not more than 0, or {@code gone} is less than {@code late}
     */
    public DashboardOptions {
        hostNames = Set.copyOf(hostNames);
        if (every.toMillis() <= 0 || maxListeners <= 0 || late.toMillis() <= 0 || gone.compareTo(late) < 0) {
            throw new IllegalArgumentException(
                    "the limits of a dashboard must be more than 0, and values go after they are" + " late: " + every
                            + ", " + maxListeners + ", " + late + ", " + gone);
        }
    }

    /**
     * Sets the address and port.
     *
     * @param where the address; {@code 0.0.0.0} for all
     * @param at the port; 0 for any free one
     * @return new options
     */
    public DashboardOptions withAddress(String where, int at) {
        return new DashboardOptions(where, at, hostNames, every, maxListeners, late, gone);
    }

    /**
     * Sets the accepted host names.
     *
     * @param names the names, without a port
     * @return new options
     */
    public DashboardOptions withHostNames(Set<String> names) {
        return new DashboardOptions(address, port, names, every, maxListeners, late, gone);
    }

    /**
     * Sets the time between two readings.
     *
     * @param time more than 0
     * @return new options
     */
    public DashboardOptions withEvery(Duration time) {
        return new DashboardOptions(address, port, hostNames, time, maxListeners, late, gone);
    }

    /**
     * Sets the maximum number of open pages.
     *
     * @param count 1 or more
     * @return new options
     */
    public DashboardOptions withMaxListeners(int count) {
        return new DashboardOptions(address, port, hostNames, every, count, late, gone);
    }

    /**
     * Sets the ages of values.
     *
     * @param lateAfter the age from which a value is marked as late
     * @param goneAfter the age from which a value is no longer shown
     * @return new options
     */
    public DashboardOptions withAges(Duration lateAfter, Duration goneAfter) {
        return new DashboardOptions(address, port, hostNames, every, maxListeners, lateAfter, goneAfter);
    }
}
