package io.pepper.onnx.internal.cost;

import static io.pepper.onnx.internal.cost.FormulaTable.MICROSOFT;
import static io.pepper.onnx.internal.cost.FormulaTable.ONNX;

import io.pepper.workload.KernelFamily;
import java.util.Arrays;
import java.util.Optional;

/**
 * Convolutions: each element of the output is the product of a window of the input with a filter. Padding is computed,
 * too.
 */
final class Convolutions {
    private static final String SOURCE =
            "Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016";
    private static final int QUANTISED_WEIGHT = 3;
    private static final int QUANTISED_BIAS = 8;

    /** Bilinear interpolation between four neighbours: four products, three sums. */
    private static final long BILINEAR = 7;

    static final int MIN_RANK = 3;

    private Convolutions() {}

    static void addTo(FormulaTable table) {
        String text = "MACs = elements(Y) × C/group × Π kernel; + elements(Y) for a bias";
        table.products(ONNX, text, SOURCE, call -> conv(call, 1, 2), "Conv");
        table.products(ONNX, text, SOURCE, call -> conv(call, 1, -1), "ConvInteger");
        table.products(ONNX, text, SOURCE, call -> conv(call, QUANTISED_WEIGHT, QUANTISED_BIAS), "QLinearConv");
        table.products(MICROSOFT, text, SOURCE, call -> conv(call, QUANTISED_WEIGHT, QUANTISED_BIAS), "QLinearConv");
        table.products(MICROSOFT, text, SOURCE, call -> conv(call, 1, 2), "NhwcConv");
        table.products(
                MICROSOFT,
                text + "; + elements(Y) for an activation",
                SOURCE,
                call -> conv(call, 1, 2).plus(activation(call)),
                "FusedConv",
                "NhwcFusedConv");
        table.products(
                ONNX,
                "MACs = elements(X) × M/group × Π kernel; + elements(Y) for a bias",
                SOURCE,
                Convolutions::transposed,
                "ConvTranspose");
        table.products(
                ONNX,
                "as Conv; + 7 × N × C × Π output × Π kernel for interpolation, and as many for a mask as a product takes",
                "Dai and others, Deformable convolutional networks, 2017",
                Convolutions::deformable,
                "DeformConv");
    }

    static boolean isConvolution(String type) {
        return type.equals("Conv")
                || type.equals("ConvTranspose")
                || type.equals("ConvInteger")
                || type.equals("QLinearConv");
    }

    /** Returns the kind of convolution, as far as its filter determines it. */
    static KernelFamily family(OperatorCall call) {
        if (call.type().equals("ConvTranspose")) {
            return KernelFamily.TRANSPOSED_CONVOLUTION;
        }
        KernelShape shape = KernelShape.of(call, name -> Optional.empty());
        if (shape.groups() > 1) {
            return shape.depth() == shape.window()
                    ? KernelFamily.DEPTHWISE_CONVOLUTION
                    : KernelFamily.UNFOLDED_CONVOLUTION;
        }
        if (shape.window() == 0) {
            return KernelFamily.CONVOLUTION;
        }
        if (shape.isOfFewChannels() || shape.channels() < KernelShape.VECTOR) {
            return KernelFamily.NARROW_CONVOLUTION;
        }
        return shape.window() == 1 ? KernelFamily.POINTWISE_CONVOLUTION : KernelFamily.CONVOLUTION;
    }

    /** The filter is [M, C/group, kernel…]. */
    private static Work conv(OperatorCall call, int weight, int bias) throws OperatorCall.SizeMissing {
        long[] filter = call.input(weight, MIN_RANK);
        long outputs = call.outputElements(0);
        long perOutput = OperatorCall.product(Arrays.copyOfRange(filter, 1, filter.length));
        Work work = Formula.macs(Math.multiplyExact(outputs, perOutput));
        return bias >= 0 && call.has(bias) ? work.plus(Formula.flops(outputs)) : work;
    }

    private static Work activation(OperatorCall call) throws OperatorCall.SizeMissing {
        return call.text("activation", "").isEmpty() ? Work.NONE : Formula.flops(call.outputElements(0));
    }

    /** The filter is [C, M/group, kernel…]. */
    private static Work transposed(OperatorCall call) throws OperatorCall.SizeMissing {
        long[] filter = call.input(1, MIN_RANK);
        long perInput = OperatorCall.product(Arrays.copyOfRange(filter, 1, filter.length));
        Work work = Formula.macs(Math.multiplyExact(call.inputElements(0), perInput));
        return call.has(2) ? work.plus(Formula.flops(call.outputElements(0))) : work;
    }

    private static Work deformable(OperatorCall call) throws OperatorCall.SizeMissing {
        final int maskInput = 4;
        long[] filter = call.input(1, MIN_RANK);
        long[] input = call.input(0, MIN_RANK);
        long[] output = call.output(0);
        if (output.length < MIN_RANK) {
            throw call.missingOutput(0);
        }
        long positions = OperatorCall.product(Arrays.copyOfRange(output, 2, output.length));
        long taps = OperatorCall.product(Arrays.copyOfRange(filter, 2, filter.length));
        long samples = OperatorCall.product(input[0], input[1], positions, taps);
        long each = call.has(maskInput) ? BILINEAR + 1 : BILINEAR;
        final int bias = 3;
        return conv(call, 1, bias).plus(Formula.flops(Math.multiplyExact(each, samples)));
    }
}
