package io.pepper.onnx.internal.cost;

import static io.pepper.onnx.internal.cost.FormulaTable.ONNX;

/** Reductions: each element of the input is processed once. */
final class Reductions {
    private static final String SOURCE = "the operator's specification";

    private Reductions() {}

    static void addTo(FormulaTable table) {
        table.products(
                ONNX,
                "elements(X)",
                SOURCE,
                Formula.eachInput(1),
                "ReduceSum",
                "ReduceMax",
                "ReduceMin",
                "ReduceProd",
                "ArgMax",
                "ArgMin",
                "CumSum",
                "CumProd",
                "Hardmax",
                "NonZero");
        String both = "elements(X) + elements(Y)";
        table.products(ONNX, both, SOURCE, call -> reduce(call, 1), "ReduceMean", "ReduceLogSum");
        String twice = "2 × elements(X): one operation on each before the sum";
        table.products(ONNX, twice, SOURCE, Formula.eachInput(2), "ReduceL1", "ReduceSumSquare");
        table.products(
                ONNX, "2 × elements(X) + elements(Y)", SOURCE, call -> reduce(call, 2), "ReduceL2", "ReduceLogSumExp");
    }

    private static Work reduce(OperatorCall call, long each) throws OperatorCall.SizeMissing {
        return Formula.flops(Math.addExact(Math.multiplyExact(each, call.inputElements(0)), call.outputElements(0)));
    }
}
