package io.pepper.predict.internal.learn;

import io.pepper.workload.Kernel;
import io.pepper.workload.Workload;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The amounts of work on which the time of a piece depends on any device and runtime: few enough that the costs of a new
 * board follow from one to ten measurements. In contrast to {@link LinearTime}, layout changes that only some runtimes
 * insert are left out, and convolutions that Winograd's algorithm computes (Lavin and Gray, "Fast algorithms for
 * convolutional neural networks", CVPR 2016) are a term of their own. The amounts are weighted such that they take about
 * the same time on a typical processor.
 */
public final class CostTerms {
    private static final List<String> NAMES = List.of(
            "kernels",
            "convolution",
            "winograd",
            "first_convolution",
            "grouped_convolution",
            "depthwise",
            "product",
            "weights",
            "vector_weights",
            "convolution_bytes",
            "winograd_bytes",
            "elementwise",
            "functions",
            "pooling",
            "normalization",
            "local_normalization",
            "movement",
            "other");

    private static final int KERNELS = 0;
    private static final int CONVOLUTION = 1;
    private static final int WINOGRAD = 2;
    private static final int FIRST = 3;
    private static final int GROUPED = 4;
    private static final int DEPTHWISE = 5;
    private static final int PRODUCT = 6;
    private static final int WEIGHTS = 7;
    private static final int VECTOR_WEIGHTS = 8;
    private static final int CONVOLUTION_BYTES = 9;
    private static final int WINOGRAD_BYTES = 10;
    private static final int ELEMENTWISE = 11;
    private static final int FUNCTIONS = 12;
    private static final int POOLING = 13;
    private static final int NORMALIZATION = 14;
    private static final int LOCAL_NORMALIZATION = 15;
    private static final int MOVEMENT = 16;
    private static final int OTHER = 17;

    /** The time of an amount of 1, in seconds, on a processor of 10 GFLOP/s. */
    private static final double UNIT_SECONDS = 1e-10;

    /** A Winograd convolution takes this share of the time of its operations: it saves three quarters at most. */
    private static final double WINOGRAD_SHARE = 0.45;

    private static final double PER_KERNEL = 1e5;
    private static final double PER_BYTE = 4;
    private static final double PER_ELEMENTWISE_BYTE = 2;
    private static final double PER_NORMALIZED_BYTE = 8;
    private static final double PER_FUNCTION_BYTE = 20;
    private static final double PER_POOLED = 4;
    private static final double PER_LOCALLY_NORMALIZED = 20;

    /** The number of channels with which a convolution takes twice as long, since vector units wait. */
    private static final double CHANNELS = 4;

    private static final double WINOGRAD_CHANNELS = 16;
    private static final double WINOGRAD_WINDOW = 9;

    /** The side of the squares that Winograd's algorithm computes, in points; the last ones of a row are computed whole. */
    private static final double TILE = 4;

    private static final double FIRST_CHANNELS = 4;
    private static final double ELEMENT_BYTES = 4;

    /** A convolution without a stride has less than this number of input points for an output point. */
    private static final double UNSTRIDED = 1.6;

    private CostTerms() {}

    /**
     * Returns the names of the terms.
     *
     * @return the names in the order of the amounts
     */
    public static List<String> names() {
        return NAMES;
    }

    /**
     * Returns the costs of a typical device, on which all terms cost their unit.
     *
     * @return the logarithms of the costs, one for each term
     */
    public static double[] typical() {
        double[] costs = new double[NAMES.size()];
        costs[WINOGRAD] = Math.log(WINOGRAD_SHARE);
        return costs;
    }

    /**
     * Returns the amounts of a piece, in seconds on a processor of 10 GFLOP/s.
     *
     * @param work the piece's workload; unknown numbers count as 0
     * @return an amount of 0 or more for each term
     */
    public static double[] amounts(Workload work) {
        double[] row = new double[NAMES.size()];
        work.kernels().forEach(kernel -> add(kernel, row));
        for (int i = 0; i < row.length; i++) {
            row[i] *= UNIT_SECONDS;
        }
        return row;
    }

