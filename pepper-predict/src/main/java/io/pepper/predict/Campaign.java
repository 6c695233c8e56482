package io.pepper.predict;

import io.pepper.measure.TimingOptions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A measuring campaign: each piece is measured with each number of threads under each load, in each round.
 *
 * @param pieces the pieces to measure
 * @param loads the competing loads
 * @param threads the numbers of threads inside an operator
 * @param rounds number of measurements of each combination, at least 1. Several short rounds are more reliable than one
 *     long one, since shared machines change their speed every second or so
 * @param timing the timing of one measurement; its threads and sizes are set for each piece
 * @param seed seed of the random order
 * @param quietWait longest wait in each spell in which other processes keep the machine busy, 0 or more. Measurements
 *     made in spite of them are {@linkplain Mark#BUSY marked}
 * @param randomLoads the range from which each measurement draws its load; empty to use each of {@code loads}
 */
public record Campaign(
        List<ProfileTarget> pieces,
        List<LoadLevel> loads,
        List<Integer> threads,
        int rounds,
        TimingOptions timing,
        long seed,
        Duration quietWait,
        Optional<RandomLoads> randomLoads) {
    private static final TimingOptions TIMING = TimingOptions.DEFAULTS
            .withRuns(7, 500)
            .withBudget(Duration.ofMillis(50))
            .withPrecision(0.02);

    /**
     * Creates a campaign. Loads and numbers of threads that are listed twice count once.
     *
     * @param pieces the pieces to measure, at least one, each with a unique name in its model
     * @param loads the competing loads, at least one unless they are drawn
     * @param threads the numbers of threads inside an operator, at least one
     * @param rounds number of measurements of each combination, at least 1
     * @param timing the timing of one measurement
     * @param seed seed of the random order
     * @param quietWait longest wait in each spell in which other processes keep the machine busy, 0 or more
     * @param randomLoads the range from which each measurement draws its load; empty to use each of {@code loads}
     * @throws IllegalArgumentException if a list is empty, two pieces have the same name, {@code rounds} is less than
     *     1, or {@code quietWait} is negative
     */
    public Campaign {
        if (quietWait.isNegative()) {
            throw new IllegalArgumentException("quietWait " + quietWait + " is negative");
        }
        pieces = List.copyOf(pieces);
        loads = loads.stream().distinct().toList();
        threads = threads.stream().distinct().toList();
        if (pieces.isEmpty() || (loads.isEmpty() && randomLoads.isEmpty()) || threads.isEmpty() || rounds < 1) {
            throw new IllegalArgumentException("nothing to measure: " + pieces.size() + " pieces, " + loads.size()
                    + " loads, " + threads.size() + " numbers of threads, " + rounds + " rounds");
        }
        requireNames(pieces);
    }

    private static void requireNames(List<ProfileTarget> pieces) {
        Map<List<String>, ProfileTarget> named = new HashMap<>();
        for (ProfileTarget piece : pieces) {
            ProfileTarget other = named.put(List.of(piece.model(), piece.piece()), piece);
            if (other != null) {
                throw new IllegalArgumentException(other.file() + " and " + piece.file() + " are both "
                        + piece.piece() + " of a model named " + piece.model()
                        + "; measurements are told apart by these names");
            }
        }
    }

    /**
     * Creates a campaign that does not wait for other processes.
     *
     * @param pieces the pieces to measure, at least one
     * @param loads the competing loads, at least one
     * @param threads the numbers of threads inside an operator, at least one
     * @param rounds number of measurements of each combination, at least 1
     * @param timing the timing of one measurement
     * @param seed seed of the random order
     * @throws IllegalArgumentException if a list is empty or {@code rounds} is less than 1
     */
    public Campaign(
            List<ProfileTarget> pieces,
            List<LoadLevel> loads,
            List<Integer> threads,
            int rounds,
            TimingOptions timing,
            long seed) {
        this(pieces, loads, threads, rounds, timing, seed, Duration.ZERO, Optional.empty());
    }

    /**
     * Sets the longest wait in each spell in which other processes keep the machine busy.
     *
     * @param time 0 or more
     * @return a copy with this wait
     * @throws IllegalArgumentException if {@code time} is negative
     */
    public Campaign withQuietWait(Duration time) {
        return new Campaign(pieces, loads, threads, rounds, timing, seed, time, randomLoads);
    }

    /**
     * Draws the load of each measurement at random, as the original PEPPER does. The draws follow from the seed, so that a
     * stopped campaign resumes with the same loads.
     *
     * @param range the range of the loads, which replaces the given loads
     * @return a copy with these loads
     */
    public Campaign withRandomLoads(RandomLoads range) {
        return new Campaign(pieces, List.of(), threads, rounds, timing, seed, quietWait, Optional.of(range));
    }

    /** Returns the loads under which a piece is measured in a round. */
    List<LoadLevel> loads(ProfileTarget piece, int threadCount, int round) {
        return randomLoads
                .map(range -> List.of(range.draw(
                        seed, piece.model(), piece.piece(), String.valueOf(threadCount), String.valueOf(round))))
                .orElse(loads);
    }

    /**
     * Returns a campaign of three rounds. Each measurement takes up to 0.05 seconds after the warm-up.
     *
     * @param pieces the pieces to measure, at least one
     * @param loads the competing loads, at least one
     * @param threads the numbers of threads inside an operator, at least one
     * @return the campaign, which does not wait for other processes
     * @throws IllegalArgumentException if a list is empty
     */
    public static Campaign of(List<ProfileTarget> pieces, List<LoadLevel> loads, List<Integer> threads) {
        return new Campaign(pieces, loads, threads, 3, TIMING, 42);
    }

    /**
     * Returns the number of measurements.
     *
     * @return pieces times loads (one if they are drawn) times numbers of threads times rounds
     * @throws ArithmeticException if it exceeds the range of {@code int}
     */
    public int size() {
        return Math.multiplyExact(
                Math.multiplyExact(pieces.size(), Math.max(1, loads.size())), threads.size() * rounds);
    }
}
