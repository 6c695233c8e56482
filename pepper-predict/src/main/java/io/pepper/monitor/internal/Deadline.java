package io.pepper.monitor.internal;

import java.time.Duration;
import java.util.function.LongSupplier;

/** The deadline of a whole reading. Thread-safe if its clock is. */
public final class Deadline {
    private final LongSupplier clock;
    private final long begin;
    private final Duration most;

    private Deadline(LongSupplier clock, Duration most) {
        this.clock = clock;
        this.begin = clock.getAsLong();
        this.most = most;
    }

    /**
     * Returns a deadline that starts now.
     *
     * @param most maximum duration of the reading
     * @param clock returns the time in nanoseconds
     * @return the deadline
     */
    public static Deadline in(Duration most, LongSupplier clock) {
        return new Deadline(clock, most);
    }

    /**
     * Requires a limit of a millisecond or more.
     *
     * @param value the limit
     * @param what the limit's name in the message
     * @return the limit
     * @throws IllegalArgumentException if {@code value} is less than a millisecond
     */
    public static Duration positive(Duration value, String what) {
        if (value.toMillis() <= 0) {
            throw new IllegalArgumentException("the " + what + " is " + value + ", and not above 0");
        }
        return value;
    }

    /**
     * Returns the remaining time, up to the wanted one.
     *
     * @param wanted the wanted wait
     * @return milliseconds; 0 if the deadline has passed
     */
    long millis(Duration wanted) {
        long left = most.toMillis() - (clock.getAsLong() - begin) / 1_000_000;
        return Math.max(0, Math.min(wanted.toMillis(), left));
    }

    boolean isOver() {
        return millis(most) == 0;
    }

    Duration most() {
        return most;
    }
}