    private static void add(Kernel kernel, double[] row) {
        double times = kernel.times();
        double flops = times * known(kernel.flops());
        double bytes = times * (known(kernel.inputBytes()) + known(kernel.outputBytes()));
        switch (kernel.family()) {
            case BLOCKING, UNBLOCKING, VIEW -> {
                return; // Not every runtime has them.
            }
            case CONVOLUTION,
                    NARROW_CONVOLUTION,
                    POINTWISE_CONVOLUTION,
                    UNFOLDED_CONVOLUTION,
                    DEPTHWISE_CONVOLUTION,
                    TRANSPOSED_CONVOLUTION -> convolution(kernel, row);
            case PRODUCT, ATTENTION -> product(kernel, row);
            case LOCAL_NORMALIZATION -> row[LOCAL_NORMALIZATION] += PER_LOCALLY_NORMALIZED * flops;
            case ELEMENTWISE -> row[ELEMENTWISE] += PER_ELEMENTWISE_BYTE * bytes;
            case EXPONENTIAL, SIGMOID, ERROR_FUNCTION, TRANSCENDENTAL -> {
                row[ELEMENTWISE] += PER_ELEMENTWISE_BYTE * bytes;
                row[FUNCTIONS] += PER_FUNCTION_BYTE * times * known(kernel.outputBytes());
            }
            case POOLING, UNBLOCKED_POOLING -> row[POOLING] += PER_POOLED * flops;
            case NORMALIZATION, LAYER_NORMALIZATION, SUM_NORMALIZATION ->
                row[NORMALIZATION] += PER_NORMALIZED_BYTE * bytes;
            case RESIZING, TRANSPOSITION, CONCATENATION, COPY, PADDING, MOVEMENT -> row[MOVEMENT] += PER_BYTE * bytes;
            case QUANTIZED, QUANTIZATION, RECURRENT -> row[OTHER] += flops + PER_BYTE * bytes;
        }
        row[KERNELS] += PER_KERNEL * times;
    }

    private static void product(Kernel kernel, double[] row) {
        double times = kernel.times();
        double flops = known(kernel.flops());
        double weights = known(kernel.weightBytes());
        if (weights > 0 && flops <= ELEMENT_BYTES * weights) { // A vector times a matrix waits for the matrix.
            row[VECTOR_WEIGHTS] += PER_BYTE * times * weights;
        } else {
            row[PRODUCT] += times * flops;
            row[WEIGHTS] += PER_BYTE * times * weights;
            row[CONVOLUTION_BYTES] += PER_BYTE * times * (known(kernel.inputBytes()) + known(kernel.outputBytes()));
        }
    }

    private static void convolution(Kernel kernel, double[] row) {
        double groups = Math.max(1, kernel.groups());
        double window = Math.max(1, kernel.window());
        double inputs = Math.max(1, kernel.depth() / window);
        double outputs = Math.max(1, kernel.channels() / groups);
        double flops = kernel.times() * known(kernel.flops());
        double bytes = PER_BYTE * kernel.times() * (known(kernel.inputBytes()) + known(kernel.outputBytes()));
        double padded = flops * (1 + CHANNELS / inputs + CHANNELS / outputs);
        boolean wide = inputs >= WINOGRAD_CHANNELS && outputs >= WINOGRAD_CHANNELS;
        double points = known(kernel.outputBytes()) / ELEMENT_BYTES / (outputs * groups);
        if (groups > 1 && inputs <= 1) {
            row[DEPTHWISE] += flops;
        } else if (groups > 1 && !wide) {
            row[GROUPED] += padded;
        } else if (wide && window == WINOGRAD_WINDOW && isUnstrided(kernel, inputs * groups, points)) {
            row[WINOGRAD] += flops * tiles(points) * (1 + WINOGRAD_CHANNELS / inputs + WINOGRAD_CHANNELS / outputs);
            row[WINOGRAD_BYTES] += bytes;
            row[WEIGHTS] += PER_BYTE * kernel.times() * known(kernel.weightBytes());
            return;
        } else if (inputs <= FIRST_CHANNELS && window > 1) {
            row[FIRST] += flops;
        } else {
            row[CONVOLUTION] += padded;
            row[WEIGHTS] += PER_BYTE * kernel.times() * known(kernel.weightBytes());
        }
        row[CONVOLUTION_BYTES] += bytes;
    }

    private static boolean isUnstrided(Kernel kernel, double channels, double points) {
        return known(kernel.inputBytes()) / ELEMENT_BYTES / channels < UNSTRIDED * points;
    }

    /** Returns the points that are computed for each point of the result. */
    private static double tiles(double points) {
        double side = Math.sqrt(points);
        double computed = Math.ceil(side / TILE - 1e-9) * TILE;
        return side > 0 ? computed * computed / points : 1;
    }

    private static double known(OptionalDouble value) {
        return value.orElse(0);
    }
}
