package io.pepper.predict;

import io.pepper.cluster.Platform;
import io.pepper.predict.internal.learn.LogCosts;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** The parts of a calibrated predictor while they are read or changed. Not thread-safe. */
final class CalibrationDraft {
    String device = "";
    Platform platform = Platform.UNKNOWN;
    int records;
    int threads;
    final Map<Integer, Double> threadFactors = new HashMap<>();
    double spread = Double.NaN;
    OptionalDouble heldOutError = OptionalDouble.empty();
    final Map<Long, Double> measured = new HashMap<>();
    final Map<Long, Double> borrowed = new HashMap<>();
    boolean fine;
    Optional<TrainedPredictor> base = Optional.empty();
    Optional<String> otherRuntime = Optional.empty();

    /** Returns a draft with the parts of a predictor, except its costs. */
    static CalibrationDraft of(CalibratedPredictor.Parts parts) {
        CalibrationDraft draft = new CalibrationDraft();
        draft.device = parts.device();
        draft.platform = parts.platform();
        draft.records = parts.records();
        draft.threads = parts.threads();
        draft.threadFactors.putAll(parts.threadFactors());
        draft.spread = parts.spread();
        draft.heldOutError = parts.heldOutError();
        draft.measured.putAll(parts.measured());
        draft.borrowed.putAll(parts.borrowed());
        draft.fine = parts.fine();
        draft.base = parts.base();
        draft.otherRuntime = parts.otherRuntime();
        return draft;
    }

    /** Returns the parts with their costs. */
    CalibratedPredictor.Parts parts(LogCosts costs) {
        return new CalibratedPredictor.Parts(
                device,
                platform,
                records,
                threads,
                threadFactors,
                costs,
                spread,
                heldOutError,
                measured,
                borrowed,
                fine,
                base,
                otherRuntime);
    }
}
