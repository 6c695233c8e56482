package io.pepper.monitor.internal;

import java.time.Duration;
import java.util.function.LongSupplier;

/** The end of a whole reading. Thread-safe if its clock is. */
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
     * Begins now.
     *
     * @param most how long the reading may take
     * @param clock tells nanoseconds
     * @return the deadline
     */
    public static Deadline in(Duration most, LongSupplier clock) {
        return new Deadline(clock, most);
    }

    /**
     * What is left, at most as much as is asked for.
     *
     * @param wanted how long something would wait
     * @return milliseconds, 0 if the time is over
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
