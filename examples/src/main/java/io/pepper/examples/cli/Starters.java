package io.pepper.examples.cli;

import io.pepper.predict.CalibratedPredictor;
import io.pepper.predict.StarterPredictors;
import io.pepper.predict.StoredPredictor;
import io.pepper.workload.DevicePredictors;
import io.pepper.workload.LatencyPredictor;
import java.io.IOException;
import java.nio.file.Path;

/** Predictors by file, or by {@code starter:KIND} if they come with the library. */
final class Starters {
    /** All predictors that come with the library, each for its kind of device. */
    static final String ALL = "starter:all";

    private static final String PREFIX = "starter:";

    private Starters() {}

    private static boolean isStarter(Path file) {
        return file.toString().startsWith(PREFIX);
    }

    static LatencyPredictor load(Path file) throws IOException {
        return isStarter(file) ? starter(file.toString().substring(PREFIX.length())) : StoredPredictor.load(file);
    }

    static DevicePredictors all() {
        DevicePredictors predictors = DevicePredictors.NONE;
        for (String kind : StarterPredictors.names()) {
            predictors = predictors.withPredictor(kind, starter(kind), PREFIX + kind);
        }
        return predictors;
    }

    private static CalibratedPredictor starter(String kind) {
        return StarterPredictors.of(kind)
                .orElseThrow(() ->
                        new IllegalArgumentException("there is no starter predictor for '" + kind + "'; there are "
                                + String.join(", ", StarterPredictors.names())
                                + ". Measure the device: calibrate makes a predictor"
                                + " for it within a minute"));
    }
}
