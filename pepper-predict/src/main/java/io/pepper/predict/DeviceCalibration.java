package io.pepper.predict;

import io.pepper.measure.internal.Quantiles;
import io.pepper.predict.Calibrator.Estimate;
import io.pepper.predict.Calibrator.Sample;
import io.pepper.predict.internal.learn.CostTerms;
import io.pepper.predict.internal.learn.LogCosts;
import io.pepper.workload.DevicePredictors;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Workload;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The calibration of a predictor for a new device from a few measurements: one to ten suffice, if predictors of other
 * devices are known. The time of a piece is a sum over {@linkplain CostTerms a few kinds of work}. Its costs on the new
 * device are the most probable ones, given the costs on the other devices and the measured times. Devices on which the
 * measured pieces take times of similar ratios weigh most. A piece that was measured on the other devices is predicted
 * by its times there. Immutable and therefore thread-safe.
 *
 * <pre>{@code
 * TrainedPredictor base = TrainedPredictor.load(Path.of("base.predictor"));
 * LatencyDataset few = LatencyDataset.read(Path.of("pi4.csv"));
 * DeviceCalibration calibration = DeviceCalibration.of(List.of(base), few);
 * calibration.predictor().save(Path.of("pi4.predictor"));
 * }</pre>
 */
public final class DeviceCalibration {
    /** The number of records from which on held-out ones decide whether a base's differences from its sum apply. */
    private static final int MIN_DECIDING = 4;

    /** The logarithm of the ratio beyond which a time is far longer than predicted. */
    private static final double SLOW = 0.5;

    private static final double BUSY_SHARE = 0.25;

    private final CalibratedPredictor predictor;
    private final List<String> notes;

    private DeviceCalibration(CalibratedPredictor predictor, List<String> notes) {
        this.predictor = predictor;
        this.notes = notes;
    }

    /**
     * Calibrates a predictor. Measurements under load are left out if others remain, and {@linkplain Mark marked} ones if half
     * of all and at least five remain; the records of one piece count as one measurement. The more a measured time exceeds those of similar pieces, the less
     * it counts.
     *
     * @param bases predictors of other devices, or of several devices each; none at all suffices with about five records
     * @param data measurements of one device, at least one
     * @return the calibration
     * @throws IllegalArgumentException if there are no measurements, or those of several devices
     */
    public static DeviceCalibration of(List<? extends LatencyPredictor> bases, LatencyDataset data) {
        return ofSingle(singles(bases), data);
    }

    /** Returns each predictor of several devices by itself, and that of a starter's machine without its wider bounds. */
    private static List<LatencyPredictor> singles(List<? extends LatencyPredictor> bases) {
        return bases.stream()
                .flatMap(base ->
                        base instanceof DevicePredictors several ? several.byName().values().stream() : Stream.of(base))
                .map(base -> base instanceof StarterMachine machine ? machine.trained() : base)
                .toList();
    }

    private static DeviceCalibration ofSingle(List<LatencyPredictor> bases, LatencyDataset data) {
        LatencyDataset idle = idle(data);
        MarkedRecords marked = MarkedRecords.ofCalibration(idle);
        List<LatencyRecord> records = marked.select(idle).records();
        requireOneDevice(data.records());
        int threads = usualThreads(records);
        List<Sample> samples = samples(records, threads);
        Optional<TrainedPredictor> trained = bases.stream()
                .flatMap(base -> base instanceof TrainedPredictor one ? Stream.of(one) : Stream.empty())
                .findFirst();
        Trial trial = new Trial(bases, samples, false);
        if (trained.isPresent() && samples.size() >= MIN_DECIDING) {
            Trial other = new Trial(bases, samples, true);
            trial = median(other.errors) < median(trial.errors) ? other : trial;
        }
        Estimate estimate = trial.calibrator.estimate(samples);
        return new DeviceCalibration(
                new CalibratedPredictor(new CalibratedPredictor.Parts(
                        records.get(0).device().device(),
                        records.get(0).device().platform(),
                        (int) samples.stream().map(Sample::work).distinct().count(),
                        threads,
                        factors(records, threads, estimate),
                        estimate.costs(),
                        spread(trial.errors),
                        trial.errors.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(median(trial.errors)),
                        measured(samples, estimate),
                        borrowed(bases, estimate),
                        trial.fine,
                        trained,
                        Optional.empty())),
                Stream.concat(marked.note().stream(), slowNote(samples, estimate).stream())
                        .toList());
    }

    /** A way to calibrate, and its errors on records that were held out. */
    private static final class Trial {
        private final boolean fine;
        private final Calibrator calibrator;
        private final double[] errors;

        Trial(List<? extends LatencyPredictor> bases, List<Sample> samples, boolean fine) {
            this.fine = fine;
            this.calibrator = new Calibrator(known(bases, fine), isMeasured(bases));
            this.errors = calibrator.heldOut(samples);
        }
    }

