package io.pepper.predict;

import io.pepper.cluster.DeviceState;
import io.pepper.measure.ModelTimer;
import io.pepper.measure.OperatorSweep;
import io.pepper.measure.TimingOptions;
import io.pepper.model.ProgressListener;
import io.pepper.session.TemporaryDirectory;
import io.pepper.workload.KernelFamily;
import io.pepper.workload.KernelTotals;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Prediction;
import io.pepper.workload.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A roofline predictor for a device that was never profiled. It needs three numbers: arithmetic per second, bytes per
 * second, and the time of calling an operator. Each family of operators takes the time of its arithmetic or of its
 * bytes, whichever is longer (Williams, Waterman and Patterson, "Roofline", Communications of the ACM 52, 2009). If
 * more threads are runnable than there are cores, all times grow in proportion. The result is a rough guess and always
 * reported as an extrapolation. Immutable and therefore thread-safe.
 *
 * @param flopsPerSecond peak arithmetic of one thread, in floating-point operations per second
 * @param bytesPerSecond peak memory bandwidth of the device, in bytes per second
 * @param operatorSeconds time of calling an operator, in seconds
 * @param threadGain share of its arithmetic that each further thread adds, 0 to 1
 */
public record RooflinePredictor(double flopsPerSecond, double bytesPerSecond, double operatorSeconds, double threadGain)
        implements LatencyPredictor {
    private static final double SPREAD = 1.5;
    private static final double MIN_SECONDS = 1e-7;

    private static final String PRODUCT = "gemm-m128-k1024";
    private static final double PRODUCT_FLOPS = 2.0 * 128 * 1024 * 1024;
    private static final String MOVES = "relu-3000000";
    private static final double MOVED_BYTES = 2.0 * 4 * 3_000_000;
    private static final String CALLS = "chain-64";
    private static final int CALLED = 64;
    private static final int CALIBRATIONS = 4;

    /**
     * Creates a predictor.
     *
     * @param flopsPerSecond peak arithmetic of one thread, in floating-point operations per second, more than 0
     * @param bytesPerSecond peak memory bandwidth of the device, in bytes per second, more than 0
     * @param operatorSeconds time of calling an operator, in seconds, 0 or more
     * @param threadGain share of its arithmetic that each further thread adds, 0 to 1
     * @throws IllegalArgumentException if a number is out of its range
     */
    public RooflinePredictor {
        if (!(flopsPerSecond > 0 && bytesPerSecond > 0 && operatorSeconds >= 0 && threadGain >= 0 && threadGain <= 1)) {
            throw new IllegalArgumentException("no roofline: " + flopsPerSecond + " flop/s, " + bytesPerSecond
                    + " bytes/s, " + operatorSeconds + " s for an operator, thread gain " + threadGain);
        }
    }

    /**
     * Measures this machine for some seconds. The machine should be idle.
     *
     * @param progress receives each measurement
     * @return a predictor with the measured peaks
     * @throws java.io.InterruptedIOException if the thread is interrupted
     * @throws IOException if the measurement fails
     */
    public static RooflinePredictor calibrate(ProgressListener progress) throws IOException {
        TimingOptions options =
                TimingOptions.DEFAULTS.withBudget(Duration.ofSeconds(2)).withPrecision(0.01);
        try (TemporaryDirectory scratch = TemporaryDirectory.create("roofline-")) {
            List<Path> files = OperatorSweep.write(scratch.path(), List.of(PRODUCT, MOVES, CALLS));
            Path product = files.get(0);
            progress.progress("calibrating: arithmetic", 0, CALIBRATIONS);
            double one = ModelTimer.time(product, options).minSeconds();
            progress.progress("calibrating: arithmetic of two threads", 1, CALIBRATIONS);
            double two = ModelTimer.time(product, options.withThreads(2)).minSeconds();
            progress.progress("calibrating: memory", 2, CALIBRATIONS);
            double moves = ModelTimer.time(files.get(1), options).minSeconds();
            progress.progress("calibrating: calls", 3, CALIBRATIONS);
            double calls = ModelTimer.time(files.get(2), options).minSeconds();
            return new RooflinePredictor(
                    PRODUCT_FLOPS / one, MOVED_BYTES / moves, calls / CALLED, Math.min(1, Math.max(0, one / two - 1)));
        }
    }

    /** Returns the caveat that a roofline is only a first estimate. */
    @Override
    public List<String> caveats() {
        return List.of("is a roofline, whose error is 25 % or more");
    }

    /**
     * Estimates the time of a piece.
     *
     * @param piece the workload of a piece; unknown amounts count as 0
     * @param threads the number of threads that it may use
     * @param device the device and its state
     * @return an estimate; its 90th percentile is 1.5 times its median
     * @throws IllegalArgumentException if the workload states counts of layers alone
     */
    @Override
    public Prediction predict(Workload piece, int threads, DeviceState device) {
        FeatureSchema.EXTENDED.require(piece);
        double speed = flopsPerSecond * (1 + (threads - 1) * threadGain);
        double seconds = piece.total().operators() * operatorSeconds;
        for (KernelFamily family : KernelFamily.values()) {
            KernelTotals work = piece.of(family);
            seconds += Math.max(work.flops().orElse(0) / speed, work.bytes().orElse(0) / bytesPerSecond);
        }
        double median = Math.max(MIN_SECONDS, seconds * crowding(threads, device));
        return new Prediction(median, SPREAD * median, true);
    }

    private static double crowding(int threads, DeviceState device) {
        if (device.cores().isEmpty()) {
            return 1;
        }
        double cores = device.cores().getAsDouble();
        double others = device.runnableThreads().orElse(device.cpuLoadPercent().orElse(0) / 100 * cores);
        return Math.max(1, (threads + others) / cores);
    }
}
