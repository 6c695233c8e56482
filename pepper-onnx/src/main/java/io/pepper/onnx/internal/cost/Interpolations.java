package io.pepper.onnx.internal.cost;

import static io.pepper.onnx.internal.cost.FormulaTable.ONNX;

/** Operators that interpolate between points of the input. */
final class Interpolations {
    private static final String SOURCE = "Keys, Cubic convolution interpolation for digital image processing, 1981";
    private static final String TEXT =
            "(2 p^d − 1) × elements(Y): products with and sums of the p neighbours along each of d"
                    + " axes, p = 1, 2, 4 for nearest, linear, cubic; nearest is free";

    private Interpolations() {}

    static void addTo(FormulaTable table) {
        table.products(
                ONNX,
                TEXT + "; d counts the axes that change",
                SOURCE,
                call -> interpolate(call, neighbours(call.text("mode", "nearest")), changedAxes(call)),
                "Resize",
                "Upsample");
        table.products(
                ONNX,
                TEXT + "; d counts all spatial axes",
                SOURCE,
                call -> interpolate(
                        call, neighbours(call.text("mode", "linear")), Math.max(0, call.input(0).length - 2)),
                "GridSample");
    }

    private static long neighbours(String mode) {
        return switch (mode) {
            case "nearest" -> 1;
            case "cubic", "bicubic" -> 4;
            default -> 2;
        };
    }

    private static int changedAxes(OperatorCall call) throws OperatorCall.SizeMissing {
        long[] input = call.input(0);
        long[] output = call.output(0);
        int changed = 0;
        for (int axis = 0; axis < Math.min(input.length, output.length); axis++) {
            changed += input[axis] == output[axis] ? 0 : 1;
        }
        return changed;
    }

    private static Work interpolate(OperatorCall call, long neighbours, int axes) throws OperatorCall.SizeMissing {
        long points = 1;
        for (int axis = 0; axis < axes; axis++) {
            points = Math.multiplyExact(points, neighbours);
        }
        long each = points == 1 ? 0 : Math.multiplyExact(2, points) - 1;
        return Formula.flops(Math.multiplyExact(each, call.outputElements(0)));
    }
}
