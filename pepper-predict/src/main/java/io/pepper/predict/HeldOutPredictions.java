package io.pepper.predict;

import io.pepper.model.ProgressListener;
import io.pepper.workload.LatencyPredictor;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * Predictions for measured settings, each device by its own predictor. By default, a device's times are predicted by a
 * predictor that was trained on the other models on this device: the cross-validation of {@link
 * CrossValidation.Folds#MODELS}. If a device has fewer than 100 records, all without load, a {@linkplain
 * DeviceCalibration calibration} with the records of the other models predicts, since it needs less. A device with a
 * given predictor is predicted by that one. Immutable and therefore thread-safe.
 */
public final class HeldOutPredictions {
    /** Fewer records than these are too few for trees. */
    private static final int ENOUGH_TO_TRAIN = 100;

    private final Map<String, Double> seconds;
    private final Map<String, Accuracy> accuracy;
    private final Map<String, Source> sources;
    private final List<String> caveats;

    /** The origin of the predictions for a device. */
    public enum Source {
        /** A predictor that was trained on the device's other models. */
        TRAINED,
        /** A calibration with the device's other models. */
        CALIBRATED,
        /** A predictor that was given. */
        GIVEN
    }

    private HeldOutPredictions(
            Map<String, Double> seconds,
            Map<String, Accuracy> accuracy,
            Map<String, Source> sources,
            List<String> caveats) {
        this.seconds = seconds;
        this.accuracy = accuracy;
        this.sources = sources;
        this.caveats = caveats;
    }

    /**
     * Predicts all measured settings of models. The operator sweep is only trained on.
     *
     * @param data the measurements of one or more devices
     * @param options the training options
     * @param given returns the given predictor of a record's device; empty to train or calibrate one on the device's
     *     other models
     * @param progress is told of each fold
     * @return the predictions
     * @throws IllegalArgumentException if a device without a given predictor has fewer than two models
     * @throws TrainingUnavailableException if XGBoost's native library is needed and does not load on this machine
     * @throws InterruptedIOException if the thread is interrupted
     */
    public static HeldOutPredictions of(
            LatencyDataset data,
            TrainingOptions options,
            Function<LatencyRecord, Optional<LatencyPredictor>> given,
            ProgressListener progress)
            throws InterruptedIOException {
        Map<String, Double> seconds = new LinkedHashMap<>();
        Map<String, Accuracy> accuracy = new LinkedHashMap<>();
        Map<String, Source> sources = new LinkedHashMap<>();
        List<String> caveats = new ArrayList<>();
        for (Map.Entry<String, List<LatencyRecord>> device :
                data.group(entry -> entry.device().device()).entrySet()) {
            LatencyDataset own = LatencyDataset.of(device.getValue());
            LatencyDataset models = own.withoutSweep();
            if (models.records().isEmpty()) {
                caveats.add(device.getKey() + " takes no part: only the sweep was measured there, and no model");
                continue;
            }
            Optional<LatencyPredictor> predictor = given.apply(models.records().get(0));
            Source source = predictor.isPresent() ? Source.GIVEN : source(own, options);
            ToDoubleFunction<LatencyRecord> predicted = predictor.isPresent()
                    ? entry -> median(predictor.get(), entry)
                    : heldOut(device.getKey(), own, source, options, progress);
            predictor.ifPresent(
                    trained -> seen(device.getKey(), trained, models).ifPresent(caveats::add));
            add(models, predicted, seconds);
            accuracy.put(device.getKey(), accuracy(models, seconds));
            sources.put(device.getKey(), source);
        }
        return new HeldOutPredictions(seconds, accuracy, sources, List.copyOf(caveats));
    }

    private static double median(LatencyPredictor predictor, LatencyRecord entry) {
        return predictor.predict(entry.work(), entry.threads(), entry.device()).medianSeconds();
    }

    /** Returns whether to train or to calibrate. The paper has no sum of kernels, so that its predictors are always trained. */
    private static Source source(LatencyDataset data, TrainingOptions options) {
        boolean few = data.records().size() < ENOUGH_TO_TRAIN
                && data.records().stream().allMatch(entry -> entry.load().percent() == 0 && Learner.isIdle(entry));
        return few && options.hasSum() ? Source.CALIBRATED : Source.TRAINED;
    }

