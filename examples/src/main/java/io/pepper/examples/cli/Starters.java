package io.pepper.examples.cli;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.predict.StarterPredictors;
import io.pepper.predict.StoredPredictor;
import io.pepper.workload.DevicePredictors;
import io.pepper.workload.LatencyPredictor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Predictors by file, or by {@code starter:KIND} if they come with the library. */
final class Starters {
    /** All predictors that come with the library, each for its kind of device. */
    private static final String ALL = "starter:all";

    static final String PREFIX = "starter:";

    private Starters() {}

    private static boolean isStarter(Path file) {
        return file.toString().startsWith(PREFIX);
    }

    /** Returns predictors of files before those that come with the library, which they precede. */
    static List<String> last(List<String> words) {
        return words.stream()
                .sorted(Comparator.comparing(word -> isStarter(PredictorOptions.file(word))))
                .toList();
    }

    static LatencyPredictor load(Path file) throws IOException {
        if (file.toString().equals(ALL)) {
            return all();
        }
        return isStarter(file) ? starter(file.toString().substring(PREFIX.length())) : StoredPredictor.load(file);
    }

    private static DevicePredictors all() {
        DevicePredictors predictors = DevicePredictors.NONE;
        for (String kind : StarterPredictors.names()) {
            predictors = predictors.withPredictor(kind, starter(kind), PREFIX + kind);
        }
        return predictors;
    }

    /** Adds the predictors that the devices of a cluster state as {@code starter:KIND}. */
    static DevicePredictors stated(Cluster cluster, DevicePredictors given) {
        DevicePredictors predictors = given;
        for (Device device : cluster.devices()) {
            Optional<String> name = device.predictor().filter(stated -> stated.startsWith(PREFIX));
            if (name.isPresent()) {
                String kind = name.get().substring(PREFIX.length());
                predictors = predictors.withPredictor(name.get(), starter(kind), name.get());
            }
        }
        return predictors;
    }

    /** Returns the name of the predictor that comes with the library for a kind of device; empty if there is none. */
    static Optional<String> nameFor(String kind) {
        return StarterPredictors.names().stream()
                .filter(name -> StarterPredictors.of(kind).equals(StarterPredictors.of(name)))
                .findFirst()
                .map(name -> PREFIX + name);
    }

    private static LatencyPredictor starter(String kind) {
        return StarterPredictors.of(kind)
                .orElseThrow(() ->
                        new IllegalArgumentException("there is no starter predictor for '" + kind + "'; there are "
                                + String.join(", ", StarterPredictors.names())
                                + ". Measure the device: calibrate makes a predictor"
                                + " for it within a minute"));
    }
}
