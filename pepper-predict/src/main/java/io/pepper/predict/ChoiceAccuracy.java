package io.pepper.predict;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * The accuracy of choosing between ways to run the same piece: with other threads, under another load, or on another
 * device. Two ways form a pair if their measured medians differ by more than 10 %.
 *
 * @param pairs number of pairs
 * @param right share of pairs in which the faster way was predicted to be faster; empty without pairs
 * @param regret mean relative loss over all pairs: by which share of the faster way's time the chosen way took longer;
 *     0 without pairs
 * @param bestWays share of choices in which the way predicted to be fastest took at most 10 % longer than the fastest;
 *     empty without choices
 * @param repeatRight share of pairs in which two measurements agree on the faster way. No prediction can be expected to
 *     be right more often. empty if nothing was measured twice
 * @param choices number of pieces with at least two ways
 * @param bestRegretSeconds mean extra time of the way predicted to be fastest over the fastest way, in seconds; empty
 *     without choices
 * @param repeatBest like {@code bestWays}, with the first measurement as the prediction and the second as the truth. No
 *     prediction can be expected to do better. empty if nothing was measured twice
 */
public record ChoiceAccuracy(
        int pairs,
        OptionalDouble right,
        double regret,
        OptionalDouble bestWays,
        OptionalDouble repeatRight,
        int choices,
        OptionalDouble bestRegretSeconds,
        OptionalDouble repeatBest) {
    private static final double TENTH = 1.1;

    /**
     * Compares all ways to run each piece.
     *
     * @param measured the measurements, repeated ones included
     * @param predictedSeconds returns the predicted median of a record, in seconds
     * @return the accuracy over all pieces
     */
    public static ChoiceAccuracy of(LatencyDataset measured, ToDoubleFunction<LatencyRecord> predictedSeconds) {
        return of(measured, entry -> entry.model() + "\t" + entry.piece(), predictedSeconds);
    }

    /**
     * Compares the devices that ran the same piece with the same number of threads under the same load. The share of
     * best ways is then the top-1 accuracy of choosing a device.
     *
     * @param validation a cross-validation
     * @return the accuracy over all pieces; without choices if no piece ran on two devices under the same load
     */
    public static ChoiceAccuracy betweenDevices(CrossValidation validation) {
        return betweenDevices(validation.measured(), validation.predictions());
    }

    /**
     * Compares the devices like {@link #betweenDevices(CrossValidation)}, each predicted by a predictor of its own.
     *
     * @param validations a cross-validation for each kind of device, whose devices have different names
     * @return the accuracy over all pieces; without choices if no piece ran on two devices under the same load
     */
    public static ChoiceAccuracy betweenDevices(List<CrossValidation> validations) {
        Map<String, Double> seconds = new HashMap<>();
        List<LatencyRecord> measured = new ArrayList<>();
        for (CrossValidation validation : validations) {
            measured.addAll(validation.measured().records());
            validation.addPredictions(seconds);
        }
        return betweenDevices(LatencyDataset.of(measured), entry -> seconds.getOrDefault(entry.key(), Double.NaN));
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
                    share(right, pairs),
                    pairs == 0 ? 0 : regret / pairs,
                    share(best, choices),
                    share(repeatedRight, repeated),
                    choices,
                    share(bestRegretSeconds, choices),
                    share(repeatedBest, repeatedChoices));
        }

        private static OptionalDouble share(double part, int count) {
            return count == 0 ? OptionalDouble.empty() : OptionalDouble.of(part / count);
        }
    }
}