    private static ToDoubleFunction<LatencyRecord> heldOut(
            String device, LatencyDataset data, Source source, TrainingOptions options, ProgressListener progress)
            throws InterruptedIOException {
        if (!CrossValidation.isPossible(data, options, CrossValidation.Folds.MODELS)) {
            throw new IllegalArgumentException("device '" + device
                    + "': two measured models at least are needed to hold one back; measure more models there, or give"
                    + " a trained predictor for it");
        }
        if (source == Source.CALIBRATED) {
            return calibrated(data, options);
        }
        Boosting.load();
        return CrossValidation.run(data, options, CrossValidation.Folds.MODELS, progress)
                .predictions();
    }

    private static ToDoubleFunction<LatencyRecord> calibrated(LatencyDataset data, TrainingOptions options) {
        LatencyDataset means = options.learnedFrom(data);
        Map<String, Double> predicted = new HashMap<>();
        for (List<LatencyRecord> fold : CrossValidation.groups(means, options, CrossValidation.Folds.MODELS)) {
            LatencyPredictor predictor = DeviceCalibration.of(
                            List.of(), LatencyDataset.of(CrossValidation.without(means, fold)))
                    .predictor();
            fold.forEach(entry -> predicted.put(entry.key(), median(predictor, entry)));
        }
        return entry -> predicted.getOrDefault(entry.key(), Double.NaN);
    }

    private static Optional<String> seen(String device, LatencyPredictor predictor, LatencyDataset data) {
        if (predictor instanceof CalibratedPredictor calibrated) {
            Set<Long> pieces = data.records().stream()
                    .map(entry -> WorkKey.of(entry.work()))
                    .collect(Collectors.toCollection(TreeSet::new));
            int all = pieces.size();
            pieces.retainAll(calibrated.measuredResiduals().keySet());
            return pieces.isEmpty()
                    ? Optional.empty()
                    : Optional.of("the given predictor of " + device + " was calibrated with " + pieces.size()
                            + " of these " + all + " pieces: its predictions of them are not held out");
        }
        if (!(predictor instanceof TrainedPredictor trained)) {
            return Optional.empty();
        }
        TreeSet<String> models = new TreeSet<>(data.group(LatencyRecord::model).keySet());
        int all = models.size();
        models.retainAll(trained.facts().models());
        return models.isEmpty()
                ? Optional.empty()
                : Optional.of("the given predictor of " + device + " was trained on " + models.size() + " of these "
                        + all + " models: its predictions of them are not held out");
    }

    private static void add(
            LatencyDataset data, ToDoubleFunction<LatencyRecord> predicted, Map<String, Double> seconds) {
        data.byKey().forEach((key, alike) -> {
            double median = predicted.applyAsDouble(LatencyRecord.mean(alike));
            if (median > 0) {
                seconds.put(key, median);
            }
        });
    }

    private static Accuracy accuracy(LatencyDataset data, Map<String, Double> seconds) {
        List<Map.Entry<String, List<LatencyRecord>>> known = data.byKey().entrySet().stream()
                .filter(entry -> seconds.containsKey(entry.getKey()))
                .toList();
        return Accuracy.of(
                known.stream()
                        .mapToDouble(entry -> LatencyRecord.meanSeconds(entry.getValue()))
                        .toArray(),
                known.stream()
                        .mapToDouble(entry -> Objects.requireNonNull(seconds.get(entry.getKey())))
                        .toArray(),
                OptionalDouble.empty());
    }

    /**
     * Returns the predicted median of a measured setting.
     *
     * @param entry a record of the data
     * @return seconds, more than 0; empty for a record that was not predicted
     */
    public OptionalDouble medianSeconds(LatencyRecord entry) {
        Double known = seconds.get(entry.key());
        return known == null ? OptionalDouble.empty() : OptionalDouble.of(known);
    }

    /**
     * Returns the accuracy on each device, over its settings. The coverage of the 90th percentile is unknown.
     *
     * @return the accuracy by the device's name, in the order of the data
     */
    public Map<String, Accuracy> accuracy() {
        return Collections.unmodifiableMap(accuracy);
    }

    /**
     * Returns the origin of the predictions for each device.
     *
     * @return the origin by the device's name, in the order of the data
     */
    public Map<String, Source> sources() {
        return Collections.unmodifiableMap(sources);
    }

    /**
     * Returns reasons to doubt that the predictions are of unseen models.
     *
     * @return a sentence for each, without a full stop; empty if all models were held out
     */
    public List<String> caveats() {
        return caveats;
    }
}
