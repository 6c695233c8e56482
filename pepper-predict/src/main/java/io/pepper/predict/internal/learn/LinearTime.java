package io.pepper.predict.internal.learn;

import io.pepper.cost.FamilyWork;
import io.pepper.cost.Measure;
import io.pepper.cost.OperatorFamily;
import io.pepper.cost.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Time as a sum with coefficients of 0 or more: so much for each operator, each operation and each byte of a family, the latter
 * two once divided among the threads and once not, so that their mixture is Amdahl's law; more for each operator that threads
 * share; and what weights take that no cache holds. Fitted to relative errors. Trees learn what is left.
 */
public final class LinearTime {
    private static final List<String> PARTS =
            List.of("operators", "operators_shared", "flops", "flops_divided", "bytes", "bytes_divided");

    private static final List<OperatorFamily> FAMILIES = List.of(OperatorFamily.values());

    private static final List<Long> WEIGHTS_BEYOND_MIB = List.of(1L, 8L, 32L);

    /** Nothing takes less. */
    private static final double LEAST_SECONDS = 1e-7;

    private final double[] coefficients;

    /**
     * Takes coefficients.
     *
     * @param coefficients seconds for each of {@link #terms}
     * @throws IllegalArgumentException if there are too few or too many, or one is negative or no number
     */
    public LinearTime(double... coefficients) {
        if (coefficients.length != terms().size()) {
            throw new IllegalArgumentException(
                    coefficients.length + " coefficients, there are " + terms().size() + " terms");
        }
        for (double coefficient : coefficients) {
            if (!(coefficient >= 0 && coefficient < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("coefficient " + coefficient + " is not finite and 0 or more");
            }
        }
        this.coefficients = coefficients.clone();
    }

    /**
     * The names of the terms.
     *
     * @return family by family
     */
    public static List<String> terms() {
        List<String> terms = new ArrayList<>();
        for (OperatorFamily family : FAMILIES) {
            PARTS.forEach(part -> terms.add(family.name().toLowerCase(Locale.ROOT) + "_" + part));
        }
        WEIGHTS_BEYOND_MIB.forEach(size -> terms.add("weights_beyond_" + size + "_mib"));
        terms.add("once");
        terms.add("once_shared");
        return terms;
    }

    /**
     * The coefficients.
     *
     * @return seconds for each of {@link #terms}
     */
    public double[] coefficients() {
        return coefficients.clone();
    }

    /**
     * Fits coefficients.
     *
     * @param works what ran
     * @param threads the threads of each
     * @param seconds how long each took
     * @return the fit of the least sum of squared relative errors
     */
    public static LinearTime fit(List<Workload> works, List<Integer> threads, List<Double> seconds) {
        int columns = terms().size();
        double[] scale = new double[columns];
        double[][] rows = new double[works.size()][];
        double[] ones = new double[works.size()];
        for (int r = 0; r < rows.length; r++) {
            rows[r] = row(works.get(r), threads.get(r));
            ones[r] = 1;
            for (int i = 0; i < columns; i++) {
                rows[r][i] /= seconds.get(r);
                scale[i] += rows[r][i] * rows[r][i];
            }
        }
        for (int i = 0; i < columns; i++) {
            scale[i] = scale[i] > 0 ? Math.sqrt(scale[i]) : 1;
            for (double[] row : rows) {
                row[i] /= scale[i];
            }
        }
        double[] fitted = NonNegativeLeastSquares.solve(rows, ones);
        for (int i = 0; i < columns; i++) {
            fitted[i] /= scale[i];
        }
        return new LinearTime(fitted);
    }

    private static double[] row(Workload work, int threads) {
        double[] row = new double[terms().size()];
        int at = 0;
        for (OperatorFamily family : FAMILIES) {
            FamilyWork part = work.of(family);
            row[at] = (double) part.operators();
            row[at + 1] = threads > 1 ? part.operators() : 0.0;
            row[at + 2] = known(part.flops());
            row[at + 3] = row[at + 2] / threads;
            row[at + 4] = known(part.bytes());
            row[at + 5] = row[at + 4] / threads;
            at += PARTS.size();
        }
        for (long size : WEIGHTS_BEYOND_MIB) {
            row[at] = beyond(work, size);
            at++;
        }
        row[at] = 1;
        row[at + 1] = threads > 1 ? 1 : 0;
        return row;
    }

    /** What of the weights does not fit a cache of a size, and comes from memory in each run. */
    private static double beyond(Workload work, long mebibytes) {
        return Math.max(0, known(work.get(Measure.STREAMED_BYTES)) - (mebibytes << 20));
    }

    private static double known(double value) {
        return Double.isNaN(value) ? 0 : value;
    }

    /**
     * The time of a piece on an otherwise idle device. Allocates nothing.
     *
     * @param work what runs
     * @param threads the threads that it may use
     * @return seconds, more than 0
     */
    public double seconds(Workload work, int threads) {
        double sum = 0;
        int at = 0;
        for (int i = 0; i < FAMILIES.size(); i++) {
            FamilyWork part = work.of(FAMILIES.get(i));
            double flops = known(part.flops());
            double bytes = known(part.bytes());
            sum += (coefficients[at] + (threads > 1 ? coefficients[at + 1] : 0)) * part.operators()
                    + (coefficients[at + 2] + coefficients[at + 3] / threads) * flops
                    + (coefficients[at + 4] + coefficients[at + 5] / threads) * bytes;
            at += PARTS.size();
        }
        for (int i = 0; i < WEIGHTS_BEYOND_MIB.size(); i++) {
            sum += coefficients[at] * beyond(work, WEIGHTS_BEYOND_MIB.get(i));
            at++;
        }
        sum += coefficients[at] + (threads > 1 ? coefficients[at + 1] : 0);
        return Math.max(LEAST_SECONDS, sum);
    }
}
