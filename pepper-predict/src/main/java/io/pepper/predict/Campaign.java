package io.pepper.predict;

import io.pepper.measure.TimingOptions;
import java.time.Duration;
import java.util.List;

/**
 * What a campaign measures: each piece with each number of threads under each load, in each round.
 *
 * @param pieces what runs
 * @param loads what competes with it
 * @param threads the numbers of threads inside an operator
 * @param rounds how often each is measured, at least 1: some rounds of a little each tell more than one of much, since machines that are
 *     shared change their pace every second or so
 * @param timing how each is timed; its threads and sizes are set for each piece
 * @param seed decides the order
 * @param quietWait how long to wait for other processes to leave the machine alone, for each spell in which they do not; measurements
 *     made nevertheless are {@linkplain Mark#BUSY marked}
 */
public record Campaign(
        List<ProfileTarget> pieces,
        List<LoadLevel> loads,
        List<Integer> threads,
        int rounds,
        TimingOptions timing,
        long seed,
        Duration quietWait) {
    private static final TimingOptions TIMING = TimingOptions.DEFAULTS
            .withRuns(7, 500)
            .withBudget(Duration.ofMillis(50))
            .withPrecision(0.02);

    /**
     * Copies the lists.
     *
     * @param pieces see the record
     * @param loads see the record
     * @param threads see the record
     * @param rounds see the record
     * @param timing see the record
     * @param seed see the record
     * @param quietWait see the record
     * @throws IllegalArgumentException if there is nothing to measure
     */
    public Campaign {
        if (quietWait.isNegative()) {
            throw new IllegalArgumentException("quietWait " + quietWait + " is negative");
        }
        pieces = List.copyOf(pieces);
        loads = List.copyOf(loads);
        threads = List.copyOf(threads);
        if (pieces.isEmpty() || loads.isEmpty() || threads.isEmpty() || rounds < 1) {
            throw new IllegalArgumentException("nothing to measure: " + pieces.size() + " pieces, " + loads.size()
                    + " loads, " + threads.size() + " numbers of threads, " + rounds + " rounds");
        }
    }

    /**
     * A plan that does not wait for quiet.
     *
     * @param pieces see the record
     * @param loads see the record
     * @param threads see the record
     * @param rounds see the record
     * @param timing see the record
     * @param seed see the record
     * @throws IllegalArgumentException if there is nothing to measure
     */
    public Campaign(
            List<ProfileTarget> pieces,
            List<LoadLevel> loads,
            List<Integer> threads,
            int rounds,
            TimingOptions timing,
            long seed) {
        this(pieces, loads, threads, rounds, timing, seed, Duration.ZERO);
    }

    /**
     * With another time to wait for quiet.
     *
     * @param time 0 or more
     * @return this plan with it
     */
    public Campaign withQuietWait(Duration time) {
        return new Campaign(pieces, loads, threads, rounds, timing, seed, time);
    }

    /**
     * Three rounds of up to 0.05 seconds for each measurement, warming up aside.
     *
     * @param pieces see the record
     * @param loads see the record
     * @param threads see the record
     * @return the plan
     */
    public static Campaign of(List<ProfileTarget> pieces, List<LoadLevel> loads, List<Integer> threads) {
        return new Campaign(pieces, loads, threads, 3, TIMING, 42);
    }

    /**
     * How many measurements there are.
     *
     * @return pieces times loads times numbers of threads times rounds
     */
    public int size() {
        return Math.multiplyExact(Math.multiplyExact(pieces.size(), loads.size()), threads.size() * rounds);
    }
}
