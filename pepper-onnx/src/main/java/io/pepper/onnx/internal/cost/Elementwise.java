package io.pepper.onnx.internal.cost;

import static io.pepper.onnx.internal.cost.FormulaTable.MICROSOFT;
import static io.pepper.onnx.internal.cost.FormulaTable.ML;
import static io.pepper.onnx.internal.cost.FormulaTable.ONNX;

/** Operators that compute each element of the output separately. An elementary function is one operation. */
final class Elementwise {
    private static final String SOURCE = "the operator's specification, taken literally";

    private Elementwise() {}

    static void addTo(FormulaTable table) {
        add(
                table,
                1,
                "Abs Acos Acosh Asin Asinh Atan Atanh Ceil Cos Cosh Erf Exp Floor IsInf IsNaN Log Neg Not BitwiseNot"
                        + " Reciprocal Relu Round Sign Sin Sinh Sqrt Tan Tanh ThresholdedRelu");
        add(
                table,
                1,
                "Add Sub Mul Div Pow Mod And Or Xor BitwiseAnd BitwiseOr BitwiseXor BitShift Equal Greater GreaterOrEqual"
                        + " Less LessOrEqual");
        add(table, 2, "Clip LeakyRelu PRelu Shrink");
        add(table, 3, "Softplus Softsign");
        add(table, 4, "Sigmoid HardSigmoid Elu");
        add(table, 5, "Celu Selu Gelu HardSwish Mish Swish");
        table.cheap(ONNX, "(inputs − 1) × elements(Y)", SOURCE, call -> variadic(call, -1), "Max", "Min", "Sum");
        table.cheap(ONNX, "inputs × elements(Y)", SOURCE, call -> variadic(call, 0), "Mean");
        microsoft(table, 5, "Gelu");
        microsoft(table, 6, "BiasGelu QuickGelu");
        table.cheap(
                MICROSOFT,
                "9 × elements(Y); + elements(Y) for a bias",
                SOURCE,
                call -> Formula.flops(Math.multiplyExact(call.has(1) ? 10L : 9L, call.outputElements(0))),
                "FastGelu");
        table.cheap(ML, "2 × elements(Y)", SOURCE, Formula.each(2), "Scaler");
        table.cheap(ML, "elements(Y)", SOURCE, Formula.each(1), "Binarizer", "Imputer");
    }

    private static void add(FormulaTable table, long each, String types) {
        table.cheap(ONNX, text(each), SOURCE, Formula.each(each), types.split(" "));
    }

    private static void microsoft(FormulaTable table, long each, String types) {
        table.cheap(MICROSOFT, text(each), SOURCE, Formula.each(each), types.split(" "));
    }

    private static String text(long each) {
        return each == 1 ? "elements(Y)" : each + " × elements(Y)";
    }

    private static Work variadic(OperatorCall call, long more) throws OperatorCall.SizeMissing {
        long each = Math.max(0, call.inputCount() + more);
        return Formula.flops(Math.multiplyExact(each, call.outputElements(0)));
    }
}