    private static void requireOneDevice(List<LatencyRecord> records) {
        String device = records.get(0).device().device();
        for (LatencyRecord entry : records) {
            if (!entry.device().device().equals(device)) {
                throw new IllegalArgumentException("the measurements are of several devices, '" + device + "' and '"
                        + entry.device().device() + "'; calibrate one at a time");
            }
        }
    }

    /** Returns the records without load, or all if there are none; at least one. */
    private static LatencyDataset idle(LatencyDataset data) {
        List<LatencyRecord> all = data.records().stream()
                .filter(entry -> entry.work().total().operators() > 0)
                .toList();
        if (all.isEmpty()) {
            throw new IllegalArgumentException("there are no measurements of known work to calibrate with");
        }
        List<LatencyRecord> idle = all.stream()
                .filter(entry -> entry.load().percent() == 0 && Learner.isIdle(entry))
                .toList();
        return LatencyDataset.of(idle.isEmpty() ? all : idle);
    }

    /** Returns the number of threads of most records; of several, the smallest. */
    private static int usualThreads(List<LatencyRecord> records) {
        Map<Integer, Long> counts =
                records.stream().collect(Collectors.groupingBy(LatencyRecord::threads, Collectors.counting()));
        return counts.entrySet().stream()
                .min(Map.Entry.<Integer, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .orElseThrow()
                .getKey();
    }

    private static List<Sample> samples(List<LatencyRecord> records, int threads) {
        return records.stream()
                .filter(entry -> entry.threads() == threads)
                .map(entry -> new Sample(entry.work(), entry.timing().medianSeconds()))
                .toList();
    }

    private static boolean isMeasured(List<? extends LatencyPredictor> bases) {
        return bases.stream().anyMatch(CalibratedPredictor.class::isInstance);
    }

    private static List<KnownDevice> known(List<? extends LatencyPredictor> bases, boolean fine) {
        List<KnownDevice> known = new ArrayList<>();
        known.add(KnownDevice.typical());
        for (LatencyPredictor base : bases) {
            known.add(
                    base instanceof CalibratedPredictor calibrated
                            ? KnownDevice.of(calibrated)
                            : KnownDevice.of(base, fine));
        }
        return known;
    }

    private static double median(double... errors) {
        double[] relative = new double[errors.length];
        for (int i = 0; i < errors.length; i++) {
            relative[i] = Math.abs(Math.exp(errors[i]) - 1);
        }
        return errors.length == 0 ? Double.NaN : Quantiles.of(relative).median();
    }

    /**
     * Returns the standard deviation of the logarithm of a time around the predicted one: that of held-out records, mixed
     * with what is usual.
     */
    private static double spread(double... errors) {
        double squares = 0;
        for (double error : errors) {
            double bounded = Math.min(Math.abs(error), CalibratedPredictor.MAX_ERROR);
            squares += bounded * bounded;
        }
        double usual = CalibratedPredictor.USUAL_ERROR * CalibratedPredictor.USUAL_ERROR;
        return Math.sqrt(
                (squares + CalibratedPredictor.ASSUMED * usual) / (errors.length + CalibratedPredictor.ASSUMED));
    }

    /** Returns the factor of the time for each other number of threads that was measured. */
    private static Map<Integer, Double> factors(List<LatencyRecord> records, int usual, Estimate estimate) {
        Map<Integer, Double> factors = new HashMap<>();
        records.stream().collect(Collectors.groupingBy(LatencyRecord::threads)).forEach((threads, some) -> {
            if (threads != usual) {
                factors.put(
                        threads,
                        Quantiles.of(some.stream()
                                        .mapToDouble(entry -> entry.timing().medianSeconds()
                                                / Math.exp(estimate.logSeconds(entry.work())))
                                        .toArray())
                                .median());
            }
        });
        return factors;
    }

    /**
     * Returns the residuals of the measured pieces. Where a quarter of the measurements take far longer than similar ones,
     * the machine was busy, and these say nothing about their pieces.
     */
    private static Map<Long, Double> measured(List<Sample> samples, Estimate estimate) {
        boolean busy = slow(samples, estimate) > BUSY_SHARE * samples.size();
        Map<Long, List<Double>> residuals = new HashMap<>();
        for (Sample sample : samples) {
            double residual = sample.residual(estimate.costs());
            if (!busy || residual <= SLOW) {
                residuals
                        .computeIfAbsent(WorkKey.of(sample.work()), key -> new ArrayList<>())
                        .add(residual);
            }
        }
        Map<Long, Double> measured = new HashMap<>();
        residuals.forEach((key, some) -> measured.put(
                key,
                Quantiles.of(some.stream().mapToDouble(Double::doubleValue).toArray())
                        .median()));
        return measured;
    }

    private static long slow(List<Sample> samples, Estimate estimate) {
        return samples.stream()
                .filter(sample -> sample.logSeconds() - estimate.logSeconds(sample.work()) > SLOW)
                .count();
    }

    private static Optional<String> slowNote(List<Sample> samples, Estimate estimate) {
        long slow = slow(samples, estimate);
        return slow > BUSY_SHARE * samples.size()
                ? Optional.of(slow + " of " + samples.size()
                        + " measurements took far longer than similar ones, as on a busy or"
                        + " hot machine; they count little")
                : Optional.empty();
    }

    private static Map<Long, Double> borrowed(List<? extends LatencyPredictor> bases, Estimate estimate) {
        Map<Long, double[]> sums = new HashMap<>();
        for (int i = 0; i < bases.size(); i++) {
            double weight = estimate.weight(i + 1); // The first known device is the typical one.
            if (bases.get(i) instanceof CalibratedPredictor calibrated) {
                calibrated.measuredResiduals().forEach((key, residual) -> {
                    double[] sum = sums.computeIfAbsent(key, one -> new double[2]);
                    sum[0] += weight * residual;
                    sum[1] += weight;
                });
            }
        }
        return sums.entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue()[0] / entry.getValue()[1]));
    }

    /**
     * Returns the calibrated predictor.
     *
     * @return the predictor
     */
    public CalibratedPredictor predictor() {
        return predictor;
    }

    /**
     * Returns remarks about the measurements, for a person.
     *
     * @return a clause for each remark, without a full stop; empty if there are none
     */
    public List<String> notes() {
        return notes;
    }

    /**
     * Returns the median error on records that were held out, of the kind of measured pieces: of each record, predicted
     * from the others.
     *
     * @return the error relative to the measured time, for instance 0.1; empty with a single record
     */
    public OptionalDouble heldOutError() {
        return predictor.heldOutError();
    }

    /**
     * Returns the kind of work whose cost on this device is the least certain, relative to its share in the times that
     * matter.
     *
     * @param targets the pieces whose times matter; if there are none, well-known networks
     * @return the name of a kind of work, for instance {@code depthwise}
     */
    public String leastCertain(List<Workload> targets) {
        double[] sums = new double[CostTerms.names().size()];
        for (Workload target : targets.isEmpty() ? StarterNetworks.all() : targets) {
            double[] variances = predictor.costs().variances(CostTerms.amounts(target));
            for (int i = 0; i < sums.length; i++) {
                sums[i] += variances[i];
            }
        }
        int largest = 0;
        for (int i = 1; i < sums.length; i++) {
            largest = sums[i] > sums[largest] ? i : largest;
        }
        return CostTerms.names().get(largest).replace('_', ' ');
    }

    /**
     * Returns what to measure next: the candidate that reduces the uncertainty of the predicted times most.
     *
     * @param candidates the pieces that can be measured, for instance of the {@linkplain ProfileTargets#sweep sweep}
     * @param work returns the workload of a candidate
     * @param targets the pieces whose times matter; if there are none, well-known networks
     * @param <T> the type of the candidates
     * @return the candidate; empty if there are none
     */
    public <T> Optional<T> next(List<T> candidates, Function<T, Workload> work, List<Workload> targets) {
        return next(predictor.costs(), candidates, work, targets);
    }

    /**
     * Returns what to measure first, before anything is known about a device.
     *
     * @param candidates the pieces that can be measured
     * @param work returns the workload of a candidate
     * @param targets the pieces whose times matter; if there are none, well-known networks
     * @param <T> the type of the candidates
     * @return the candidate; empty if there are none
     */
    public static <T> Optional<T> first(List<T> candidates, Function<T, Workload> work, List<Workload> targets) {
        return next(
                LogCosts.fit(
                        new double[0][], new double[0], CostTerms.typical(), Calibrator.WIDE_SPREAD, Calibrator.NOISE),
                candidates,
                work,
                targets);
    }

    private static <T> Optional<T> next(
            LogCosts costs, List<T> candidates, Function<T, Workload> work, List<Workload> targets) {
        double[][] wanted = (targets.isEmpty() ? StarterNetworks.all() : targets)
                .stream().map(CostTerms::amounts).toArray(double[][]::new);
        Optional<T> best = Optional.empty();
        double most = Double.NEGATIVE_INFINITY;
        for (T candidate : candidates) {
            double[] amounts = CostTerms.amounts(work.apply(candidate));
            double denominator = costs.variance(amounts) + Calibrator.NOISE * Calibrator.NOISE;
            double gain = 0;
            for (double[] target : wanted) {
                double shared = costs.covariance(amounts, target);
                gain += shared * shared / denominator;
            }
            if (gain > most) {
                most = gain;
                best = Optional.of(candidate);
            }
        }
        return best;
    }
}
