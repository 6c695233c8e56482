package io.pepper.predict;

import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Platform;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Prediction;
import io.pepper.workload.Workload;
import java.util.ArrayList;
import java.util.List;

/**
 * A predictor that was trained on one machine, for others with the same instruction set: its bounds are wider, and a caveat
 * reports this. Immutable and therefore thread-safe.
 */
final class StarterMachine implements LatencyPredictor {
    /** Standard deviation of the logarithm of the ratio of the times of two machines with one instruction set. */
    private static final double OTHER_MACHINE = 0.5;

    /** The 90th percentile of the standard normal distribution. */
    private static final double NORMAL_90 = 1.2816;

    private final TrainedPredictor trained;
    private final String kind;

    StarterMachine(TrainedPredictor trained, String kind) {
        this.trained = trained;
        this.kind = kind;
    }

    /** Returns the predictor of the machine itself, as a base of a calibration. */
    TrainedPredictor trained() {
        return trained;
    }

    @Override
    public Prediction predict(Workload piece, int threads, DeviceState device) {
        Prediction own = trained.predict(piece, threads, device);
        double spread = Math.log(own.p90Seconds() / own.medianSeconds()) / NORMAL_90;
        double wider = Math.exp(NORMAL_90 * Math.hypot(spread, OTHER_MACHINE));
        return new Prediction(own.medianSeconds(), own.medianSeconds() * wider, own.extrapolated());
    }

    @Override
    public void predictAll(List<Workload> pieces, int threads, List<DeviceState> devices, double[] medianSeconds) {
        trained.predictAll(pieces, threads, devices, medianSeconds);
    }

    @Override
    public List<String> caveats() {
        List<String> caveats = new ArrayList<>(trained.caveats());
        caveats.add("learned the times of one " + kind
                + " machine: others are faster or slower; calibrate it with a few measurements");
        return caveats;
    }

    @Override
    public List<Platform> platforms() {
        return trained.platforms();
    }

    @Override
    public List<String> extrapolations(Workload piece, int threads, DeviceState device) {
        return trained.extrapolations(piece, threads, device);
    }
}
