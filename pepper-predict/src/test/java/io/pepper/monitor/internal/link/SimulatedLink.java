package io.pepper.monitor.internal.link;

import java.io.IOException;

/**
 * A link in simulated time: a token bucket with a burst, a round trip, and slow start that begins again with each transfer.
 */
final class SimulatedLink implements LinkTransport {
    private static final double WIRE = 1.25e9;
    private static final int STEP = 8 << 10;
    private static final double FIRST_WINDOW = 14_600;
    private static final double MAX_WINDOW = 8e6;
    private static final double NANOS = 1e9;

    private final double rate;
    private final double roundTrip;
    private final double burst;
    private double now;
    private double tokens;
    private double tokenTime;
    private long bytes;
    private int trips;

    SimulatedLink(double bytesPerSecond, double roundTripSeconds, double burst) {
        this.rate = bytesPerSecond;
        this.roundTrip = roundTripSeconds;
        this.burst = burst;
        this.tokens = burst;
    }

    long nanos() {
        return (long) (now * NANOS);
    }

    long bytes() {
        return bytes;
    }

    int trips() {
        return trips;
    }

    @Override
    public long roundTrip() {
        // Queues make some round trips longer; none is shorter.
        double taken = roundTrip * (1 + trips++ % 3);
        now += taken;
        return (long) (taken * NANOS);
    }

    @Override
    public Arrival send(long count) throws IOException {
        return transfer(count);
    }

    @Override
    public Arrival receive(long count) throws IOException {
        return transfer(count);
    }

    private Arrival transfer(long count) throws IOException {
        HalfClock clock = new HalfClock(count, this::nanos);
        double round = now;
        double window = FIRST_WINDOW;
        double inRound = 0;
        for (long left = count; left > 0; left -= STEP) {
            double step = Math.min(STEP, left);
            if (inRound >= window) {
                round = Math.max(round + roundTrip, now);
                inRound = 0;
                window = Math.min(MAX_WINDOW, window * 2);
            }
            inRound += step;
            now = passed(Math.max(round + roundTrip / 2, now + step / WIRE), step);
            clock.arrived((long) step);
        }
        bytes += count;
        now += roundTrip / 2;
        return clock.arrival();
    }

    @Override
    public void close() {
        // There is no connection.
    }

    /** Returns the time at which the bucket lets a step through that is ready at a time. */
    private double passed(double ready, double step) {
        tokens = Math.min(burst, tokens + (ready - tokenTime) * rate);
        double wait = tokens >= step ? 0 : (step - tokens) / rate;
        tokens = Math.max(0, tokens - step);
        tokenTime = ready + wait;
        return tokenTime;
    }
}
