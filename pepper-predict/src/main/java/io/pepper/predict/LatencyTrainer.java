package io.pepper.predict;

import io.pepper.model.ProgressListener;
import io.pepper.onnx.OnnxModel;
import io.pepper.predict.CrossValidation.Folds;
import java.io.InterruptedIOException;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Trains predictors on measured latencies. The same data and options give the same predictions.
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

    private LatencyTrainer(TrainedPredictor predictor, Map<Folds, CrossValidation> validations, MarkedRecords marked) {
        this.marked = marked;
        this.predictor = predictor;
        this.validations = validations;
    }

    /**
     * Validates on rows, models and devices that are held back, as far as there are several, and then trains on all. The
     * operator sweep is only learned from, unless there is nothing else: then each of its small models counts as one. The
     * predicted 90th percentile is moved so that it covers 90 % of the runs of models that were held back; validations tell
     * what it covers before. {@linkplain Mark Marked} records are left out, unless the options ask for them or too few others would
     * remain.
     *
     * @param all what was measured
     * @param options how to train
     * @param progress hears of each fold
     * @return the predictor, and how well it does
     * @throws IllegalArgumentException if there is nothing to learn from
     * @throws TrainingUnavailableException if XGBoost's native library does not load here
     * @throws InterruptedIOException if the thread is interrupted
     */
    public static LatencyTrainer train(LatencyDataset all, TrainingOptions options, ProgressListener progress)
            throws InterruptedIOException {
        Boosting.load();
        MarkedRecords marked = MarkedRecords.of(all, options.marked());
        LatencyDataset data = marked.select(all);
        Map<Folds, CrossValidation> validations = new LinkedHashMap<>();
        LatencyDataset judged = judged(data);
        for (Folds folds : Folds.values()) {
            if (CrossValidation.isPossible(judged, options, folds)) {
                validations.put(folds, CrossValidation.run(judged, options, folds, progress));
            }
        }
        CrossValidation best = validations.getOrDefault(Folds.MODELS, validations.get(Folds.ROWS));
        Map<String, Accuracy> accuracy = new LinkedHashMap<>();
        validations.forEach((folds, validation) -> accuracy.put(folds.key(), validation.accuracy()));
        Provenance facts = new Provenance(
                data.sha256(),
                data.records().size(),
                marked.marked() - marked.leftOut(),
                marked.leftOut(),
                distinct(data.group(LatencyRecord::model)),
                distinct(data.group(entry -> entry.device().device())),
                Instant.now(),
                OnnxModel.toolVersion(),
                Boosting.version(),
                options.toString(),
                accuracy);
        double shift = best == null ? 0 : best.p90Shift();
        return new LatencyTrainer(
                new Learner(options.learnedFrom(data).records(), options).learn(shift, facts), validations, marked);
    }

    /** The operator sweep is not held back while there are models; alone, it is held back model by small model. */
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
     * The predictor, trained on all records.
     *
     * @return it
     */
    public TrainedPredictor predictor() {
        return predictor;
    }

    /**
     * What was done with marked records.
     *
     * @return how many there were, and whether they were used
     */
    public MarkedRecords marked() {
        return marked;
    }

    /**
     * What was predicted of what was held back.
     *
     * @return by the kind of folds, in their order; without those of which there is one only
     */
    public Map<Folds, CrossValidation> validations() {
        return Collections.unmodifiableMap(validations);
    }
}
