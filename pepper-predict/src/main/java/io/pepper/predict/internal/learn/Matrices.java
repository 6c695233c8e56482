package io.pepper.predict.internal.learn;

/** Small symmetric positive definite matrices, by Cholesky's decomposition. */
final class Matrices {
    private static final double MIN_PIVOT = 1e-12;

    private Matrices() {}

    /** Returns x with A x = b. */
    static double[] solve(double[][] matrix, double... values) {
        return solved(factor(matrix), values);
    }

    static double[][] inverse(double[][] matrix) {
        double[][] lower = factor(matrix);
        double[][] inverse = new double[matrix.length][];
        for (int i = 0; i < matrix.length; i++) {
            double[] unit = new double[matrix.length];
            unit[i] = 1;
            inverse[i] = solved(lower, unit);
        }
        return inverse;
    }

    static double logDeterminant(double[][] matrix) {
        double[][] lower = factor(matrix);
        double sum = 0;
        for (int i = 0; i < lower.length; i++) {
            sum += 2 * Math.log(lower[i][i]);
        }
        return sum;
    }

    static double largest(double... values) {
        double largest = 0;
        for (double value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    private static double[][] factor(double[][] matrix) {
        int size = matrix.length;
        double[][] lower = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = matrix[i][j];
                for (int k = 0; k < j; k++) {
                    sum -= lower[i][k] * lower[j][k];
                }
                lower[i][j] = i == j ? Math.sqrt(Math.max(MIN_PIVOT, sum)) : sum / lower[j][j];
            }
        }
        return lower;
    }

    private static double[] solved(double[][] lower, double... values) {
        double[] x = values.clone();
        for (int i = 0; i < x.length; i++) {
            for (int k = 0; k < i; k++) {
                x[i] -= lower[i][k] * x[k];
            }
            x[i] /= lower[i][i];
        }
        for (int i = x.length - 1; i >= 0; i--) {
            for (int k = i + 1; k < x.length; k++) {
                x[i] -= lower[k][i] * x[k];
            }
            x[i] /= lower[i][i];
        }
        return x;
    }
}
