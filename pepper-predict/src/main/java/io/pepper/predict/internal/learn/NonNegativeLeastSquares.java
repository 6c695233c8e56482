package io.pepper.predict.internal.learn;

/**
 * Least squares with coefficients of 0 or more, by cyclic coordinate descent on the normal equations (Franc, Hlaváč and
 * Navara, "Sequential coordinate-wise algorithm for the non-negative least squares problem", CAIP 2005). Deterministic.
 */
final class NonNegativeLeastSquares {
    private static final int MAX_SWEEPS = 20_000;
    private static final double CLOSE = 1e-10;

    private NonNegativeLeastSquares() {}

    /**
     * Minimises |A x − b|² with x ≥ 0.
     *
     * @param rows the rows of A
     * @param values b
     * @return x
     */
    static double[] solve(double[][] rows, double... values) {
        int columns = rows[0].length;
        double[][] gram = new double[columns][columns];
        double[] gradient = new double[columns];
        for (int r = 0; r < rows.length; r++) {
            for (int i = 0; i < columns; i++) {
                if (rows[r][i] != 0) { // Most are 0: a piece has few kinds of kernels.
                    gradient[i] -= rows[r][i] * values[r];
                    for (int j = i; j < columns; j++) {
                        gram[i][j] += rows[r][i] * rows[r][j];
                    }
                }
            }
        }
        for (int i = 0; i < columns; i++) {
            for (int j = 0; j < i; j++) {
                gram[i][j] = gram[j][i];
            }
        }
        double[] x = new double[columns];
        for (int sweep = 0; sweep < MAX_SWEEPS; sweep++) {
            if (sweep(gram, gradient, x) < CLOSE) {
                break;
            }
        }
        return x;
    }

    /** Improves each coefficient once; returns the largest step in standard units. */
    private static double sweep(double[][] gram, double[] gradient, double[] x) {
        double largest = 0;
        for (int i = 0; i < x.length; i++) {
            if (gram[i][i] > 0) {
                double next = Math.max(0, x[i] - gradient[i] / gram[i][i]);
                double step = next - x[i];
                if (step != 0) {
                    x[i] = next;
                    for (int j = 0; j < x.length; j++) {
                        gradient[j] += step * gram[i][j];
                    }
                    largest = Math.max(largest, Math.abs(step) * Math.sqrt(gram[i][i]));
                }
            }
        }
        return largest;
    }
}
