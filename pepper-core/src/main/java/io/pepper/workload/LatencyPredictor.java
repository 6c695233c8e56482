package io.pepper.workload;

import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Platform;
import java.util.List;

/**
 * A predictor of the time that a piece of a model takes on a device in a given state. To plan with your own predictor,
 * implement {@link #predict}. Each implementation documents whether it is thread-safe; those of this library are.
 */
@FunctionalInterface
public interface LatencyPredictor {
    /**
     * Predicts the time of one run.
     *
     * @param piece the work of the piece
     * @param threads the threads that it may use inside an operator, at least 1
     * @param device the device and its load
     * @return the predicted time
     * @throws IllegalArgumentException if this predictor cannot predict the run, for instance for an unknown device
     */
    Prediction predict(Workload piece, int threads, DeviceState device);

    /**
     * Returns caveats about all predictions of this predictor, for the reader of a plan: a large error on models that
     * were held out, few records, an accuracy that was not measured.
     *
     * @return one sentence for each caveat, without a full stop; empty if there are none
     */
    default List<String> caveats() {
        return List.of();
    }

    /**
     * Returns caveats about the predictions for a device.
     *
     * @param device the device
     * @return one sentence for each caveat, without a full stop; empty if there are none
     * @throws IllegalArgumentException if this predictor cannot predict for the device
     */
    default List<String> caveats(DeviceState device) {
        return caveats();
    }

    /**
     * Returns the platforms whose times this predictor learned. {@link DevicePredictors} refuses it for other ones.
     *
     * @return the platforms, with unknown values where the training did not state them; empty if the predictor answers for
     *     any device, as its user vouches
     */
    default List<Platform> platforms() {
        return List.of();
    }

    /**
     * Returns why a prediction is {@linkplain Prediction#extrapolated extrapolated}.
     *
     * @param piece the workload of a piece
     * @param threads the number of threads that it may use
     * @param device the device and its state
     * @return a phrase for each quantity beyond what was measured, such as {@code copy: a kernel of 4 MB, measured up to 19
     *     kB}; empty if there is none or the predictor cannot tell
     */
    default List<String> extrapolations(Workload piece, int threads, DeviceState device) {
        return List.of();
    }

    /**
     * Predicts the medians of many pieces on many devices, for planners.
     *
     * @param pieces the work of each piece; one piece runs at a time
     * @param threads the number of threads that each piece may use
     * @param devices the devices with their states
     * @param medianSeconds receives the prediction for piece {@code p} and device {@code d} at index {@code p ×
     *     devices.size() + d}
     * @throws IllegalArgumentException if this predictor cannot predict a run, or if the array is too short
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
