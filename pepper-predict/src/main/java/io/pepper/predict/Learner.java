package io.pepper.predict;

import io.pepper.measure.OperatorSweep;
import io.pepper.predict.TrainingOptions.Target;
import io.pepper.predict.internal.learn.LinearTime;
import io.pepper.workload.KernelFamily;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The training of one predictor on records. The same records and options give the same trees. */
final class Learner {
    private static final int MIN_IDLE = 20;
    private static final int MIN_MODELS = 5;
    private static final double HELD_SHARE = 0.2;
    private static final double P90 = 0.9;

    /**
     * The share of a piece's deviation from the sum without load that the trees of the median do not learn: noise of the
     * measurement, and what is peculiar to the piece.
     */
    private static final double PECULIAR = 0.5;

    private final List<LatencyRecord> records;
    private final TrainingOptions options;
    private final Optional<LinearTime.Fit> fit;
    private final Optional<LinearTime> linear;
    private final Map<String, Double> deviations;
    private final double[] room = new double[LinearTime.terms().size()];

    Learner(List<LatencyRecord> records, TrainingOptions options) {
        if (records.isEmpty()) {
            throw new IllegalArgumentException("there is nothing to learn from");
        }
        this.records = records;
        this.options = options;
        this.fit = options.target() == Target.LOG_RATIO ? Optional.of(linear(records)) : Optional.empty();
        this.linear = fit.map(LinearTime.Fit::time);
        this.deviations = linear.isEmpty()
                ? Map.of()
                : records.stream()
                        .filter(Learner::isIdle)
                        .collect(Collectors.groupingBy(
                                Learner::setting,
                                Collectors.averagingDouble(
                                        entry -> ratio(entry, entry.timing().medianSeconds()))));
    }

    /** Returns what identifies a piece on a device, with a number of threads, under any load. */
    private static String setting(LatencyRecord entry) {
        return entry.device().device() + "/" + entry.model() + "/" + entry.piece() + "/" + entry.threads();
    }

    /** Returns whether a record was measured without load. */
    static boolean isIdle(LatencyRecord entry) {
        return FeatureSchema.isIdle(entry.device());
    }

    private static LinearTime.Fit linear(List<LatencyRecord> records) {
        List<LatencyRecord> idle = records.stream().filter(Learner::isIdle).toList();
        return sum(idle.size() >= MIN_IDLE ? idle : records);
    }

    /** Returns a sum of kernels fitted to records. */
    static LinearTime.Fit sum(List<LatencyRecord> used) {
        return LinearTime.fit(
                used.stream().map(LatencyRecord::work).toList(),
                used.stream().map(LatencyRecord::threads).toList(),
                used.stream().map(entry -> entry.timing().medianSeconds()).toList());
    }

    /** Returns the families of which the records say too little, each with the one whose coefficients it has. */
    Map<KernelFamily, KernelFamily> borrowed() {
        return fit.map(LinearTime.Fit::borrowed).orElse(Map.of());
    }

    /** Returns the sum alone, with given provenance. */
    TrainedPredictor sumAlone(double p90Shift, Provenance facts) {
        return predictor(Optional.empty(), p90Shift, facts);
    }

    /** Returns the trained predictor, with given provenance. */
    TrainedPredictor learn(double p90Shift, Provenance facts) {
        Map<String, Object> median = new LinkedHashMap<>(options.parameters());
        median.putAll(options.loss().parameters());
        int rounds = options.earlyStopping() ? rounds(median) : options.trees();
        String medianJson = Boosting.train(medians(records), median, rounds);
        Map<String, Object> upper = new LinkedHashMap<>(options.parameters());
        upper.put("objective", "reg:quantileerror");
        upper.put("quantile_alpha", P90);
        String p90Json = Boosting.train(runs(records), upper, rounds);
        try {
            return predictor(
                    Optional.of(new TrainedPredictor.Pair(
                            TrainedPredictor.Trees.of(medianJson, "median"),
                            TrainedPredictor.Trees.of(p90Json, "p90"))),
                    p90Shift,
                    facts);
        } catch (PredictorFormatException never) {
            throw new IllegalStateException("XGBoost wrote what this library does not read", never);
        }
    }

    private TrainedPredictor predictor(Optional<TrainedPredictor.Pair> trees, double p90Shift, Provenance facts) {
        return new TrainedPredictor(new TrainedPredictor.Parts(
                options.schema(),
                options.target(),
                linear,
                trees,
                p90Shift,
                FeatureRange.of(
                        options.schema(), records.stream().map(this::features).toList()),
                options.hasSum()
                        ? Optional.of(FamilyEvidence.of(
                                records.stream().map(LatencyRecord::work).toList()))
                        : Optional.empty(),
                facts));
    }

    /** Returns the number of trees that predicts a held-out fifth of the models best. */
    private int rounds(Map<String, Object> parameters) {
        List<String> models = new ArrayList<>(records.stream()
                .map(LatencyRecord::model)
                .filter(model -> !model.equals(OperatorSweep.MODEL))
                .distinct()
                .sorted()
                .toList());
        if (models.size() < MIN_MODELS) {
            return options.trees();
        }
        Collections.shuffle(models, new Random(options.seed()));
        Set<String> held = models.stream()
                .limit(Math.max(1, Math.round(HELD_SHARE * models.size())))
                .collect(Collectors.toSet());
        Predicate<LatencyRecord> isHeld = entry -> held.contains(entry.model());
        return Boosting.bestRounds(
                medians(records.stream().filter(isHeld.negate()).toList()),
                medians(records.stream().filter(isHeld).toList()),
                parameters,
                options.trees());
    }

    private Rows medians(List<LatencyRecord> some) {
        Rows rows = rows();
        for (LatencyRecord entry : some) {
            double own = PECULIAR * deviations.getOrDefault(setting(entry), 0.0);
            add(rows, row(entry), label(entry, entry.timing().medianSeconds()) - own, 1);
        }
        return rows;
    }

    private Rows runs(List<LatencyRecord> some) {
        Rows rows = rows();
        for (LatencyRecord entry : some) {
            float[] row = row(entry);
            for (RunQuantiles.Point point : RunQuantiles.of(entry.timing()).points()) {
                add(rows, row, label(entry, point.seconds()), point.share());
            }
        }
        return rows;
    }

    private Rows rows() {
        return new Rows(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), options.inputs());
    }

    private static void add(Rows rows, float[] row, double label, double weight) {
        rows.values().add(row);
        rows.labels().add((float) label);
        rows.weights().add((float) weight);
    }

    private float[] features(LatencyRecord entry) {
        float[] row = new float[options.schema().size()];
        options.schema().fill(entry.work(), entry.threads(), entry.device(), row, 0);
        return row;
    }

    /** Returns what trees read: the features, and the sum of kernels if there is one. */
    private float[] row(LatencyRecord entry) {
        float[] row = Arrays.copyOf(features(entry), options.inputs());
        if (linear.isPresent()) {
            row[row.length - 1] = (float) sum(linear.get(), entry);
        }
        return row;
    }

    private double sum(LinearTime time, LatencyRecord entry) {
        return time.seconds(entry.work(), entry.threads(), room);
    }

    private double label(LatencyRecord entry, double seconds) {
        return options.target() == Target.SECONDS ? seconds : ratio(entry, seconds);
    }

    /** Returns the logarithm of the ratio of seconds to the sum of kernels, or to a second if there is no sum. */
    private double ratio(LatencyRecord entry, double seconds) {
        return Math.log(seconds / (linear.isPresent() ? sum(linear.get(), entry) : 1));
    }
}
