package io.pepper.onnx.internal.cost;

import static io.pepper.onnx.internal.cost.FormulaTable.MICROSOFT;
import static io.pepper.onnx.internal.cost.FormulaTable.ML;
import static io.pepper.onnx.internal.cost.FormulaTable.ONNX;

/** Normalisations, and softmax. */
final class Normalizations {
    private static final String SOURCE = "the operator's specification";

    /** Sum, difference, square, sum of squares, quotient, scale, shift. */
    private static final long MOMENTS = 7;

    /** Square, sum, quotient, scale. */
    private static final long ROOT_MEAN_SQUARE = 4;

    /** Maximum, difference, exponential, sum, quotient. */
    private static final long SOFTMAX = 5;

    private Normalizations() {}

    static void addTo(FormulaTable table) {
        table.products(
                ONNX,
                "2 × elements(Y): at inference, statistics, scale and shift make one factor and one summand",
                "Ioffe and Szegedy, Batch normalization, 2015, algorithm 2",
                Formula.each(2),
                "BatchNormalization");
        table.products(
                ONNX,
                "7 × elements(Y): sum, difference, square, sum, quotient, scale, shift",
                "Ba, Kiros and Hinton, Layer normalization, 2016",
                Formula.each(MOMENTS),
                "LayerNormalization",
                "InstanceNormalization",
                "GroupNormalization",
                "MeanVarianceNormalization");
        String root = "4 × elements(Y): square, sum, quotient, scale";
        String zhang = "Zhang and Sennrich, Root mean square layer normalization, 2019";
        table.products(
                ONNX, root, zhang, Formula.each(ROOT_MEAN_SQUARE), "RMSNormalization", "SimplifiedLayerNormalization");
        table.products(MICROSOFT, root, zhang, Formula.each(ROOT_MEAN_SQUARE), "SimplifiedLayerNormalization");
        table.products(
                MICROSOFT,
                "5 × elements(Y): a sum, then as RMSNormalization; + elements(Y) for a bias",
                zhang,
                call -> skip(call, ROOT_MEAN_SQUARE, 3),
                "SkipSimplifiedLayerNormalization");
        table.products(
                MICROSOFT,
                "8 × elements(Y): a sum, then as LayerNormalization; + elements(Y) for a bias",
                SOURCE,
                call -> skip(call, MOMENTS, 4),
                "SkipLayerNormalization");
        table.products(
                MICROSOFT,
                "9 × elements(Y): two sums of embeddings, then as LayerNormalization",
                SOURCE,
                Formula.each(MOMENTS + 2),
                "EmbedLayerNormalization");
        table.products(ONNX, "3 × elements(Y): power, sum, quotient", SOURCE, Formula.each(3), "LpNormalization");
        table.products(ML, "3 × elements(Y): power, sum, quotient", SOURCE, Formula.each(3), "Normalizer");
        table.products(
                ONNX,
                "(2 × size + 3) × elements(Y): squares and sums of the window, then factor, power, quotient",
                "Krizhevsky, Sutskever and Hinton, ImageNet classification, 2012, 3.3",
                Normalizations::localResponse,
                "LRN");
        String softmax = "5 × elements(Y): maximum, difference, exponential, sum, quotient";
        table.products(ONNX, softmax, SOURCE, Formula.each(SOFTMAX), "Softmax", "LogSoftmax");
        table.products(MICROSOFT, softmax + "; and a sum", SOURCE, Formula.each(SOFTMAX + 1), "BiasSoftmax");
    }

    private static Work skip(OperatorCall call, long each, int bias) throws OperatorCall.SizeMissing {
        long more = call.has(bias) ? 2 : 1;
        return Formula.flops(Math.multiplyExact(each + more, call.outputElements(0)));
    }

    private static Work localResponse(OperatorCall call) throws OperatorCall.SizeMissing {
        long size = call.integer("size", 0);
        if (size < 1) {
            throw call.missingOutput(0);
        }
        long each = Math.addExact(Math.multiplyExact(2, size), 3);
        return Formula.flops(Math.multiplyExact(each, call.outputElements(0)));
    }
}
