package io.pepper.predict;

import io.pepper.measure.internal.Quantiles;
import java.util.Arrays;
import java.util.Comparator;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * The accuracy of predicted medians on records that the predictor did not learn from. An error is the predicted minus
 * the measured median.
 *
 * @param records number of records, at least 1
 * @param maeSeconds mean absolute error, in seconds
 * @param rmseSeconds root mean square error, in seconds
 * @param r2 coefficient of determination, at most 1; below 0 the mean of the measured medians is the better prediction;
 *     empty if all measured medians are equal
 * @param mape mean of the absolute errors relative to the measured median, as a share
 * @param medianApe median of the absolute errors relative to the measured median, as a share
 * @param within10 share of records with a relative error of at most 10 %
 * @param within20 share of records with a relative error of at most 20 %
 * @param rankCorrelation Spearman's rank correlation of predicted and measured medians, -1 to 1; empty if either are all
 *     equal
 * @param p90Coverage share of runs that took at most the predicted 90th percentile. 0.9 is right, less is
 *     over-confident. In a cross-validation the prediction is without the margin that a saved predictor adds, since
 *     that margin is fitted on the same records
 */
public record Accuracy(
        int records,
        double maeSeconds,
        double rmseSeconds,
        OptionalDouble r2,
        double mape,
        double medianApe,
        double within10,
        double within20,
        OptionalDouble rankCorrelation,
        OptionalDouble p90Coverage) {
    private static final double TEN_PERCENT = 0.1;
    private static final double TWENTY_PERCENT = 0.2;

    /**
     * Computes the accuracy of predictions.
     *
     * @param measured measured medians in seconds, at least one, each more than 0
     * @param predicted predicted medians in seconds, in the order of {@code measured}
     * @param p90Coverage share of runs that took at most the predicted 90th percentile, 0 to 1; empty if unknown
     * @return the accuracy over all records
     * @throws IllegalArgumentException if {@code measured} is empty, the arrays differ in length, or a number is NaN
     */
    public static Accuracy of(double[] measured, double[] predicted, OptionalDouble p90Coverage) {
        int n = measured.length;
        if (n == 0 || predicted.length != n) {
            throw new IllegalArgumentException(n + " measured, " + predicted.length + " predicted");
        }
        for (int i = 0; i < n; i++) {
            if (Double.isNaN(measured[i]) || Double.isNaN(predicted[i])) {
                throw new IllegalArgumentException(
                        "record " + i + ": measured " + measured[i] + ", predicted " + predicted[i]);
            }
        }
        double mean = Arrays.stream(measured).average().orElseThrow();
        double absolute = 0;
        double squares = 0;
        double variance = 0;
        double[] relative = new double[n];
        for (int i = 0; i < n; i++) {
            double error = predicted[i] - measured[i];
            absolute += Math.abs(error);
            squares += error * error;
            variance += (measured[i] - mean) * (measured[i] - mean);
            relative[i] = Math.abs(error) / measured[i];
        }
        return new Accuracy(
                n,
                absolute / n,
                Math.sqrt(squares / n),
                variance == 0 ? OptionalDouble.empty() : OptionalDouble.of(1 - squares / variance),
                Arrays.stream(relative).average().orElseThrow(),
                Quantiles.of(relative).median(),
                share(relative, TEN_PERCENT),
                share(relative, TWENTY_PERCENT),
                correlation(ranks(measured), ranks(predicted)),
                p90Coverage);
    }

    private static double share(double[] errors, double most) {
        return Arrays.stream(errors).filter(error -> error <= most).count() / (double) errors.length;
    }

    /** Ranks values; equal values share the mean of their ranks. */
    private static double[] ranks(double... values) {
        Integer[] order = IntStream.range(0, values.length).boxed().toArray(Integer[]::new);
        Arrays.sort(order, Comparator.comparingDouble(i -> values[i]));
        double[] ranks = new double[values.length];
        int begin = 0;
        while (begin < order.length) {
            int end = begin;
            while (end < order.length && values[order[end]] == values[order[begin]]) {
                end++;
            }
            for (int i = begin; i < end; i++) {
                ranks[order[i]] = (begin + end - 1) / 2.0;
            }
            begin = end;
        }
        return ranks;
    }

    private static OptionalDouble correlation(double[] a, double[] b) {
        double meanA = Arrays.stream(a).average().orElse(0);
        double meanB = Arrays.stream(b).average().orElse(0);
        double both = 0;
        double varianceA = 0;
        double varianceB = 0;
        for (int i = 0; i < a.length; i++) {
            both += (a[i] - meanA) * (b[i] - meanB);
            varianceA += (a[i] - meanA) * (a[i] - meanA);
            varianceB += (b[i] - meanB) * (b[i] - meanB);
        }
        double product = varianceA * varianceB;
        return product == 0 ? OptionalDouble.empty() : OptionalDouble.of(both / Math.sqrt(product));
    }
}
