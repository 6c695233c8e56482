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
 * Predicts for a device that was never profiled, from three numbers: how much arithmetic it does in a second, how many bytes it
 * moves in a second, and what calling an operator takes. Each family of operators takes its arithmetic or its bytes, whichever
 * is longer (Williams, Waterman and Patterson, "Roofline", Communications of the ACM 52, 2009); where more threads want to run
 * than there are cores, all take that much longer. A rough guess, and always said to extrapolate. Immutable and therefore
 * thread-safe.
 *
 * @param flopsPerSecond the arithmetic that one thread does at best
 * @param bytesPerSecond the bytes that the device moves at best
 * @param operatorSeconds what calling an operator takes
 * @param threadGain what part of another thread's arithmetic is gained by it, 0 to 1
 */
public record RooflinePredictor(double flopsPerSecond, double bytesPerSecond, double operatorSeconds, double threadGain)
        implements LatencyPredictor {
    private static final double SPREAD = 1.5;
    private static final double LEAST_SECONDS = 1e-7;

    private static final String PRODUCT = "gemm-m128-k1024";
    private static final double PRODUCT_FLOPS = 2.0 * 128 * 1024 * 1024;
    private static final String MOVES = "relu-3000000";
    private static final double MOVED_BYTES = 2.0 * 4 * 3_000_000;
    private static final String CALLS = "chain-64";
    private static final int CALLED = 64;
    private static final int CALIBRATIONS = 4;

    /**
     * Checks the numbers.
     *
     * @param flopsPerSecond see the record
     * @param bytesPerSecond see the record
     * @param operatorSeconds see the record
     * @param threadGain see the record
     * @throws IllegalArgumentException if one is out of its range
     */
    public RooflinePredictor {
        if (!(flopsPerSecond > 0 && bytesPerSecond > 0 && operatorSeconds >= 0 && threadGain >= 0 && threadGain <= 1)) {
            throw new IllegalArgumentException("no roofline: " + flopsPerSecond + " flop/s, " + bytesPerSecond
                    + " bytes/s, " + operatorSeconds + " s for an operator, thread gain " + threadGain);
        }
    }

    /**
     * Measures this machine, in some seconds. It should be idle.
     *
     * @param progress hears of each measurement
     * @return what it does at best
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

    /** A roofline is a first idea only. */
    @Override
    public List<String> caveats() {
        return List.of("is a roofline, which is off by a quarter and more");
    }

    /**
     * Guesses.
     *
     * @param piece what runs; what is not known of it counts as nothing
     * @param threads the threads that it may use
     * @param device where it runs
     * @return a guess; the 90th percentile is half as much more
     */
    @Override
    public Prediction predict(Workload piece, int threads, DeviceState device) {
        double speed = flopsPerSecond * (1 + (threads - 1) * threadGain);
        double seconds = piece.total().operators() * operatorSeconds;
        for (KernelFamily family : KernelFamily.values()) {
            KernelTotals work = piece.of(family);
            seconds += Math.max(known(work.flops()) / speed, known(work.bytes()) / bytesPerSecond);
        }
        double median = Math.max(LEAST_SECONDS, seconds * crowding(threads, device));
        return new Prediction(median, SPREAD * median, true);
    }

    private static double known(double value) {
        return Double.isNaN(value) ? 0 : value;
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
