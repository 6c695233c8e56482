package io.pepper.workload;

import io.pepper.cluster.DeviceState;
import java.util.List;

/**
 * Predicts how long a piece of a model takes on a device in its state. To plan with a predictor of one's own, implement
 * {@link #predict}. Implementations say whether they are thread-safe; those of this library are.
 */
@FunctionalInterface
public interface LatencyPredictor {
    /**
     * Predicts one run.
     *
     * @param piece what runs
     * @param threads the threads that it may use inside an operator, at least 1
     * @param device where it runs, and what else runs there
     * @return how long it takes
     * @throws IllegalArgumentException if this predictor cannot say, for instance because it does not know the device
     */
    Prediction predict(Workload piece, int threads, DeviceState device);

    /**
     * Returns caveats about all predictions of this predictor, for the reader of a plan: a large error on models that
     * were held back, few records, an accuracy that nobody measured.
     *
     * @return a sentence each, without a full stop; empty if nothing speaks against the predictor
     */
    default List<String> caveats() {
        return List.of();
    }

    /**
     * Predicts the medians of many pieces on many devices, for planners.
     *
     * @param pieces what runs, one at a time
     * @param threads the threads that each may use
     * @param devices where
     * @param medianSeconds takes the answer for piece {@code p} and device {@code d} at {@code p × devices.size() + d}
     * @throws IllegalArgumentException if this predictor cannot say, or the array is too short
     */
    default void predictAll(List<Workload> pieces, int threads, List<DeviceState> devices, double[] medianSeconds) {
        if (medianSeconds.length < pieces.size() * devices.size()) {
            throw new IllegalArgumentException(
                    "room for " + medianSeconds.length + " answers, needed " + pieces.size() * devices.size());
        }
        int place = 0;
        for (Workload piece : pieces) {
            for (DeviceState device : devices) {
                medianSeconds[place] = predict(piece, threads, device).medianSeconds();
                place++;
            }
        }
    }
}
