package io.pepper.predict;

import io.pepper.model.ProgressListener;
import io.pepper.onnx.OnnxModel;
import io.pepper.predict.CrossValidation.Folds;
import io.pepper.workload.KernelFamily;
import java.io.InterruptedIOException;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A training of predictors on measured latencies. The same data and options give the same predictions.
 *
 * <pre>{@code
 * LatencyDataset data = LatencyDataset.read(Path.of("data.csv"));
 * LatencyTrainer trained = LatencyTrainer.train(data, TrainingOptions.EXTENDED, ProgressListener.NONE);
 * System.out.println(trained.validations().get(Folds.MODELS).accuracy().medianApe());
 * trained.predictor().save(Path.of("here.predictor"));
 * }</pre>
 */
public final class LatencyTrainer {
    private final TrainedPredictor predictor;
    private final Map<Folds, CrossValidation> validations;
    private final MarkedRecords marked;
    private final FarRecords far;
    private final Map<KernelFamily, KernelFamily> borrowed;

    private LatencyTrainer(
            TrainedPredictor predictor,
            Map<Folds, CrossValidation> validations,
            MarkedRecords marked,
            FarRecords far,
            Map<KernelFamily, KernelFamily> borrowed) {
        this.marked = marked;
        this.far = far;
        this.borrowed = borrowed;
        this.predictor = predictor;
        this.validations = validations;
    }

    /**
     * Cross-validates on held-out rows, models and devices, wherever there are at least two of them, and then trains on
     * all records. The operator sweep is only trained on; if there are no other records, each of its small models
     * counts as a model. The predicted 90th percentile is shifted so that it covers 90 % of the runs of held-out
     * models; the validations state the coverage before this shift. {@linkplain Mark Marked} records are left out,
     * unless the options include them or too few others would remain; so are {@linkplain FarRecords slow spells}. Trees
     * correct the sum of kernels only if they predict held-out models better than the sum alone (held-out rows if there
     * is only one model).
     *
     * @param all the measurements
     * @param options the training options
     * @param progress receives each fold
     * @return the predictor and its cross-validations
     * @throws IllegalArgumentException if there are no records
     * @throws TrainingUnavailableException if XGBoost's native library does not load on this machine
     * @throws InterruptedIOException if the thread is interrupted
     */
    public static LatencyTrainer train(LatencyDataset all, TrainingOptions options, ProgressListener progress)
            throws InterruptedIOException {
        Boosting.load();
        MarkedRecords marked = MarkedRecords.of(all, options.marked());
        LatencyDataset trusted = marked.select(all);
        FarRecords far = FarRecords.of(trusted, options.marked());
        LatencyDataset data = far.select(trusted);
        Map<Folds, CrossValidation> validations = new LinkedHashMap<>();
        LatencyDataset judged = judged(data);
        for (Folds folds : Folds.values()) {
            if (CrossValidation.isPossible(judged, options, folds)) {
                validations.put(folds, CrossValidation.ofClean(judged, options, folds, progress));
            }
        }
        CrossValidation best = validations.getOrDefault(Folds.MODELS, validations.get(Folds.ROWS));
        boolean trees = best == null || best.keepsTrees();
        validations.replaceAll((folds, validation) -> validation.keeping(trees));
        Map<String, Accuracy> accuracy = new LinkedHashMap<>();
        validations.forEach((folds, validation) -> accuracy.put(folds.key(), validation.accuracy()));
        Provenance facts = new Provenance(
                data.sha256(),
                data.records().size(),
                marked.marked() - marked.leftOut(),
                marked.leftOut(),
                distinct(data.group(LatencyRecord::model)),
                distinct(data.group(entry -> entry.device().device())),
                data.platforms(),
                Instant.now(),
                OnnxModel.toolVersion(),
                Boosting.version(),
                options.toString(),
                accuracy);
        double shift = best == null ? 0 : best.p90Shift();
        Learner learner = new Learner(options.learnedFrom(data).records(), options);
        TrainedPredictor predictor = trees ? learner.learn(shift, facts) : learner.sumAlone(shift, facts);
        return new LatencyTrainer(predictor, validations, marked, far, learner.borrowed());
    }

    /**
     * Returns the data for cross-validation. Besides models, the operator sweep is not held out. Without other models,
     * each of its small models becomes a model.
     */
    private static LatencyDataset judged(LatencyDataset data) {
        if (!data.withoutSweep().records().isEmpty()) {
            return data;
        }
        return LatencyDataset.of(data.records().stream()
                .map(entry -> entry.withModel(entry.model() + " " + entry.piece()))
                .toList());
    }

    private static List<String> distinct(Map<String, List<LatencyRecord>> groups) {
        return groups.keySet().stream().sorted().toList();
    }

    /**
     * Returns the predictor, trained on all records.
     *
     * @return the predictor
     */
    public TrainedPredictor predictor() {
        return predictor;
    }

    /**
     * Returns the treatment of marked records.
     *
     * @return the number of marked records, and whether they were used
     */
    public MarkedRecords marked() {
        return marked;
    }

    /**
     * Returns the cross-validations.
     *
     * @return the cross-validations by kind of folds, in the order of the kinds; a kind with a single group is absent
     */
    public Map<Folds, CrossValidation> validations() {
        return Collections.unmodifiableMap(validations);
    }

    /**
     * Returns the records that took much longer than the sum of their kernels.
     *
     * @return their number, and those that were left out
     */
    public FarRecords far() {
        return far;
    }

    /**
     * Returns the families of kernels of which the records say too little to fit their costs.
     *
     * @return the similar family whose costs each of them has; empty without a sum of kernels
     */
    public Map<KernelFamily, KernelFamily> borrowed() {
        return Collections.unmodifiableMap(borrowed);
    }
}
