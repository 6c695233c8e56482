package io.pepper.monitor.internal.link;

import java.io.IOException;
import java.util.function.LongSupplier;

/** The measurement of an arrival: the times of its first, its middle and its last bytes. Not thread-safe. */
final class HalfClock {
    /** The bytes that are read at once, a small part of the shortest transfer. */
    static final int BLOCK = 8 << 10;

    private final long total;
    private final LongSupplier clock;
    private long received;
    private long first;
    private long firstNanos;
    private long half;
    private long halfNanos;
    private long lastNanos;

    HalfClock(long total, LongSupplier clock) {
        this.total = total;
        this.clock = clock;
    }

    /** Counts bytes that have arrived now. */
    void arrived(long bytes) {
        received += bytes;
        lastNanos = clock.getAsLong();
        if (first == 0) {
            first = received;
            firstNanos = lastNanos;
        }
        if (half == 0 && received >= total / 2) {
            half = received;
            halfNanos = lastNanos;
        }
    }

    long left() {
        return total - received;
    }

    boolean isComplete() {
        return received >= total;
    }

    /** Returns the arrival. Bytes that come in one piece arrive faster than the clock ticks. */
    LinkTransport.Arrival arrival() throws IOException {
        if (!isComplete()) {
            throw new IOException("the transfer ended after " + received + " of " + total + " bytes");
        }
        return new LinkTransport.Arrival(
                Math.max(1, received - first),
                Math.max(1, lastNanos - firstNanos),
                Math.max(1, received - half),
                Math.max(1, lastNanos - halfNanos));
    }
}
