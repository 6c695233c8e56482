package io.pepper.predict;

import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Platform;
import io.pepper.internal.text.Quantities;
import io.pepper.predict.internal.learn.CostTerms;
import io.pepper.predict.internal.learn.LogCosts;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Prediction;
import io.pepper.workload.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A predictor for a device that was calibrated with a few measurements: see {@link DeviceCalibration}. The 90th percentile
 * of a prediction is an upper bound that nine of ten pieces keep: with few measurements, it is far from the median.
 * Immutable and therefore thread-safe.
 */
public final class CalibratedPredictor implements LatencyPredictor {
    /** Usual standard deviation of the logarithm of a time of a new piece around the predicted one. */
    static final double USUAL_ERROR = 0.17;

    /** Usual standard deviation that a piece has in addition if it was measured on none of the other devices. */
    static final double UNSEEN_ERROR = 0.12;

    /** Errors beyond this count as this one: they are of a few pieces that the sum does not fit. */
    static final double MAX_ERROR = 0.5;

    /** Number of errors of the usual size that count besides the measured ones. */
    static final double ASSUMED = 4;

    /** The 90th percentile of the standard normal distribution. */
    private static final double NORMAL_90 = 1.2816;

    /** A prediction with a standard deviation beyond this is a guess. */
    private static final double UNCERTAIN = 0.5;

    /** Standard deviation of the part of the residual of a measured piece that is by chance. */
    private static final double CHANCE = 0.05;

    /** The share of the standard deviation that remains for a piece that was measured on this device. */
    private static final double MEASURED = 0.5;

    private static final double MAX_SPREAD = 5;
    private static final double BUSY_PERCENT = 10;
    private static final double PERCENT = 100;
    private static final int FEW_RECORDS = 5;
    private static final double MIN_SECONDS = 1e-9;
    private static final double MIN_SHARE = 0.05;

    private final Parts parts;

    /** The costs of the base, if its differences from them apply. */
    private final Optional<LogCosts> baseCosts;

    /**
     * The parts of a predictor.
     *
     * @param device the name of the measured device
     * @param platform the hardware and the software that ran the measurements
     * @param records number of measurements
     * @param threads the number of threads of the measurements
     * @param threadFactors the factor of the time for other numbers of threads
     * @param costs the costs of the kinds of work
     * @param spread standard deviation of the logarithm of a new piece's time for known costs
     * @param heldOutError median error of records that were held out
     * @param measured the logarithm of the ratio of measured times to those of the costs, by {@link WorkKey}
     * @param borrowed the same, as measured on other devices
     * @param fine whether differences between the base and its sum of costs apply to this device
     * @param base the predictor from which this one was calibrated; it knows the effect of load and threads
     * @param otherRuntime the runtime of the measurements, if it is another one than this library's
     */
    record Parts(
            String device,
            Platform platform,
            int records,
            int threads,
            Map<Integer, Double> threadFactors,
            LogCosts costs,
            double spread,
            OptionalDouble heldOutError,
            Map<Long, Double> measured,
            Map<Long, Double> borrowed,
            boolean fine,
            Optional<TrainedPredictor> base,
            Optional<String> otherRuntime) {
        Parts {
            threadFactors = Map.copyOf(threadFactors);
            measured = Map.copyOf(measured);
            borrowed = Map.copyOf(borrowed);
        }
    }

    CalibratedPredictor(Parts parts) {
        this.parts = parts;
        this.baseCosts = parts.fine ? parts.base.map(KnownDevice::costs) : Optional.empty();
    }

    /**
     * Reads a predictor.
     *
     * @param file a file that {@link #save} wrote
     * @return the predictor
     * @throws PredictorFormatException if the file holds no calibrated predictor, was changed, or has other terms than this
     *     library
     * @throws IOException if the file cannot be read
     */
    public static CalibratedPredictor load(Path file) throws IOException {
        return CalibrationFile.read(file);
    }

    /**
     * Writes the predictor. The file appears whole or not at all, and replaces an existing one.
     *
     * @param file the file to write
     * @throws IOException if the file cannot be written
     */
    public void save(Path file) throws IOException {
        CalibrationFile.write(this, file);
    }

    /** Returns this predictor, marked as one of another runtime, with times that are that much less certain. */
    CalibratedPredictor withOtherRuntime(Platform platform, String runtime, double deviation) {
        CalibrationDraft draft = CalibrationDraft.of(parts);
        draft.platform = platform;
        draft.spread = Math.hypot(parts.spread, deviation);
        draft.otherRuntime = Optional.of(runtime);
        return new CalibratedPredictor(draft.parts(parts.costs));
    }

    Parts parts() {
        return parts;
    }

    LogCosts costs() {
        return parts.costs;
    }

    Map<Long, Double> measuredResiduals() {
        return parts.measured;
    }

    /** Returns the residual of a piece that was measured on this device; NaN for others. */
    double measuredResidual(Workload work) {
        return parts.measured.getOrDefault(WorkKey.of(work), Double.NaN);
    }

    /**
     * Returns the name of the measured device.
     *
     * @return the name as in the measurements
     */
    public String device() {
        return parts.device;
    }

    /**
     * Returns the number of measurements from which this predictor was calibrated.
     *
     * @return 1 or more; repeated measurements count once
     */
    public int records() {
        return parts.records;
    }

