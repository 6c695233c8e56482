package io.pepper.predict;

import io.pepper.cluster.DeviceState;
import io.pepper.measure.OperatorSweep;
import io.pepper.measure.TimingOptions;
import io.pepper.model.ProgressListener;
import io.pepper.session.TemporaryDirectory;
import io.pepper.workload.LatencyPredictor;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A {@link DeviceCalibration} that measures on this machine, for a minute by default: small models of the {@linkplain
 * OperatorSweep operator sweep}, one after the other, each chosen for what it tells about the costs that are uncertain.
 * It ends when the error on held-out measurements stops falling. Immutable and thread-safe; two should not measure at the
 * same time.
 */
public final class MeasuredCalibration {
    /** The number of small networks of each kind that can be chosen. */
    private static final int OF_EACH_KIND = 4;

    private static final Set<String> SINGLE = Set.of(
            "conv3x3-c64-s56",
            "conv3x3-stride2-c64-s56",
            "conv1x1-c128-s28",
            "depthwise3x3-c128-s28",
            "gemm-m1-k2048",
            "matmul-m128-k384",
            "attention-l64-h12",
            "layernorm-l128",
            "softmax-l128",
            "erf-300000",
            "add-300000",
            "transpose-300000",
            "lrn-s28",
            "quantized-m128-k384",
            "lstm-h128-l50");

    private static final int MIN_RECORDS = 10;
    private static final int MAX_RECORDS = 60;

    /** The number of measurements in a row without a lower error after which it ends. */
    private static final int PATIENCE = 6;

    private static final double GAIN = 0.02;
    private static final double PERCENT = 100;
    private static final Duration MAX_WAIT = Duration.ofSeconds(1);

    private static final TimingOptions TIMING = TimingOptions.DEFAULTS
            .withSpinning(false)
            .withRuns(7, 300)
            .withBudget(Duration.ofMillis(150))
            .withPrecision(0.02);

    private final List<? extends LatencyPredictor> bases;
    private final int threads;
    private final Duration limit;

    private MeasuredCalibration(List<? extends LatencyPredictor> bases, int threads, Duration limit) {
        this.bases = List.copyOf(bases);
        this.threads = threads;
        this.limit = limit;
    }

    /**
     * Returns a calibration that measures on one thread for at most a minute.
     *
     * @param bases predictors of other devices, as for {@link DeviceCalibration#of}
     * @return the calibration, which has not begun
     */
    public static MeasuredCalibration of(List<? extends LatencyPredictor> bases) {
        return new MeasuredCalibration(bases, 1, Duration.ofMinutes(1));
    }

    /**
     * Sets the number of threads.
     *
     * @param value threads inside an operator, at least 1
     * @return a copy with this number
     * @throws IllegalArgumentException if the number is less than 1
     */
    public MeasuredCalibration withThreads(int value) {
        if (value < 1) {
            throw new IllegalArgumentException("threads " + value + " are less than 1");
        }
        return new MeasuredCalibration(bases, value, limit);
    }

    /**
     * Sets the time limit. A measurement that has begun is finished.
     *
     * @param value the time after which no measurement begins, more than 0
     * @return a copy with this limit
     * @throws IllegalArgumentException if the limit is not more than 0
     */
    public MeasuredCalibration withLimit(Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException("limit " + value + " is not more than 0");
        }
        return new MeasuredCalibration(bases, threads, value);
    }

    /** A source of measurements. */
    @FunctionalInterface
    interface Measurement {
        /** Measures a piece, and returns all measurements so far; the piece may be missing if it cannot run here. */
        LatencyDataset measure(ProfileTarget piece) throws IOException;
    }

    /**
     * Measures and calibrates.
     *
     * @param device returns the state of this machine; its load and cores are measured instead
     * @param csv the file of the measurements, created if it is missing; measurements of the same pieces are not repeated
     * @param progress is told of each measurement, with the error reached
     * @return the calibration with all measurements of the file
     * @throws InterruptedIOException if the thread is interrupted; the file keeps the measurements
     * @throws IOException if the file cannot be read or written, or nothing can be measured
     */
    public DeviceCalibration run(Supplier<DeviceState> device, Path csv, ProgressListener progress) throws IOException {
        try (TemporaryDirectory work = TemporaryDirectory.create("calibration-")) {
            return run(
                    ProfileTargets.sweep(work.path(), names()),
                    piece -> LatencyProfiler.run(
                            new Campaign(List.of(piece), List.of(LoadLevel.NONE), List.of(threads), 1, TIMING, 1)
                                    .withQuietWait(MAX_WAIT),
                            device,
                            csv,
                            ProgressListener.NONE),
                    System::nanoTime,
                    progress);
        }
    }

    /** Returns the names of the models that can be chosen. */
    static List<String> names() {
        return OperatorSweep.names().stream()
                .filter(name -> SINGLE.contains(name) || (name.startsWith("network-") && number(name) < OF_EACH_KIND))
                .toList();
    }

    private static int number(String name) {
        return Integer.parseInt(name.substring(name.lastIndexOf('-') + 1));
    }

    DeviceCalibration run(
            List<ProfileTarget> pieces, Measurement measurement, LongSupplier nanos, ProgressListener progress)
            throws IOException {
        long begin = nanos.getAsLong();
        List<ProfileTarget> rest = new ArrayList<>(pieces);
        @Nullable DeviceCalibration calibration = null;
        double best = Double.POSITIVE_INFINITY;
        int idle = 0;
        for (int count = 0; count < MAX_RECORDS && !rest.isEmpty() && idle < PATIENCE; count++) {
            if (Thread.currentThread().isInterrupted()) {
                throw new InterruptedIOException("the calibration was interrupted");
            }
            if (calibration != null && nanos.getAsLong() - begin >= limit.toNanos()) {
                break;
            }
            ProfileTarget next = (calibration == null
                            ? DeviceCalibration.first(rest, ProfileTarget::work, List.of())
                            : calibration.next(rest, ProfileTarget::work, List.of()))
                    .orElseThrow();
            rest.remove(next);
            progress.progress(next.piece() + error(calibration), count, MAX_RECORDS);
            LatencyDataset data = measurement.measure(next);
            if (data.records().isEmpty()) {
                continue;
            }
            calibration = DeviceCalibration.of(bases, data);
            double error = calibration.heldOutError().orElse(Double.POSITIVE_INFINITY);
            boolean better = error < best * (1 - GAIN);
            idle = better || calibration.predictor().records() < MIN_RECORDS ? 0 : idle + 1;
            best = better ? error : best;
        }
        if (calibration == null) {
            throw new IOException("none of " + pieces.size() + " small models could be measured on this machine");
        }
        return calibration;
    }

    private static String error(@Nullable DeviceCalibration calibration) {
        if (calibration == null || calibration.heldOutError().isEmpty()) {
            return "";
        }
        return String.format(
                Locale.ROOT,
                ", held-out error %.0f %% after %d measurements",
                PERCENT * calibration.heldOutError().getAsDouble(),
                calibration.predictor().records());
    }
}
