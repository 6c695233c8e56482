package io.pepper.predict;

import io.pepper.model.ProgressListener;
import java.io.InterruptedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * How well records are predicted that a predictor did not learn from: each, the mean of all measurements of the same, is
 * predicted once, by a predictor that was trained on the other folds. Records of the operator sweep are always learned from and never predicted. Immutable and therefore
 * thread-safe.
 */
public final class CrossValidation {
    private static final int FOLDS = 10;

    /** Up to so many groups each is a fold of its own. */
    private static final int MOST_GROUPS = 24;

    private static final double P90 = 0.9;

    /** What records are held back together. */
    public enum Folds {
        /** Ten folds of random rows, as in the paper: most held rows have near twins among those learned from. */
        ROWS,
        /** All records of a model: how well a model is predicted that was never seen. */
        MODELS,
        /** All records of a device: how well a device is predicted that was never seen. */
        DEVICES;

        /** The name by which {@link Provenance#accuracy} has them. */
        String key() {
            return name().toLowerCase(Locale.ROOT);
        }

        Function<LatencyRecord, String> group(int seed) {
            Random random = new Random(seed);
            return switch (this) {
                case ROWS -> entry -> String.valueOf(random.nextInt(FOLDS));
                case MODELS -> LatencyRecord::model;
                case DEVICES -> entry -> entry.device().device();
            };
        }
    }

    private final Folds folds;
    private final LatencyDataset measured;
    private final List<LatencyRecord> records;
    private final double[] medians;
    private final double[] p90s;
    private final double p90Shift;

    private CrossValidation(
            Folds folds,
            LatencyDataset measured,
            List<LatencyRecord> records,
            double[] medians,
            double[] p90s,
            double p90Shift) {
        this.folds = folds;
        this.measured = measured;
        this.records = records;
        this.medians = medians;
        this.p90s = p90s;
        this.p90Shift = p90Shift;
    }

