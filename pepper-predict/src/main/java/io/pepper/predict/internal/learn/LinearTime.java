package io.pepper.predict.internal.learn;

import io.pepper.workload.Kernel;
import io.pepper.workload.KernelFamily;
import io.pepper.workload.Workload;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A linear model of time: a sum over kernels with coefficients of 0 or more. Each family has a time per kernel,
 * operation and byte. Each term exists divided by the number of threads and undivided; their mixture is Amdahl's law.
 * Further terms cover work that is {@linkplain Vectors#hard hard} for vector units, bytes beyond a core's cache,
 * weights that are reloaded in each run, and the start of multi-threaded kernels. The model is fitted to relative
 * errors; trees learn the remainder.
 */
public final class LinearTime {
    private static final List<String> PARTS = List.of(
            "kernels",
            "flops",
            "flops_divided",
            "bytes",
            "bytes_divided",
            "weights",
            "weights_divided",
            "far_bytes",
            "far_bytes_divided",
            "hard",
            "hard_divided");

    private static final int HARD = PARTS.indexOf("hard");

    private static final List<KernelFamily> FAMILIES = List.of(KernelFamily.values());

    /** Operations per byte of weights above which weights count as used some times, and as used often. */
    private static final double[] REUSE = {2, 64};

    private static final List<String> REUSED = List.of("once", "some", "often");
    private static final double[] CACHES_MIB = {1, 4, 16};

    /** Bytes of a kernel's activations that fit near the core. */
    private static final double NEAR_BYTES = 500_000;

    private static final double FARTHER_BYTES = 16 * NEAR_BYTES;

    /**
     * Kernels below this amount of work run on one thread. The work is their operations plus a number of operations per
     * byte.
     */
    private static final double WORTH_DIVIDING = 1e6;

    private static final double OPERATIONS_PER_BYTE = 4;

    /** A lower bound on all times. */
    private static final double MIN_SECONDS = 1e-7;

    /**
     * Number of fits. Later fits weight rows with a large error less, which approximates the least sum of absolute
     * errors.
     */
    private static final int ROUNDS = 5;

    private static final double NEGLIGIBLE_ERROR = 0.05;
    private static final double MIN_RATIO = 1e-9;

    /** The index of the first term of each family. */
    private static final Map<KernelFamily, Integer> PLACES = places();

    private static final List<String> TERMS = names();
    private static final int COLD = FAMILIES.size() * PARTS.size() + 2;
    private static final int REST = COLD + REUSED.size() * CACHES_MIB.length;

    private final double[] coefficients;

    /**
     * Creates a model.
     *
     * @param coefficients the coefficients in seconds, one for each of {@link #terms}
     * @throws IllegalArgumentException if the number of coefficients differs, or one is negative, infinite or NaN
     */
    public LinearTime(double... coefficients) {
        if (coefficients.length != TERMS.size()) {
            throw new IllegalArgumentException(
                    coefficients.length + " coefficients, there are " + TERMS.size() + " terms");
        }
        for (double coefficient : coefficients) {
            if (!(coefficient >= 0 && coefficient < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("coefficient " + coefficient + " is not finite and 0 or more");
            }
        }
        this.coefficients = coefficients.clone();
    }

    private static Map<KernelFamily, Integer> places() {
        Map<KernelFamily, Integer> places = new EnumMap<>(KernelFamily.class);
        FAMILIES.forEach(family -> places.put(family, places.size() * PARTS.size()));
        return places;
    }

    private static List<String> names() {
        List<String> terms = new ArrayList<>();
        for (KernelFamily family : FAMILIES) {
            PARTS.forEach(part -> terms.add(family.name().toLowerCase(Locale.ROOT) + "_" + part));
        }
        terms.add("farther_bytes");
        terms.add("farther_bytes_divided");
        for (String used : REUSED) {
            for (double cache : CACHES_MIB) {
                terms.add("weights_used_" + used + "_beyond_" + Math.round(cache) + "_mib");
            }
        }
        terms.addAll(List.of("kernels_divided", "kernels_many_threads", "once", "once_many_threads"));
        return List.copyOf(terms);
    }

    /**
     * Returns the names of the terms.
     *
     * @return the names, family by family
     */
    public static List<String> terms() {
        return TERMS;
    }

    /**
     * Returns the coefficients.
     *
     * @return seconds for each of {@link #terms}
     */
    public double[] coefficients() {
        return coefficients.clone();
    }

    /**
     * A fitted model.
     *
     * @param time the model
     * @param borrowed the families of which the records say too little, each with the family whose coefficients it has
     */
    public record Fit(LinearTime time, Map<KernelFamily, KernelFamily> borrowed) {}

    /**
     * Fits the coefficients. A family of which the records say too little has those of a similar family.
     *
     * @param works the workloads that ran
     * @param threads the number of threads of each
     * @param seconds the time of each, in seconds
     * @return a model with a nearly minimal sum of relative errors
     */
    public static Fit fit(List<Workload> works, List<Integer> threads, List<Double> seconds) {
        double[][] rows = new double[works.size()][TERMS.size()];
        for (int r = 0; r < rows.length; r++) {
            fill(works.get(r), threads.get(r), rows[r]);
            for (int i = 0; i < rows[r].length; i++) {
                rows[r][i] /= seconds.get(r);
            }
        }
        double[] fitted = robust(rows);
        Map<KernelFamily, KernelFamily> borrowed = borrowed(works, rows, fitted);
        if (!borrowed.isEmpty()) {
            for (double[] row : rows) {
                borrowed.forEach((to, from) -> lend(row, to, from));
            }
            fitted = robust(rows);
            for (Map.Entry<KernelFamily, KernelFamily> pair : borrowed.entrySet()) {
                int most = Neighbours.shareHard(pair.getKey(), pair.getValue()) ? PARTS.size() : HARD;
                System.arraycopy(
                        fitted,
                        PLACES.getOrDefault(pair.getValue(), 0),
                        fitted,
                        PLACES.getOrDefault(pair.getKey(), 0),
                        most);
            }
        }
        return new Fit(new LinearTime(fitted), borrowed);
    }

    private static double[] robust(double[]... rows) {
        double[] weights = new double[rows.length];
        Arrays.fill(weights, 1);
        double[] fitted = fit(rows, weights);
        for (int round = 1; round < ROUNDS; round++) {
            for (int r = 0; r < rows.length; r++) {
                double error = Math.abs(Math.log(Math.max(MIN_RATIO, product(rows[r], fitted))));
                weights[r] = 1 / Math.sqrt(Math.max(NEGLIGIBLE_ERROR, error));
            }
            fitted = fit(rows, weights);
        }
        return fitted;
    }

    /** Returns the families of which the records say too little, each with a similar one of which they say enough. */
    private static Map<KernelFamily, KernelFamily> borrowed(List<Workload> works, double[][] rows, double... fitted) {
        Neighbours neighbours = new Neighbours();
        for (int r = 0; r < rows.length; r++) {
            double all = product(rows[r], fitted);
            for (KernelFamily family : FAMILIES) {
                double own = 0;
                int at = PLACES.getOrDefault(family, 0);
                for (int i = at; i < at + PARTS.size(); i++) {
                    own += rows[r][i] * fitted[i];
                }
                neighbours.see(family, works.get(r), own / all);
            }
        }
        return neighbours.borrowed(FAMILIES);
    }

    /** Moves the amounts of a family to another one, so that both have the same coefficients. */
    private static void lend(double[] row, KernelFamily to, KernelFamily from) {
        int most = Neighbours.shareHard(to, from) ? PARTS.size() : HARD;
        int at = PLACES.getOrDefault(to, 0);
        int other = PLACES.getOrDefault(from, 0);
        for (int i = 0; i < most; i++) {
            row[other + i] += row[at + i];
            row[at + i] = 0;
        }
    }

    /** Minimises the weighted squares of the rows' distances from 1, after scaling the columns to equal length. */
    private static double[] fit(double[][] rows, double... weights) {
        int columns = rows[0].length;
        double[] scale = new double[columns];
        double[][] scaled = new double[rows.length][columns];
        for (int r = 0; r < rows.length; r++) {
            for (int i = 0; i < columns; i++) {
                scaled[r][i] = rows[r][i] * weights[r];
                scale[i] += scaled[r][i] * scaled[r][i];
            }
        }
        for (int i = 0; i < columns; i++) {
            scale[i] = scale[i] > 0 ? Math.sqrt(scale[i]) : 1;
            for (double[] row : scaled) {
                row[i] /= scale[i];
            }
        }
        double[] fitted = NonNegativeLeastSquares.solve(scaled, weights);
        for (int i = 0; i < columns; i++) {
            fitted[i] /= scale[i];
        }
        return fitted;
    }

    private static double product(double[] row, double... coefficients) {
        double sum = 0;
        for (int i = 0; i < row.length; i++) {
            sum += row[i] * coefficients[i];
        }
        return sum;
    }

    /** Adds the amounts of a workload for each term to a row of zeros. */
    private static void fill(Workload work, int threads, double[] row) {
        List<Kernel> kernels = work.kernels();
        double all = 0;
        for (int i = 0; i < kernels.size(); i++) {
            Kernel kernel = kernels.get(i);
            double weights = kernel.weightBytes().orElse(0);
            all += kernel.times() * weights;
            row[COLD + CACHES_MIB.length * reuse(kernel.flops().orElse(0), weights)] += kernel.times() * weights;
            add(kernel, threads, row);
        }
        for (int at = COLD; at < REST; at += CACHES_MIB.length) {
            double used = row[at];
            for (int cache = 0; cache < CACHES_MIB.length; cache++) {
                row[at + cache] = all > 0 ? used * Math.max(0, 1 - CACHES_MIB[cache] * (1 << 20) / all) : 0;
            }
        }
        row[REST + 2] = 1;
        row[REST + 3] = threads > 1 ? 1 : 0;
    }

    private static int reuse(double flops, double weights) {
        return flops <= REUSE[0] * weights ? 0 : flops < REUSE[1] * weights ? 1 : 2;
    }

    private static void add(Kernel kernel, int threads, double[] row) {
        double flops = kernel.flops().orElse(0);
        double weights = kernel.weightBytes().orElse(0);
        double bytes = kernel.inputBytes().orElse(0) + kernel.outputBytes().orElse(0);
        int sharers = flops + OPERATIONS_PER_BYTE * bytes >= WORTH_DIVIDING ? threads : 1;
        double times = kernel.times();
        int at = PLACES.getOrDefault(kernel.family(), 0);
        row[at] += times;
        both(row, at + 1, times * flops * Vectors.padding(kernel), sharers);
        both(row, at + 3, times * bytes, sharers);
        both(row, at + 5, times * weights, sharers);
        both(row, at + 7, times * Math.max(0, bytes - NEAR_BYTES), sharers);
        both(row, at + 9, times * Vectors.hard(kernel), sharers);
        both(row, COLD - 2, times * Math.max(0, bytes - FARTHER_BYTES), sharers);
        row[REST] += sharers > 1 ? times : 0;
        row[REST + 1] += threads > 1 ? times : 0;
    }

    private static void both(double[] row, int at, double value, int sharers) {
        row[at] += value;
        row[at + 1] += value / sharers;
    }

    /**
     * Returns the time of a piece on an otherwise idle device. Allocates nothing.
     *
     * @param work the piece's workload
     * @param threads number of threads that it may use
     * @param room a buffer with an element for each of {@link #terms}; its content is overwritten
     * @return seconds, more than 0
     */
    public double seconds(Workload work, int threads, double[] room) {
        Arrays.fill(room, 0);
        fill(work, threads, room);
        return Math.max(MIN_SECONDS, product(room, coefficients));
    }
}
