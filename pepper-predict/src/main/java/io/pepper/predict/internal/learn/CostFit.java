package io.pepper.predict.internal.learn;

/** A least-squares problem with a quadratic prior, solved by the damped method of Gauss and Newton. */
final class CostFit {
    private static final int MAX_STEPS = 60;
    private static final double CLOSE = 1e-6;
    private static final double MIN_STEP = 1e-3;

    /** Standard deviation of the logarithm of the common factor: any speed is possible. */
    private static final double ANY_SPEED = 30;

    /** Errors beyond this many standard deviations count linearly. */
    private static final double LARGE = 1.5;

    private final double[][] amounts;
    private final double[] logs;
    private final double[] expected;
    private final double spread;
    private final double noise;

    CostFit(double[][] amounts, double[] logs, double[] expected, double spread, double noise) {
        this.amounts = amounts;
        this.logs = logs;
        this.expected = expected;
        this.spread = spread;
        this.noise = noise;
    }

    double[] minimise(double... start) {
        double[] costs = start;
        double loss = loss(costs);
        for (int step = 0; step < MAX_STEPS; step++) {
            double[] direction = Matrices.solve(curvature(costs), gradient(costs));
            double length = 1;
            double[] next = moved(costs, direction, length);
            double found = loss(next);
            while (found > loss && length > MIN_STEP) {
                length /= 2;
                next = moved(costs, direction, length);
                found = loss(next);
            }
            if (!(found <= loss)) {
                break;
            }
            costs = next;
            loss = found;
            if (Matrices.largest(direction) * length < CLOSE) {
                break;
            }
        }
        return costs;
    }

    private static double[] moved(double[] costs, double[] direction, double length) {
        double[] next = costs.clone();
        for (int i = 0; i < next.length; i++) {
            next[i] -= length * direction[i];
        }
        return next;
    }

    private double error(int row, double... costs) {
        return (LogCosts.logSeconds(amounts[row], costs) - logs[row]) / noise;
    }

    double loss(double... costs) {
        double sum = 0;
        for (int r = 0; r < amounts.length; r++) {
            double error = error(r, costs);
            double size = Math.abs(error);
            sum += error < 0
                    ? Math.log1p(error * error) / 2
                    : size <= LARGE ? size * size / 2 : LARGE * size - LARGE * LARGE / 2;
        }
        double[] prior = prior(costs);
        for (int i = 0; i < costs.length; i++) {
            sum += prior[i] * (costs[i] - expected[i]) / 2;
        }
        return sum;
    }

    private static double weight(double error) {
        return error < 0 ? 1 / (1 + error * error) : 1 / Math.max(1, error / LARGE);
    }

    /** Returns the gradient of the prior's loss. */
    private double[] prior(double... costs) {
        double[] gradient = new double[costs.length];
        double total = 0;
        for (int i = 0; i < costs.length; i++) {
            gradient[i] = (costs[i] - expected[i]) / (spread * spread);
            total += costs[i] - expected[i];
        }
        double common = common(costs.length);
        for (int i = 0; i < costs.length; i++) {
            gradient[i] -= common * total;
        }
        return gradient;
    }

    /** Returns the decrease of the prior's precision for common changes (Sherman and Morrison's formula). */
    private double common(int terms) {
        double precision = 1 / (spread * spread);
        double speeds = ANY_SPEED * ANY_SPEED;
        return speeds * precision * precision / (1 + terms * speeds * precision);
    }

    private double[] gradient(double... costs) {
        double[] gradient = prior(costs);
        for (int r = 0; r < amounts.length; r++) {
            double error = error(r, costs);
            double[] shares = LogCosts.shares(amounts[r], costs);
            for (int i = 0; i < costs.length; i++) {
                gradient[i] += weight(error) * error / noise * shares[i];
            }
        }
        return gradient;
    }

    double[][] curvature(double... costs) {
        int terms = costs.length;
        double[][] matrix = new double[terms][terms];
        double common = common(terms);
        for (int i = 0; i < terms; i++) {
            for (int j = 0; j < terms; j++) {
                matrix[i][j] = (i == j ? 1 / (spread * spread) : 0) - common;
            }
        }
        for (int r = 0; r < amounts.length; r++) {
            double weight = weight(error(r, costs)) / (noise * noise);
            double[] shares = LogCosts.shares(amounts[r], costs);
            for (int i = 0; i < terms; i++) {
                for (int j = 0; j < terms; j++) {
                    matrix[i][j] += weight * shares[i] * shares[j];
                }
            }
        }
        return matrix;
    }
}
