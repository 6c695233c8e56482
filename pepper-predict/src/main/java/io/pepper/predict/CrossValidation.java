package io.pepper.predict;

import io.pepper.model.ProgressListener;
import io.pepper.workload.Prediction;
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
import java.util.Optional;
import java.util.OptionalDouble;
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
    private static final Provenance NONE =
            new Provenance("", 0, 0, 0, List.of(), List.of(), List.of(), Instant.EPOCH, "", "", "", Map.of());

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

        /** Returns the name of the records that were held out together with a record of a fold. */
        private String heldOut(LatencyRecord entry, String fold) {
            return this == ROWS ? fold : group(0).apply(entry);
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
    private final List<String> heldOut;
    private final Guesses withTrees;
    private final Guesses sums;
    private final boolean keepsTrees;
    private final double[] medians;
    private final double[] p90s;

    /** Predicted medians and 90th percentiles, in the order of the records. */
    private static final class Guesses {
        private final double[] medians;
        private final double[] p90s;

        Guesses(int count) {
            medians = new double[count];
            p90s = new double[count];
        }
    }

    private CrossValidation(
            Folds folds,
            LatencyDataset measured,
            List<LatencyRecord> records,
            List<String> heldOut,
            Guesses withTrees,
            Guesses sums,
            boolean keepsTrees) {
        this.heldOut = heldOut;
        this.folds = folds;
        this.measured = measured;
        this.records = records;
        this.withTrees = withTrees;
        this.sums = sums;
        this.keepsTrees = keepsTrees;
        Guesses kept = keepsTrees ? withTrees : sums;
        this.medians = kept.medians;
        this.p90s = kept.p90s;
    }

    /**
     * Trains a predictor for each fold and predicts the fold with it: by the sum of kernels alone, and with trees that
     * correct it. The better of both counts. Records of {@linkplain FarRecords slow spells} are left out, unless the
     * options include marked records.
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
        return ofClean(FarRecords.of(data, options.marked()).select(data), options, folds, progress);
    }

    /** Cross-validates on records without slow spells. */
    static CrossValidation ofClean(LatencyDataset data, TrainingOptions options, Folds folds, ProgressListener progress)
            throws InterruptedIOException {
        LatencyDataset means = options.learnedFrom(data);
        List<List<LatencyRecord>> groups = groups(means, options, folds);
        if (groups.size() < 2) {
            throw new IllegalArgumentException("two " + folds.name().toLowerCase(Locale.ROOT)
                    + " at least are needed to hold one back, found " + groups.size());
        }
        List<LatencyRecord> records = groups.stream().flatMap(List::stream).toList();
        Guesses withTrees = new Guesses(records.size());
        Guesses sums = new Guesses(records.size());
        List<String> heldOut = new ArrayList<>();
        int at = 0;
        for (int fold = 0; fold < groups.size(); fold++) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("the cross-validation was interrupted");
            }
            progress.progress("holding back " + groups.get(fold).get(0).model(), fold, groups.size());
            Learner learner = new Learner(without(means, groups.get(fold)), options);
            predict(learner.learn(0, NONE), groups.get(fold), withTrees, at);
            if (options.hasSum()) {
                predict(learner.sumAlone(0, NONE), groups.get(fold), sums, at);
            }
            at += groups.get(fold).size();
            String name = "fold " + (fold + 1);
            groups.get(fold).forEach(entry -> heldOut.add(folds.heldOut(entry, name)));
        }
        boolean keepsTrees = !options.hasSum()
                || accuracy(records, withTrees, entry -> true).medianApe()
                        < accuracy(records, sums, entry -> true).medianApe();
        return new CrossValidation(folds, data.withoutSweep(), records, heldOut, withTrees, sums, keepsTrees);
    }

    /** Returns the records outside of a fold. */
    static List<LatencyRecord> without(LatencyDataset data, List<LatencyRecord> fold) {
        IdentityHashMap<LatencyRecord, Boolean> held = new IdentityHashMap<>();
        fold.forEach(entry -> held.put(entry, true));
        return data.records().stream().filter(entry -> !held.containsKey(entry)).toList();
    }

    private static void predict(TrainedPredictor predictor, List<LatencyRecord> fold, Guesses guesses, int from) {
        for (int i = 0; i < fold.size(); i++) {
            LatencyRecord entry = fold.get(i);
            Prediction prediction = predictor.predict(entry.work(), entry.threads(), entry.device());
            guesses.medians[from + i] = prediction.medianSeconds();
            guesses.p90s[from + i] = prediction.p90Seconds();
        }
    }

    /** Returns the same predictions, by the trees or by the sum alone. */
    CrossValidation keeping(boolean trees) {
        return new CrossValidation(folds, measured, records, heldOut, withTrees, sums, trees);
    }

    /**
     * Returns whether trees correct the sum of kernels: they predicted the held-out records better, or there is no sum.
     *
     * @return true for trees, false for the sum alone
     */
    public boolean keepsTrees() {
        return keepsTrees;
    }

    /**
     * Returns the accuracy of the sum of kernels with trees.
     *
     * @return the accuracy over all records
     */
    public Accuracy treesAccuracy() {
        return accuracy(records, withTrees, entry -> true);
    }

    /**
     * Returns the accuracy of the sum of kernels alone.
     *
     * @return the accuracy over all records; empty if the options have no sum
     */
    public Optional<Accuracy> sumAccuracy() {
        return sums.medians.length > 0 && sums.medians[0] > 0
                ? Optional.of(accuracy(records, sums, entry -> true))
                : Optional.empty();
    }

    /** Returns whether there are at least two groups once repeated measurements are averaged. */
    static boolean isPossible(LatencyDataset data, TrainingOptions options, Folds folds) {
        return groups(options.learnedFrom(data), options, folds).size() > 1;
    }

    /** Returns the records that are held out together: those of each group, or of several if there are many groups. */
    static List<List<LatencyRecord>> groups(LatencyDataset data, TrainingOptions options, Folds folds) {
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

    private double coverage(double shift) {
        double covered = 0;
        for (int i = 0; i < records.size(); i++) {
            double p90 = Math.max(medians[i], p90s[i] * Math.exp(shift));
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

    /**
     * Returns the shift of the logarithm of the predicted 90th percentile, 0 to 3, with which it covers 90 % of the
     * held-out runs (Romano, Patterson and Candès, "Conformalized quantile regression", NeurIPS 2019).
     */
    double p90Shift() {
        double low = 0;
        double high = 3;
        for (int step = 0; step < 40; step++) {
            double middle = (low + high) / 2;
            if (coverage(middle) < P90) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
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
        return accuracy(records, keepsTrees ? withTrees : sums, which);
    }

    /**
     * Returns the distribution of the errors in each fold.
     *
     * @return the distributions by the held-out model or device, or by {@code fold 1} to {@code fold 10} of {@link Folds#ROWS},
     *     in the order of {@link #records}
     */
    public Map<String, ErrorDistribution> errors() {
        Map<String, List<Double>> errors = new LinkedHashMap<>();
        for (int i = 0; i < records.size(); i++) {
            double measuredSeconds = records.get(i).timing().medianSeconds();
            errors.computeIfAbsent(heldOut.get(i), none -> new ArrayList<>())
                    .add(Math.abs(medians[i] / measuredSeconds - 1));
        }
        Map<String, ErrorDistribution> distributions = new LinkedHashMap<>();
        errors.forEach((name, own) -> distributions.put(
                name,
                ErrorDistribution.of(
                        own.stream().mapToDouble(Double::doubleValue).toArray())));
        return distributions;
    }

    private static Accuracy accuracy(List<LatencyRecord> records, Guesses guesses, Predicate<LatencyRecord> which) {
        int[] chosen = IntStream.range(0, records.size())
                .filter(i -> which.test(records.get(i)))
                .toArray();
        OptionalDouble coverage = Arrays.stream(chosen)
                .mapToDouble(i -> RunQuantiles.of(records.get(i).timing()).shareWithin(guesses.p90s[i]))
                .average();
        return Accuracy.of(
                Arrays.stream(chosen)
                        .mapToDouble(i -> records.get(i).timing().medianSeconds())
                        .toArray(),
                Arrays.stream(chosen).mapToDouble(i -> guesses.medians[i]).toArray(),
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
        addPredictions(predicted);
        return entry -> predicted.getOrDefault(entry.key(), Double.NaN);
    }

    /** Adds the predicted medians by the keys of their records. */
    void addPredictions(Map<String, Double> predicted) {
        for (int i = 0; i < records.size(); i++) {
            predicted.putIfAbsent(records.get(i).key(), medians[i]);
        }
    }
}
