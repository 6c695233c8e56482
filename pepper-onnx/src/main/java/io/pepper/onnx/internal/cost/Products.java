package io.pepper.onnx.internal.cost;

import static io.pepper.onnx.internal.cost.FormulaTable.MICROSOFT;
import static io.pepper.onnx.internal.cost.FormulaTable.ML;
import static io.pepper.onnx.internal.cost.FormulaTable.ONNX;

/** Matrix products: each element of the output is a product of a row and a column. */
final class Products {
    private static final String SOURCE = "Golub and Van Loan, Matrix computations, 1.1";
    private static final String TEXT = "MACs = elements(Y) × K, where K is the dimension summed over";

    private Products() {}

    static void addTo(FormulaTable table) {
        table.products(
                ONNX,
                TEXT,
                SOURCE,
                call -> product(call, inner(call, false)),
                "MatMul",
                "MatMulInteger",
                "QLinearMatMul");
        table.products(
                MICROSOFT,
                TEXT,
                SOURCE,
                call -> product(call, inner(call, call.integer("transA", 0) != 0)),
                "FusedMatMul",
                "QLinearMatMul",
                "TransposeMatMul");
        quantized(table);
        String gemm = TEXT + "; + elements(Y) each for C, for alpha and for beta other than 1";
        table.products(ONNX, gemm, SOURCE, call -> gemm(call, 2), "Gemm");
        final int quantisedBias = 6;
        table.products(MICROSOFT, gemm, SOURCE, call -> gemm(call, quantisedBias), "QGemm");
        table.products(
                MICROSOFT,
                gemm + " and for the activation",
                SOURCE,
                call -> gemm(call, 2).plus(Formula.flops(call.outputElements(0))),
                "FusedGemm");
        table.products(ONNX, Einsum.TEXT, "the specification of Einsum", Einsum::work, "Einsum");
        table.products(
                ML,
                "MACs = rows × coefficients; + the intercepts for each row",
                "the specification of ai.onnx.ml",
                Products::linear,
                "LinearClassifier",
                "LinearRegressor");
    }

    /** Adds products of real numbers with integers. */
    private static void quantized(FormulaTable table) {
        final int bias = 4;
        final int lastBias = 6;
        table.products(
                MICROSOFT,
                TEXT + "; + 6 × elements(X) to make integers of them; + elements(Y) for the scale, twice with a bias",
                SOURCE + "; Jacob and others, 2018, 2.1",
                call -> scaled(call, bias)
                        .plus(Formula.flops(Math.multiplyExact(Quantizations.DYNAMIC, call.inputElements(0)))),
                "DynamicQuantizeMatMul");
        table.products(
                MICROSOFT,
                TEXT + "; + elements(Y) for the scale, twice with a bias",
                SOURCE,
                call -> scaled(call, lastBias),
                "MatMulIntegerToFloat");
        table.products(
                MICROSOFT,
                TEXT + "; + 2 × N × K for shift and scale of the weights, in each run; + elements(Y) for a bias",
                SOURCE + "; Frantar and others, GPTQ, 2023",
                call -> unpacked(call, Quantizations.DEQUANTIZE),
                "MatMulNBits");
        table.products(
                MICROSOFT,
                TEXT + "; + N × K for the scale of the weights, in each run",
                SOURCE + "; Dettmers and others, QLoRA, 2023",
                call -> unpacked(call, 1),
                "MatMulBnb4");
    }

    private static Work scaled(OperatorCall call, int bias) throws OperatorCall.SizeMissing {
        return product(call, inner(call, false))
                .plus(Formula.flops(Math.multiplyExact(call.has(bias) ? 2L : 1L, call.outputElements(0))));
    }

    /** The weights are [N, K], packed; both numbers are attributes. */
    private static Work unpacked(OperatorCall call, long eachWeight) throws OperatorCall.SizeMissing {
        final int bias = 5;
        long depth = Math.max(0, call.integer("K", 0));
        long weights = Math.multiplyExact(depth, Math.max(0, call.integer("N", 0)));
        long sums = call.has(bias) ? call.outputElements(0) : 0;
        return product(call, depth).plus(Formula.flops(Math.addExact(sums, Math.multiplyExact(eachWeight, weights))));
    }

    private static Work product(OperatorCall call, long inner) throws OperatorCall.SizeMissing {
        return Formula.macs(Math.multiplyExact(call.outputElements(0), inner));
    }

    private static long inner(OperatorCall call, boolean transposed) throws OperatorCall.SizeMissing {
        long[] factor = call.input(0, 1);
        return factor.length > 1 && transposed ? factor[factor.length - 2] : factor[factor.length - 1];
    }

    private static Work gemm(OperatorCall call, int bias) throws OperatorCall.SizeMissing {
        long[] factor = call.input(0, 2);
        boolean transposed = call.integer("transA", 0) != 0;
        long scalings = call.number("alpha", 1) == 1 ? 0 : 1;
        if (call.has(bias)) {
            scalings += call.number("beta", 1) == 1 ? 1 : 2;
        }
        long outputs = call.outputElements(0);
        return product(call, factor[transposed ? 0 : 1]).plus(Formula.flops(Math.multiplyExact(scalings, outputs)));
    }

    private static Work linear(OperatorCall call) throws OperatorCall.SizeMissing {
        long[] input = call.input(0, 1);
        long rows = input.length > 1 ? input[0] : 1;
        return Formula.macs(Math.multiplyExact(rows, (long) call.numbers("coefficients")))
                .plus(Formula.flops(Math.multiplyExact(rows, (long) call.numbers("intercepts"))));
    }
}
