package io.pepper.predict;

import io.pepper.runtime.Quantiles;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Whether predictions choose right between two ways to run the same piece: on other threads, under another load, or on another
 * device. Only pairs whose measured medians differ by more than a tenth count.
 *
 * @param pairs how many pairs there are
 * @param right the share of pairs in which the faster way was predicted as the faster; NaN without pairs
 * @param regret how much longer the chosen ways took than the best, as a share, on average over all pairs
 * @param bestWays the share of pieces of whose ways the one predicted as the fastest is the fastest, or within a tenth of it
 * @param repeatRight the share of pairs that a second measurement of both orders as the first did: no prediction can be
 *     expected to do better; NaN if nothing was measured twice
 */
public record ChoiceAccuracy(int pairs, double right, double regret, double bestWays, double repeatRight) {
    private static final double TENTH = 1.1;

    /**
     * Compares all pairs of each piece.
     *
     * @param measured what was measured, also repeatedly
     * @param predictedSeconds the predicted median of a record
     * @return how often the choice is right
     */
    public static ChoiceAccuracy of(LatencyDataset measured, ToDoubleFunction<LatencyRecord> predictedSeconds) {
        Map<String, List<List<LatencyRecord>>> pieces = new LinkedHashMap<>();
        measured.byKey().values().forEach(alike -> pieces.computeIfAbsent(
                        alike.get(0).model() + "\t" + alike.get(0).piece(), piece -> new ArrayList<>())
                .add(alike));
        Count count = new Count();
        pieces.values().forEach(ways -> count.add(ways, predictedSeconds));
        return count.result();
    }

    private static double seconds(List<LatencyRecord> alike) {
        return Quantiles.of(alike.stream()
                        .mapToDouble(entry -> entry.timing().medianSeconds())
                        .toArray())
                .median();
    }

    private static final class Count {
        private int pairs;
        private int right;
        private int repeated;
        private int repeatedRight;
        private int pieces;
        private int best;
        private double regret;

        void add(List<List<LatencyRecord>> ways, ToDoubleFunction<LatencyRecord> predicted) {
            double[] measured =
                    ways.stream().mapToDouble(ChoiceAccuracy::seconds).toArray();
            double[] guessed = ways.stream()
                    .mapToDouble(way -> predicted.applyAsDouble(way.get(0)))
                    .toArray();
            for (int a = 0; a < measured.length; a++) {
                for (int b = a + 1; b < measured.length; b++) {
                    if (Math.max(measured[a], measured[b]) > TENTH * Math.min(measured[a], measured[b])) {
                        pair(a, b, measured, guessed);
                        repeat(ways.get(a), ways.get(b));
                    }
                }
            }
            if (ways.size() > 1) {
                pieces++;
                best += measured[least(guessed)] <= TENTH * measured[least(measured)] ? 1 : 0;
            }
        }

        private void pair(int a, int b, double[] measured, double[] guessed) {
            boolean correct = measured[a] < measured[b] == guessed[a] < guessed[b];
            pairs++;
            right += correct ? 1 : 0;
            regret += correct ? 0 : Math.max(measured[a], measured[b]) / Math.min(measured[a], measured[b]) - 1;
        }

        private void repeat(List<LatencyRecord> one, List<LatencyRecord> other) {
            if (one.size() > 1 && other.size() > 1) {
                boolean first = one.get(0).timing().medianSeconds()
                        < other.get(0).timing().medianSeconds();
                boolean second = one.get(1).timing().medianSeconds()
                        < other.get(1).timing().medianSeconds();
                repeated++;
                repeatedRight += first == second ? 1 : 0;
            }
        }

        private static int least(double... values) {
            int least = 0;
            for (int i = 1; i < values.length; i++) {
                least = values[i] < values[least] ? i : least;
            }
            return least;
        }

        ChoiceAccuracy result() {
            return new ChoiceAccuracy(
                    pairs,
                    right / (double) pairs,
                    pairs == 0 ? 0 : regret / pairs,
                    best / (double) pieces,
                    repeatedRight / (double) repeated);
        }
    }
}
