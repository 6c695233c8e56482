package io.pepper.monitor.internal.link;

import java.io.IOException;
import java.time.Duration;
import java.util.function.LongSupplier;

/*
 * Slow start doubles the rate in each round trip, so that a whole transfer seems slower than the link. A shaped link lets
 * a burst pass at full speed, so that it seems faster. Both are over in the second half. But bytes that were lost there
 * hold back those behind them, which then arrive at once, so that the second half seems faster. In a transfer of many
 * round trips, slow start does not count, and the lower rate of both is the right one.
 */
/** The measurement of a link within limits of bytes and time. Not thread-safe. */
final class LinkProbe {
    static final int ROUND_TRIPS = 10;

    /** The time after which only the first few round trips are made. */
    private static final long ROUND_TRIP_NANOS = 1_000_000_000;

    private static final long FIRST_BYTES = 64 << 10;

    /** A smaller transfer may pass as a burst. */
    private static final long MIN_BYTES = 256 << 10;

    private static final long MIN_NANOS = 250_000_000;
    private static final int MIN_ROUND_TRIPS = 4;
    /** From this many round trips on, slow start is a small part of a transfer. */
    private static final int MANY_ROUND_TRIPS = 40;

    private static final double AGREEMENT = 0.1;

    /** A rate of a shorter arrival is not trusted enough to grow faster than twofold. */
    private static final long TRUSTED_NANOS = 50_000_000;

    private static final int SLOW_START_GROWTH = 4;
    private static final double MAX_GROWTH = 8;
    private static final double SECONDS_OF_A_TRANSFER = 0.6;
    private static final double NANOS = 1e9;

    private final LinkTransport transport;
    private final long maxBytes;
    private final long maxNanos;
    private final LongSupplier clock;
    private long bytes;

    /**
     * Creates a probe.
     *
     * @param transport the exchanges with the other agent
     * @param maxBytes the largest number of bytes in both directions together
     * @param maxTime the time in which transfers start
     * @param clock returns the time in nanoseconds
     */
    LinkProbe(LinkTransport transport, long maxBytes, Duration maxTime, LongSupplier clock) {
        this.transport = transport;
        this.maxBytes = maxBytes;
        this.maxNanos = maxTime.toNanos();
        this.clock = clock;
    }

    /**
     * The result of a measurement.
     *
     * @param latencySeconds half of the smallest round trip
     * @param sentPerSecond bytes per second to the other agent
     * @param receivedPerSecond bytes per second from the other agent
     * @param bytes the transferred bytes
     */
    record Result(double latencySeconds, double sentPerSecond, double receivedPerSecond, long bytes) {}

    Result measure() throws IOException {
        long least = roundTrip();
        long begin = clock.getAsLong();
        long half = begin + maxNanos / 2;
        double sent = rate(true, least, half, maxBytes / 2);
        double received = rate(false, least, begin + maxNanos, maxBytes - bytes);
        return new Result(least / NANOS / 2, sent, received, bytes);
    }

    private long roundTrip() throws IOException {
        transport.roundTrip(); // Opens the connection, and warms both ends up.
        long least = Long.MAX_VALUE;
        long end = clock.getAsLong() + ROUND_TRIP_NANOS;
        for (int i = 0; i < ROUND_TRIPS && (i < MIN_ROUND_TRIPS || clock.getAsLong() < end); i++) {
            least = Math.min(least, transport.roundTrip());
        }
        return least;
    }

    private double rate(boolean sends, long roundTrip, long end, long most) throws IOException {
        long size = FIRST_BYTES;
        long spent = 0;
        double before = Double.NaN;
        while (true) {
            LinkTransport.Arrival arrival = sends ? transport.send(size) : transport.receive(size);
            spent += size;
            bytes += size;
            double rate = rate(arrival, roundTrip);
            boolean isLong =
                    size >= MIN_BYTES && arrival.tailNanos() >= Math.max(MIN_NANOS, MIN_ROUND_TRIPS * roundTrip);
            if (isLong && Math.abs(rate - before) <= AGREEMENT * rate) {
                return rate;
            }
            size = next(size, arrival, rate, roundTrip);
            if (spent + size > most || clock.getAsLong() + (long) (size / rate * NANOS) > end) {
                return rate;
            }
            before = rate;
        }
    }

    private static double rate(LinkTransport.Arrival arrival, long roundTrip) {
        return arrival.nanos() >= MANY_ROUND_TRIPS * roundTrip
                ? Math.min(arrival.bytesPerSecond(), arrival.tailBytesPerSecond())
                : arrival.tailBytesPerSecond();
    }

    private static long next(long size, LinkTransport.Arrival arrival, double rate, long roundTrip) {
        if (arrival.tailNanos() < MIN_ROUND_TRIPS * roundTrip) {
            return size * SLOW_START_GROWTH;
        }
        double growth = arrival.tailNanos() < TRUSTED_NANOS
                ? 2
                : Math.max(2, Math.min(MAX_GROWTH, SECONDS_OF_A_TRANSFER * rate / size));
        return (long) (size * growth);
    }
}
