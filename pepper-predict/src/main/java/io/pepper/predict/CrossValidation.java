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
 * A cross-validation: each record is predicted once, by a predictor that was trained on the other folds. Repeated
 * measurements are averaged into one record. Records of the operator sweep are always trained on and never predicted.
 * Immutable and therefore thread-safe.
 */
public final class CrossValidation {
    private static final int FOLDS = 10;

    /** Up to this number of groups, each group is a fold. */
    private static final int MAX_GROUPS = 24;

    private static final double P90 = 0.9;

    /** The records that are held out together. */
    public enum Folds {
        /**
         * Ten folds of random rows, as in the paper. Most held-out rows then have near twins among the training rows.
         */
        ROWS,
        /** All records of a model. Estimates the accuracy on an unseen model. */
        MODELS,
        /** All records of a device. Estimates the accuracy on an unseen device. */
        DEVICES;

        /** Returns the key of this kind of folds in {@link Provenance#accuracy}. */
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
     * Trains a predictor for each fold and predicts the fold with it.
     *
     * @param data the measurements
     * @param options the training options
     * @param folds the records that are held out together
     * @param progress receives each fold
     * @return the predictions of all folds
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
        Provenance none =
                new Provenance("", 0, 0, 0, List.of(), List.of(), List.of(), Instant.EPOCH, "", "", "", Map.of());
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

    /** Returns whether there are at least two groups once repeated measurements are averaged. */
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
        if (groups.size() <= MAX_GROUPS) {
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
     * Returns the shift of the logarithm of the predicted 90th percentile, 0 to 3, with which it covers 90 % of the
     * held-out runs (Romano, Patterson and Candès, "Conformalized quantile regression", NeurIPS 2019).
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
     * Returns the kind of folds.
     *
     * @return the records that were held out together
     */
    public Folds folds() {
        return folds;
    }

    /**
     * Returns the records that were predicted.
     *
     * @return the records in the order of the folds; repeated measurements are averaged, except for the original's
     *     target
     */
    public List<LatencyRecord> records() {
        return Collections.unmodifiableList(records);
    }

    /**
     * Returns the predicted medians.
     *
     * @return medians in seconds, in the order of {@link #records}
     */
    public double[] medianSeconds() {
        return medians.clone();
    }

    /** Returns the shift of the logarithm of the predicted 90th percentile that reaches 90 % coverage. */
    double p90Shift() {
        return p90Shift;
    }

    /**
     * Returns the accuracy over all records.
     *
     * @return the accuracy
     */
    public Accuracy accuracy() {
        return accuracy(entry -> true);
    }

    /**
     * Returns the accuracy over selected records.
     *
     * @param which selects the records
     * @return the accuracy
     * @throws IllegalArgumentException if no record is selected
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
     * Returns the accuracy of choosing between ways to run the same piece.
     *
     * @return the accuracy of choices
     */
    public ChoiceAccuracy choices() {
        return ChoiceAccuracy.of(measured, predictions());
    }

    /** Returns the held-out measurements, without averaging. */
    LatencyDataset measured() {
        return measured;
    }

    /** Returns a function from a record to its predicted median; NaN for records that were not predicted. */
    ToDoubleFunction<LatencyRecord> predictions() {
        Map<String, Double> predicted = new HashMap<>();
        for (int i = 0; i < records.size(); i++) {
            predicted.putIfAbsent(records.get(i).key(), medians[i]);
        }
        return entry -> predicted.getOrDefault(entry.key(), Double.NaN);
    }
}
