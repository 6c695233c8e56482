package io.pepper.predict;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Whether predictions choose right between ways to run the same piece: on other threads, under another load, or on another
 * device. Of pairs only those count whose measured medians differ by more than a tenth.
 *
 * @param pairs how many pairs there are
 * @param right the share of pairs in which the faster way was predicted as the faster; NaN without pairs
 * @param regret how much longer the chosen ways took than the best, as a share, on average over all pairs
 * @param bestWays the share of choices in which the way predicted as the fastest is the fastest, or within a tenth of it; NaN
 *     without choices
 * @param repeatRight the share of pairs that a second measurement of both orders as the first did: no prediction can be
 *     expected to do better; NaN if nothing was measured twice
 * @param choices how often one of several ways was to be chosen
 * @param bestRegretSeconds by how many seconds the ways predicted as the fastest took longer than the fastest, on average over
 *     all choices; NaN without choices
 * @param repeatBest as {@code bestWays}, where the first measurement chooses and the second tells how long that takes: no
 *     prediction can be expected to do better; NaN if nothing was measured twice
 */
public record ChoiceAccuracy(
        int pairs,
        double right,
        double regret,
        double bestWays,
        double repeatRight,
        int choices,
        double bestRegretSeconds,
        double repeatBest) {
    private static final double TENTH = 1.1;

    /**
     * Compares all ways of each piece.
     *
     * @param measured what was measured, also repeatedly
     * @param predictedSeconds the predicted median of a record
     * @return how often the choice is right
     */
    public static ChoiceAccuracy of(LatencyDataset measured, ToDoubleFunction<LatencyRecord> predictedSeconds) {
        return of(measured, entry -> entry.model() + "\t" + entry.piece(), predictedSeconds);
    }

    /**
     * Compares the devices that ran the same piece with as many threads, under the same load each: the top-1 accuracy of the
     * device that is predicted as the fastest.
     *
     * @param validation what was predicted of what was held back
     * @return how often the choice is right; without choices if no piece ran on two devices under the same load
     */
    public static ChoiceAccuracy betweenDevices(CrossValidation validation) {
        return betweenDevices(validation.measured(), validation.predictions());
    }

    static ChoiceAccuracy betweenDevices(LatencyDataset measured, ToDoubleFunction<LatencyRecord> predictedSeconds) {
        return of(
                measured,
                entry -> String.join(
                        "\t",
                        entry.model(),
                        entry.piece(),
                        String.valueOf(entry.threads()),
                        String.valueOf(entry.load().percent())),
                predictedSeconds);
    }

    private static ChoiceAccuracy of(
            LatencyDataset measured,
            Function<LatencyRecord, String> choice,
            ToDoubleFunction<LatencyRecord> predictedSeconds) {
        Map<String, List<List<LatencyRecord>>> choices = new LinkedHashMap<>();
        measured.byKey().values().forEach(alike -> choices.computeIfAbsent(
                        choice.apply(alike.get(0)), first -> new ArrayList<>())
                .add(alike));
        Count count = new Count();
        choices.values().forEach(ways -> count.add(ways, predictedSeconds));
        return count.result();
    }

    private static final class Count {
        private int pairs;
        private int right;
        private int repeated;
        private int repeatedRight;
        private int choices;
        private int best;
        private double bestRegretSeconds;
        private int repeatedChoices;
        private int repeatedBest;
        private double regret;

        void add(List<List<LatencyRecord>> ways, ToDoubleFunction<LatencyRecord> predicted) {
            double[] measured =
                    ways.stream().mapToDouble(LatencyRecord::meanSeconds).toArray();
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
                double chosen = measured[least(guessed)];
                double fastest = measured[least(measured)];
                choices++;
                best += chosen <= TENTH * fastest ? 1 : 0;
                bestRegretSeconds += chosen - fastest;
                repeat(ways);
            }
        }

        private void repeat(List<List<LatencyRecord>> ways) {
            if (ways.stream().allMatch(way -> way.size() > 1)) {
                double[] first = execution(ways, 0);
                double[] second = execution(ways, 1);
                repeatedChoices++;
                repeatedBest += second[least(first)] <= TENTH * second[least(second)] ? 1 : 0;
            }
        }

        private static double[] execution(List<List<LatencyRecord>> ways, int number) {
            return ways.stream()
                    .mapToDouble(way -> way.get(number).timing().medianSeconds())
                    .toArray();
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
                    best / (double) choices,
                    repeatedRight / (double) repeated,
                    choices,
                    bestRegretSeconds / choices,
                    repeatedBest / (double) repeatedChoices);
        }
    }
}
