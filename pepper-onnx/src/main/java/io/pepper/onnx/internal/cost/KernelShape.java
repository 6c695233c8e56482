package io.pepper.onnx.internal.cost;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The shape of an operator's arithmetic, which determines how efficiently a processor executes it. A number is 0 if it
 * does not apply or is unknown.
 *
 * @param depth number of products or elements per output element; for an operator that moves data, the number of
 *     neighbouring elements that it copies at once
 * @param channels number of output channels or columns; pooling keeps its channels
 * @param window number of elements in a window
 * @param groups number of groups of a convolution
 */
public record KernelShape(double depth, double channels, double window, double groups) {
    private static final KernelShape NONE = new KernelShape(0, 0, 0, 0);

    private static final Set<String> PRODUCTS = Set.of(
            "MatMul",
            "Gemm",
            "FusedGemm",
            "FusedMatMul",
            "MatMulInteger",
            "MatMulIntegerToFloat",
            "DynamicQuantizeMatMul");

    /** Products whose weights are packed, with their numbers of rows and columns as attributes. */
    private static final Set<String> PACKED_PRODUCTS = Set.of("MatMulNBits", "MatMulBnb4");

    private static final Set<String> ROWS = Set.of(
            "Softmax",
            "LogSoftmax",
            "LayerNormalization",
            "SkipLayerNormalization",
            "RMSNormalization",
            "SimplifiedLayerNormalization",
            "SkipSimplifiedLayerNormalization",
            "ReduceMean",
            "ReduceSum",
            "ReduceMax",
            "ReduceMin",
            "ArgMax");

    /** Number of 32-bit values in a vector register of current larger processors. */
    static final int VECTOR = 16;

    /** Divisor of the numbers of channels that can be laid out in blocks. */
    static final int ALIGNMENT = 4;

    /**
     * Returns whether this is a convolution with fewer channels than a vector has elements. It takes its input without
     * blocks.
     *
     * @return true if it is
     */
    public boolean isOfFewChannels() {
        return window > 0 && groups == 1 && depth / window < VECTOR;
    }

    static KernelShape of(OperatorCall call, Function<String, Optional<long[]>> constants) {
        try {
            return ContiguousRun.TYPES.contains(call.type())
                    ? new KernelShape(ContiguousRun.of(call, constants), 0, 0, 0)
                    : known(call);
        } catch (OperatorCall.SizeMissing | ArithmeticException unknown) {
            return NONE;
        }
    }

    private static KernelShape known(OperatorCall call) throws OperatorCall.SizeMissing {
        String type = call.type();
        if (Convolutions.isConvolution(type)) {
            return convolution(call, type.equals("QLinearConv") ? 3 : 1);
        } else if (PRODUCTS.contains(type) || type.equals("QLinearMatMul")) {
            return product(call, type.equals("QLinearMatMul") ? 3 : 1);
        } else if (PACKED_PRODUCTS.contains(type)) {
            return new KernelShape(Math.max(0, call.integer("K", 0)), Math.max(0, call.integer("N", 0)), 0, 0);
        } else if (type.endsWith("Pool")) {
            double window = window(call);
            return new KernelShape(window, call.input(0, Convolutions.MIN_RANK)[1], window, 0);
        } else if (ROWS.contains(type)) {
            long[] input = call.input(0, 1);
            return new KernelShape(input[input.length - 1], 0, 0, 0);
        }
        return NONE;
    }

    private static KernelShape convolution(OperatorCall call, int weight) throws OperatorCall.SizeMissing {
        long[] filter = call.input(weight, Convolutions.MIN_RANK);
        double window = OperatorCall.product(Arrays.copyOfRange(filter, 2, filter.length));
        double groups = call.integer("group", 1);
        boolean transposed = call.type().endsWith("Transpose");
        double channels = transposed ? filter[1] * groups : filter[0];
        double depth = (transposed ? filter[0] / Math.max(1, groups) : filter[1]) * window;
        return new KernelShape(depth, channels, window, Math.max(0, groups));
    }

    private static KernelShape product(OperatorCall call, int right) throws OperatorCall.SizeMissing {
        long[] left = call.input(0, 1);
        long[] other = call.input(right, 1);
        boolean turned = call.integer("transB", 0) != 0;
        double depth = call.integer("transA", 0) != 0 ? left[0] : left[left.length - 1];
        return new KernelShape(depth, turned ? other[0] : other[other.length - 1], 0, 0);
    }

    private static double window(OperatorCall call) throws OperatorCall.SizeMissing {
        if (call.type().contains("Global")) {
            long[] input = call.input(0, Convolutions.MIN_RANK);
            return OperatorCall.product(Arrays.copyOfRange(input, 2, input.length));
        }
        return call.productOf("kernel_shape").orElse(0L);
    }
}