    /**
     * Trains once for each fold, and predicts it.
     *
     * @param data what was measured
     * @param options how to train
     * @param folds what is held back together
     * @param progress hears of each fold
     * @return what was predicted
     * @throws IllegalArgumentException if there are fewer than two folds
     * @throws InterruptedIOException if the thread is interrupted
     */
    public static CrossValidation run(
            LatencyDataset data, TrainingOptions options, Folds folds, ProgressListener progress)
            throws InterruptedIOException {
        LatencyDataset means = options.learnedFrom(data);
        List<List<LatencyRecord>> groups = groups(means, options, folds);
        if (groups.size() < 2) {
            throw new IllegalArgumentException("two " + folds.name().toLowerCase(Locale.ROOT)
                    + " at least are needed to hold one back, found " + groups.size());
        }
        List<LatencyRecord> records = new ArrayList<>();
        List<Double> medians = new ArrayList<>();
        List<Double> p90s = new ArrayList<>();
        Provenance none = new Provenance("", 0, 0, 0, List.of(), List.of(), Instant.EPOCH, "", "", "", Map.of());
        for (int fold = 0; fold < groups.size(); fold++) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("the cross-validation was interrupted");
            }
            progress.progress("holding back " + groups.get(fold).get(0).model(), fold, groups.size());
            IdentityHashMap<LatencyRecord, Boolean> held = new IdentityHashMap<>();
            groups.get(fold).forEach(entry -> held.put(entry, true));
            List<LatencyRecord> learned = means.records().stream()
                    .filter(entry -> !held.containsKey(entry))
                    .toList();
            TrainedPredictor predictor = new Learner(learned, options).learn(0, none);
            for (LatencyRecord entry : groups.get(fold)) {
                var prediction = predictor.predict(entry.work(), entry.threads(), entry.device());
                records.add(entry);
                medians.add(prediction.medianSeconds());
                p90s.add(prediction.p90Seconds());
            }
        }
        return new CrossValidation(
                folds, data.withoutSweep(), records, plain(medians), plain(p90s), shift(records, medians, p90s));
    }

    /** Whether there are several groups to hold back, once measurements of the same count as one. */
    static boolean isPossible(LatencyDataset data, TrainingOptions options, Folds folds) {
        return groups(options.learnedFrom(data), options, folds).size() > 1;
    }

    private static double[] plain(List<Double> numbers) {
        return numbers.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static List<List<LatencyRecord>> groups(LatencyDataset data, TrainingOptions options, Folds folds) {
        Map<String, List<LatencyRecord>> named = new LinkedHashMap<>();
        Function<LatencyRecord, String> group = folds.group(options.seed());
        data.withoutSweep().records().forEach(entry -> named.computeIfAbsent(
                        group.apply(entry), name -> new ArrayList<>())
                .add(entry));
        List<List<LatencyRecord>> groups = new ArrayList<>(named.values());
        if (groups.size() <= MOST_GROUPS) {
            return groups;
        }
        Collections.shuffle(groups, new Random(options.seed()));
        List<List<LatencyRecord>> merged = new ArrayList<>();
        for (int i = 0; i < groups.size(); i++) {
            if (i < FOLDS) {
                merged.add(new ArrayList<>());
            }
            merged.get(i % FOLDS).addAll(groups.get(i));
        }
        return merged;
    }

    /**
     * By how much the logarithm of the predicted 90th percentile must grow, if it must, so that it covers 90 % of what was held
     * back (Romano, Patterson and Candès, "Conformalized quantile regression", NeurIPS 2019).
     */
    private static double shift(List<LatencyRecord> records, List<Double> medians, List<Double> p90s) {
        double low = 0;
        double high = 3;
        for (int step = 0; step < 40; step++) {
            double middle = (low + high) / 2;
            if (coverage(records, medians, p90s, middle) < P90) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    private static double coverage(List<LatencyRecord> records, List<Double> medians, List<Double> p90s, double shift) {
        double covered = 0;
        for (int i = 0; i < records.size(); i++) {
            double p90 = Math.max(medians.get(i), p90s.get(i) * Math.exp(shift));
            covered += RunQuantiles.of(records.get(i).timing()).shareWithin(p90);
        }
        return covered / records.size();
    }

    /**
     * What was held back together.
     *
     * @return the kind of folds
     */
    public Folds folds() {
        return folds;
    }

    /**
     * What was predicted.
     *
     * @return records, in the order of the folds; of measurements of the same their mean, unless the original's target was
     *     learned
     */
    public List<LatencyRecord> records() {
        return Collections.unmodifiableList(records);
    }

    /**
     * The predicted medians.
     *
     * @return seconds, one for each of {@link #records}
     */
    public double[] medianSeconds() {
        return medians.clone();
    }

    /** By how much the logarithm of the 90th percentile has to be moved. */
    double p90Shift() {
        return p90Shift;
    }

    /**
     * How well all were predicted.
     *
     * @return errors over all records
     */
    public Accuracy accuracy() {
        return accuracy(entry -> true);
    }

    /**
     * How well some were predicted.
     *
     * @param which the records that count
     * @return errors over these
     * @throws IllegalArgumentException if there are none
     */
    public Accuracy accuracy(Predicate<LatencyRecord> which) {
        int[] chosen = IntStream.range(0, records.size())
                .filter(i -> which.test(records.get(i)))
                .toArray();
        double coverage = Arrays.stream(chosen)
                .mapToDouble(i -> RunQuantiles.of(records.get(i).timing()).shareWithin(p90s[i]))
                .average()
                .orElse(Double.NaN);
        return Accuracy.of(
                Arrays.stream(chosen)
                        .mapToDouble(i -> records.get(i).timing().medianSeconds())
                        .toArray(),
                Arrays.stream(chosen).mapToDouble(i -> medians[i]).toArray(),
                coverage);
    }

    /**
     * Whether the predictions choose right between two ways to run the same piece.
     *
     * @return how often
     */
    public ChoiceAccuracy choices() {
        return ChoiceAccuracy.of(measured, predictions());
    }

    /** Each measurement that was held back, also those of the same. */
    LatencyDataset measured() {
        return measured;
    }

    /** The predicted medians of what was measured. */
    ToDoubleFunction<LatencyRecord> predictions() {
        Map<String, Double> predicted = new HashMap<>();
        for (int i = 0; i < records.size(); i++) {
            predicted.putIfAbsent(records.get(i).key(), medians[i]);
        }
        return entry -> predicted.getOrDefault(entry.key(), Double.NaN);
    }
}