    /**
     * Returns the median error on measurements that were held out.
     *
     * @return the error relative to the measured time, for instance 0.1; empty if there was a single measurement
     */
    public OptionalDouble heldOutError() {
        return parts.heldOutError;
    }

    @Override
    public List<String> caveats() {
        List<String> caveats = new ArrayList<>();
        parts.otherRuntime.ifPresent(runtime -> caveats.add("knows times of '" + parts.device + "' with " + runtime
                + " only, published by others: times with ONNX Runtime differ; calibrate it with a few measurements"));
        if (parts.heldOutError.isEmpty()) {
            caveats.add("was calibrated with a single measurement");
        } else {
            if (parts.records < FEW_RECORDS) {
                caveats.add("was calibrated with only " + parts.records + " measurements");
            }
            if (parts.heldOutError.getAsDouble() > USUAL_ERROR) {
                caveats.add("has a median error of " + Quantities.percent(parts.heldOutError.getAsDouble())
                        + " on held-out measurements");
            }
        }
        return caveats;
    }

    @Override
    public List<Platform> platforms() {
        return parts.platform.equals(Platform.UNKNOWN) ? List.of() : List.of(parts.platform);
    }

    @Override
    public Prediction predict(Workload piece, int threads, DeviceState device) {
        FeatureSchema.EXTENDED.require(piece);
        double[] amounts = CostTerms.amounts(piece);
        long key = WorkKey.of(piece);
        double spread = spread(amounts, key);
        double factor = threadFactor(piece, threads) * loadFactor(piece, threads, device);
        double median = Math.max(MIN_SECONDS, factor * Math.exp(logSeconds(piece, amounts, key)));
        return new Prediction(
                median,
                Math.max(median, median * Math.exp(NORMAL_90 * spread)),
                spread > UNCERTAIN || !isKnown(threads) || isUnknownLoad(device));
    }

    private double logSeconds(Workload piece, double[] amounts, long key) {
        double sum = parts.costs.logSeconds(amounts);
        double residual = 0;
        if (parts.borrowed.containsKey(key)) {
            residual = parts.borrowed.get(key);
        } else if (baseCosts.isPresent() && parts.base.isPresent()) {
            residual = fineResidual(parts.base.get(), piece, amounts);
        }
        Double measured = parts.measured.get(key);
        if (measured == null) {
            return sum + residual;
        }
        double own = measured - residual;
        return sum + residual + own * own * own / (own * own + CHANCE * CHANCE);
    }

    /** Returns the logarithm of the ratio of the base's prediction to its own sum of costs. */
    private double fineResidual(TrainedPredictor base, Workload piece, double... amounts) {
        return Math.log(base.medianSeconds(piece, 1, KnownDevice.IDLE))
                - baseCosts.orElseThrow().logSeconds(amounts);
    }

    /** Returns the standard deviation of the logarithm of a piece's time. */
    private double spread(double[] amounts, long key) {
        double own = parts.measured.containsKey(key) && parts.otherRuntime.isEmpty() ? MEASURED : 1;
        double variance = parts.spread * parts.spread + parts.costs.variance(amounts);
        if (!parts.borrowed.isEmpty() && !parts.borrowed.containsKey(key)) {
            variance += UNSEEN_ERROR * UNSEEN_ERROR; // Other devices know the held-out records, and not this piece.
        }
        return Math.min(MAX_SPREAD, own * Math.sqrt(variance));
    }

    private boolean isKnown(int threads) {
        return threads == parts.threads || parts.threadFactors.containsKey(threads) || parts.base.isPresent();
    }

    private double threadFactor(Workload piece, int threads) {
        if (threads == parts.threads) {
            return 1;
        }
        Double factor = parts.threadFactors.get(threads);
        if (factor != null) {
            return factor;
        }
        return parts.base
                .map(base -> base.medianSeconds(piece, threads, KnownDevice.IDLE)
                        / base.medianSeconds(piece, parts.threads, KnownDevice.IDLE))
                .orElse(1.0);
    }

    private boolean isUnknownLoad(DeviceState device) {
        return parts.base.isEmpty() && device.cpuLoadPercent().orElse(0) > BUSY_PERCENT;
    }

    /** Returns the factor of the time under the device's load: that of the base, or the share of the cores that remains. */
    private double loadFactor(Workload piece, int threads, DeviceState device) {
        double load = device.cpuLoadPercent().orElse(0);
        if (load <= 0) {
            return 1;
        }
        if (parts.base.isPresent()) {
            TrainedPredictor base = parts.base.get();
            DeviceState idle = device.withCpuLoadPercent(0).withRunnableThreads(0);
            return Math.max(1, base.medianSeconds(piece, threads, device) / base.medianSeconds(piece, threads, idle));
        }
        double free = device.cores().orElse(threads) * (1 - load / PERCENT);
        return Math.max(1, threads / Math.max(MIN_SHARE * threads, free));
    }

    /** Returns for instance {@code CalibratedPredictor[pi-4, 5 measurements, held-out error 11.2 %]}. */
    @Override
    public String toString() {
        return "CalibratedPredictor[" + parts.device + ", " + parts.records + " measurements"
                + (parts.heldOutError.isPresent()
                        ? String.format(
                                Locale.ROOT, ", held-out error %.1f %%", PERCENT * parts.heldOutError.getAsDouble())
                        : "")
                + "]";
    }
}
