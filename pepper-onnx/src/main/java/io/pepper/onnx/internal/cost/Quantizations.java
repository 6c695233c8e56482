package io.pepper.onnx.internal.cost;

import static io.pepper.onnx.internal.cost.FormulaTable.MICROSOFT;
import static io.pepper.onnx.internal.cost.FormulaTable.ONNX;

/** Conversions to and from scaled integers, and elementwise operators on these. */
final class Quantizations {
    private static final String SOURCE = "Jacob and others, Quantization and training of neural networks, 2018, 2.1";

    /** Quotient, rounding, shift, saturation. */
    private static final long QUANTIZE = 4;

    /** Shift, scale. */
    static final long DEQUANTIZE = 2;

    /** Minimum, maximum, then as QUANTIZE. */
    static final long DYNAMIC = QUANTIZE + 2;

    private Quantizations() {}

    static void addTo(FormulaTable table) {
        String quantize = "4 × elements(Y): quotient, rounding, shift, saturation";
        String dequantize = "2 × elements(Y): shift, scale";
        for (String domain : new String[] {ONNX, MICROSOFT}) {
            table.cheap(domain, quantize, SOURCE, Formula.each(QUANTIZE), "QuantizeLinear");
            table.cheap(domain, dequantize, SOURCE, Formula.each(DEQUANTIZE), "DequantizeLinear");
        }
        table.cheap(
                ONNX,
                "6 × elements(X): minimum, maximum, then as QuantizeLinear",
                SOURCE,
                Formula.eachInput(DYNAMIC),
                "DynamicQuantizeLinear");
        table.cheap(MICROSOFT, dequantize, SOURCE, Formula.each(DEQUANTIZE), "GatherBlockQuantized");
        String two = "9 × elements(Y): both operands to real numbers, the operation, and back";
        table.cheap(MICROSOFT, two, SOURCE, Formula.each(QUANTIZE + 2 * DEQUANTIZE + 1), "QLinearAdd", "QLinearMul");
        unary(table, 4, "QLinearSigmoid");
        unary(table, 2, "QLinearLeakyRelu");
        unary(table, 5, "QLinearSoftmax");
        unary(table, 0, "QLinearConcat");
    }

    private static void unary(FormulaTable table, long operations, String type) {
        long each = QUANTIZE + DEQUANTIZE + operations;
        table.cheap(
                MICROSOFT,
                each + " × elements(Y): to real numbers, the operation, and back",
                SOURCE,
                Formula.each(each),
                type);
    }
}
