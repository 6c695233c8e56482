package io.pepper.predict;

import io.pepper.measure.internal.Quantiles;
import io.pepper.predict.internal.learn.CostTerms;
import io.pepper.predict.internal.learn.LogCosts;
import io.pepper.workload.Workload;
import java.util.List;
import java.util.stream.IntStream;

/** The estimate of a device's costs from those of other devices and a few measured times. */
final class Calibrator {
    /** Standard deviation of the logarithm of a cost around that of similar devices: with and without such devices. */
    private static final double SPREAD = 0.25;

    static final double WIDE_SPREAD = 0.5;

    /** Standard deviation of the logarithm of a measured time around the sum of its costs. */
    static final double NOISE = 0.09;

    /** Number of differences of {@link #USUAL_DIFFERENCE} that are assumed before any are measured. */
    private static final double ASSUMED = 2;

    private static final double USUAL_DIFFERENCE = 0.15;

    /** The maximum number of folds of a cross-validation. */
    private static final int MAX_FOLDS = 10;

    private final List<KnownDevice> known;
    private final boolean similar;

    /**
     * Creates a calibrator.
     *
     * @param known the known devices
     * @param similar whether the pieces were measured on these devices, so that their costs are well known
     */
    Calibrator(List<KnownDevice> known, boolean similar) {
        this.known = List.copyOf(known);
        this.similar = similar;
    }

    /** A measured time. */
    static final class Sample {
        private final Workload work;
        private final double[] amounts;
        private final double logSeconds;

        Sample(Workload work, double seconds) {
            this.work = work;
            this.amounts = CostTerms.amounts(work);
            this.logSeconds = Math.log(seconds);
        }

        Workload work() {
            return work;
        }

        double logSeconds() {
            return logSeconds;
        }

        /** Returns the logarithm of the ratio of the measured time to that of given costs. */
        double residual(LogCosts costs) {
            return logSeconds - costs.logSeconds(amounts);
        }
    }

    /** The estimated costs, and the weights of the known devices. */
    static final class Estimate {
        private final LogCosts costs;
        private final double[] weights;
        private final List<KnownDevice> known;

        Estimate(LogCosts costs, double[] weights, List<KnownDevice> known) {
            this.costs = costs;
            this.weights = weights;
            this.known = known;
        }

        LogCosts costs() {
            return costs;
        }

        double weight(int device) {
            return weights[device];
        }

        /** Returns the logarithm of a piece's time. */
        double logSeconds(Workload work) {
            return costs.logSeconds(CostTerms.amounts(work)) + orZero(residual(work));
        }

        /** Returns the residual of a piece on the known devices; NaN if none knows it. */
        double residual(Workload work) {
            return weighted(known, weights, work);
        }
    }

    private static double orZero(double value) {
        return Double.isNaN(value) ? 0 : value;
    }

    private static double weighted(List<KnownDevice> known, double[] weights, Workload work) {
        double sum = 0;
        double total = 0;
        for (int i = 0; i < weights.length; i++) {
            double residual = known.get(i).residual().applyAsDouble(work);
            if (!Double.isNaN(residual)) {
                sum += weights[i] * residual;
                total += weights[i];
            }
        }
        return total > 0 ? sum / total : Double.NaN;
    }

    Estimate estimate(List<Sample> samples) {
        double[] weights = weights(samples);
        double[] expected = new double[CostTerms.names().size()];
        for (int i = 0; i < weights.length; i++) {
            double[] balance = known.get(i).costs().balance();
            for (int term = 0; term < expected.length; term++) {
                expected[term] += weights[i] * balance[term];
            }
        }
        double[] logs = samples.stream()
                .mapToDouble(sample -> sample.logSeconds() - orZero(weighted(known, weights, sample.work())))
                .toArray();
        double[][] amounts = samples.stream().map(sample -> sample.amounts).toArray(double[][]::new);
        return new Estimate(
                LogCosts.fitUnlike(amounts, logs, expected, similar ? SPREAD : WIDE_SPREAD, NOISE), weights, known);
    }

    /** Returns weights that add up to 1: devices on which the measured pieces take times of the same ratios weigh most. */
    private double[] weights(List<Sample> samples) {
        double[] weights = new double[known.size()];
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            double variance = variance(known.get(i), samples);
            weights[i] = known.get(i).weight() / (variance * variance);
            sum += weights[i];
        }
        for (int i = 0; i < weights.length; i++) {
            weights[i] /= sum;
        }
        return weights;
    }

    private static double variance(KnownDevice device, List<Sample> samples) {
        double[] ratios = samples.stream()
                .mapToDouble(sample -> sample.residual(device.costs())
                        - orZero(device.residual().applyAsDouble(sample.work())))
                .toArray();
        double middle = Quantiles.of(ratios).median();
        double squares = 0;
        for (double ratio : ratios) {
            squares += (ratio - middle) * (ratio - middle);
        }
        return (squares + ASSUMED * USUAL_DIFFERENCE * USUAL_DIFFERENCE) / (ratios.length - 1 + ASSUMED);
    }

    /**
     * Returns the logarithms of the ratios of predicted to measured times of records that were held out; those of one
     * piece are held out together. Empty if all records are of one piece.
     */
    double[] heldOut(List<Sample> samples) {
        List<Workload> pieces = samples.stream().map(Sample::work).distinct().toList();
        int folds = Math.min(MAX_FOLDS, pieces.size());
        if (folds < 2) {
            return new double[0];
        }
        int[] fold = samples.stream()
                .mapToInt(sample -> pieces.indexOf(sample.work()) % folds)
                .toArray();
        double[] errors = new double[samples.size()];
        for (int held = 0; held < folds; held++) {
            int at = held;
            Estimate estimate = estimate(IntStream.range(0, errors.length)
                    .filter(i -> fold[i] != at)
                    .mapToObj(samples::get)
                    .toList());
            for (int i = 0; i < errors.length; i++) {
                if (fold[i] == at) {
                    Sample sample = samples.get(i);
                    errors[i] = estimate.logSeconds(sample.work()) - sample.logSeconds();
                }
            }
        }
        return errors;
    }
}
