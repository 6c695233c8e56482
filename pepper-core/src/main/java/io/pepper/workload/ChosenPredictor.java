package io.pepper.workload;

import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Platform;
import java.util.ArrayList;
import java.util.List;

/**
 * A predictor with caveats about the device that it was chosen for.
 *
 * @param predictor the predictor
 * @param extrapolates whether all its predictions are extrapolated
 * @param doubts the caveats about the device
 */
record ChosenPredictor(LatencyPredictor predictor, boolean extrapolates, List<String> doubts)
        implements LatencyPredictor {
    @Override
    public Prediction predict(Workload piece, int threads, DeviceState device) {
        Prediction time = predictor.predict(piece, threads, device);
        return extrapolates ? new Prediction(time.medianSeconds(), time.p90Seconds(), true) : time;
    }

    @Override
    public List<String> caveats() {
        List<String> all = new ArrayList<>(doubts);
        all.addAll(predictor.caveats());
        return all;
    }

    @Override
    public List<String> extrapolations(Workload piece, int threads, DeviceState device) {
        return predictor.extrapolations(piece, threads, device);
    }

    @Override
    public List<Platform> platforms() {
        return predictor.platforms();
    }

    @Override
    public void predictAll(List<Workload> pieces, int threads, List<DeviceState> devices, double[] medianSeconds) {
        predictor.predictAll(pieces, threads, devices, medianSeconds);
    }
}
