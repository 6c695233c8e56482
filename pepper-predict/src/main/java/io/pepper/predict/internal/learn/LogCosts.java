package io.pepper.predict.internal.learn;

import java.util.Arrays;

/**
 * The costs of a device for each term of {@link CostTerms}, as logarithms, with their uncertainty. They are the most
 * probable costs by Bayes' rule: the costs of a new device are those of known devices, times a common factor that may
 * have any value, times a factor for each term that is near 1. Immutable and thread-safe.
 */
public final class LogCosts {

    private static final double TINY_SECONDS = 1e-30;

    /** Quantiles of the measured ratios from which fits begin: most records may be of a busy machine. */
    private static final double[] STARTS = {0.05, 0.2, 0.5};

    /** The number of records from which on several fits compete. */
    private static final int MANY = 8;

    /** Largest size of the logarithm of a cost, and of a covariance, that a file may have. */
    private static final double MAX_COST = 100;

    private static final double MAX_COVARIANCE = 10_000;

    /** The logarithm of the ratio of probabilities from which on a wider spread is believed. */
    private static final double CLEARLY = 2;

    private static final double MAX_FACTOR = 8;

    private final double[] costs;
    private final double[][] covariance;

    private LogCosts(double[] costs, double[][] covariance) {
        this.costs = costs;
        this.covariance = covariance;
    }

    /**
     * Returns known costs.
     *
     * @param costs the logarithm of the cost of each term
     * @return costs without uncertainty
     */
    public static LogCosts known(double... costs) {
        return new LogCosts(costs.clone(), new double[costs.length][costs.length]);
    }

    /**
     * Returns costs with a covariance that was computed before.
     *
     * @param costs the logarithm of the cost of each term
     * @param covariance their covariance
     * @return the costs
     * @throws IllegalArgumentException if the sizes differ, or a number is out of its range
     */
    public static LogCosts of(double[] costs, double[][] covariance) {
        if (costs.length != CostTerms.names().size() || covariance.length != costs.length) {
            throw new IllegalArgumentException("there are " + CostTerms.names().size() + " terms, found " + costs.length
                    + " costs with " + covariance.length + " rows of covariances");
        }
        double[][] copy = new double[costs.length][];
        for (int i = 0; i < costs.length; i++) {
            copy[i] = covariance[i].clone();
            if (copy[i].length != costs.length
                    || !(copy[i][i] >= 0)
                    || !isWithin(MAX_COVARIANCE, copy[i])
                    || !isWithin(MAX_COST, costs[i])) {
                throw new IllegalArgumentException(
                        "the cost of '" + CostTerms.names().get(i) + "' or its covariances are not finite numbers");
            }
        }
        return new LogCosts(costs.clone(), copy);
    }

    private static boolean isWithin(double most, double... values) {
        for (double value : values) {
            if (!(Math.abs(value) <= most)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Fits costs to measured times. Measured times that are longer than predicted count less, the more they differ: a
     * busy machine makes them, but nothing makes a time too short.
     *
     * @param amounts the amounts of each measured piece
     * @param logSeconds the logarithm of each measured time
     * @param expected the expected logarithms of the costs, up to a common factor
     * @param spread standard deviation of the logarithm of a cost around the expected one
     * @param noise standard deviation of the logarithm of a time around the predicted one
     * @return the most probable costs
     */
    public static LogCosts fit(
            double[][] amounts, double[] logSeconds, double[] expected, double spread, double noise) {
        return fitted(amounts, logSeconds, expected, spread, noise).costs;
    }

    /**
     * Fits costs to measured times of a device that may be unlike the expected one. The spread of its costs is multiplied by
     * a factor from 1 to 8, if that makes the measured times much more probable (their marginal likelihood by Laplace's
     * approximation).
     *
     * @param amounts the amounts of each measured piece
     * @param logSeconds the logarithm of each measured time
     * @param expected the expected logarithms of the costs, up to a common factor
     * @param spread the least standard deviation of the logarithm of a cost around the expected one
     * @param noise standard deviation of the logarithm of a time around the predicted one
     * @return the most probable costs
     */
    public static LogCosts fitUnlike(
            double[][] amounts, double[] logSeconds, double[] expected, double spread, double noise) {
        Fitted best = fitted(amounts, logSeconds, expected, spread, noise);
        double most = best.evidence + CLEARLY;
        for (double factor = 2; factor <= MAX_FACTOR; factor *= 2) {
            Fitted wider = fitted(amounts, logSeconds, expected, factor * spread, noise);
            if (wider.evidence > most) {
                best = wider;
                most = wider.evidence;
            }
        }
        return best.costs;
    }

    /** Fitted costs, and the logarithm of the probability of the measured times, up to a constant. */
    private record Fitted(LogCosts costs, double evidence) {}

    private static Fitted fitted(
            double[][] amounts, double[] logSeconds, double[] expected, double spread, double noise) {
        double[] ratios = new double[amounts.length];
        for (int r = 0; r < ratios.length; r++) {
            ratios[r] = logSeconds[r] - logSeconds(amounts[r], expected);
        }
        Arrays.sort(ratios);
        CostFit fit = new CostFit(amounts, logSeconds, expected, spread, noise);
        double[] best = expected;
        double least = Double.POSITIVE_INFINITY;
        for (double share : ratios.length < MANY ? new double[] {0.5} : STARTS) {
            double[] costs = fit.minimise(scaled(expected, ratios, share));
            double loss = fit.loss(costs);
            if (loss < least) {
                best = costs;
                least = loss;
            }
        }
        double[][] curvature = fit.curvature(best);
        double evidence = -fit.loss(best)
                - Matrices.logDeterminant(curvature) / 2
                - (expected.length - 1) * Math.log(spread); // The common factor may have any value.
        return new Fitted(new LogCosts(best, Matrices.inverse(curvature)), evidence);
    }

    /** Returns costs times a common factor: a quantile of the ratios of measured times to those of the costs. */
    private static double[] scaled(double[] costs, double[] sortedRatios, double share) {
        double[] scaled = costs.clone();
        int last = sortedRatios.length - 1;
        double place = share * last;
        double factor =
                last < 0 ? 0 : (sortedRatios[(int) Math.floor(place)] + sortedRatios[(int) Math.ceil(place)]) / 2;
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] += factor;
        }
        return scaled;
    }

    static double logSeconds(double[] amounts, double... costs) {
        double sum = 0;
        for (int i = 0; i < costs.length; i++) {
            sum += amounts[i] * Math.exp(costs[i]);
        }
        return Math.log(Math.max(TINY_SECONDS, sum));
    }

    /** Returns the share of each term in the predicted time. */
    static double[] shares(double[] amounts, double... costs) {
        double[] shares = new double[costs.length];
        double sum = 0;
        for (int i = 0; i < costs.length; i++) {
            shares[i] = amounts[i] * Math.exp(costs[i]);
            sum += shares[i];
        }
        for (int i = 0; i < costs.length; i++) {
            shares[i] /= Math.max(TINY_SECONDS, sum);
        }
        return shares;
    }

    /**
     * Returns the logarithms of the costs.
     *
     * @return one for each term
     */
    public double[] costs() {
        return costs.clone();
    }

    /**
     * Returns the covariance of the logarithms of the costs.
     *
     * @return a row for each term
     */
    public double[][] covariance() {
        double[][] copy = new double[covariance.length][];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = covariance[i].clone();
        }
        return copy;
    }

    /**
     * Returns the costs relative to their mean.
     *
     * @return one for each term; they add up to 0
     */
    public double[] balance() {
        double mean = 0;
        for (double cost : costs) {
            mean += cost / costs.length;
        }
        double[] balance = costs.clone();
        for (int i = 0; i < balance.length; i++) {
            balance[i] -= mean;
        }
        return balance;
    }

    /**
     * Returns the logarithm of a piece's time.
     *
     * @param amounts the piece's amounts
     * @return the logarithm of the seconds
     */
    public double logSeconds(double... amounts) {
        return logSeconds(amounts, costs);
    }

    /**
     * Returns the variance of the logarithm of a piece's time that follows from the uncertainty of the costs.
     *
     * @param amounts the piece's amounts
     * @return the variance, 0 or more
     */
    public double variance(double... amounts) {
        return Math.max(0, covariance(amounts, amounts));
    }

    /**
     * Returns the uncertainty of a piece's time from each term.
     *
     * @param amounts the piece's amounts
     * @return for each term, the variance of the logarithm of the time that follows from the uncertainty of its cost alone
     */
    public double[] variances(double... amounts) {
        double[] variances = shares(amounts, costs);
        for (int i = 0; i < variances.length; i++) {
            variances[i] *= variances[i] * covariance[i][i];
        }
        return variances;
    }

    /**
     * Returns the covariance of the logarithms of the times of two pieces.
     *
     * @param one the amounts of a piece
     * @param other the amounts of another piece
     * @return the covariance
     */
    public double covariance(double[] one, double[] other) {
        double[] left = shares(one, costs);
        double[] right = shares(other, costs);
        double sum = 0;
        for (int i = 0; i < left.length; i++) {
            for (int j = 0; j < right.length; j++) {
                sum += left[i] * covariance[i][j] * right[j];
            }
        }
        return sum;
    }
}
