package io.pepper.onnx.internal.cost;

import static io.pepper.onnx.internal.cost.FormulaTable.MICROSOFT;
import static io.pepper.onnx.internal.cost.FormulaTable.ONNX;

/** Pooling: each element of the output comes from a window of the input. Padding is computed, too. */
final class Pools {
    private static final String SOURCE = "the operator's specification";

    private Pools() {}

    static void addTo(FormulaTable table) {
        String window = "elements(Y) × Π kernel: as many comparisons, or sums and a division";
        table.products(ONNX, window, SOURCE, call -> window(call, 1), "MaxPool", "AveragePool");
        table.products(MICROSOFT, window, SOURCE, call -> window(call, 1), "NhwcMaxPool", "QLinearAveragePool");
        table.products(ONNX, "2 × elements(Y) × Π kernel: powers and sums", SOURCE, call -> window(call, 2), "LpPool");
        String global = "elements(X): as many comparisons, or sums";
        table.products(ONNX, global, SOURCE, Formula.eachInput(1), "GlobalMaxPool", "GlobalAveragePool");
        table.products(MICROSOFT, global, SOURCE, Formula.eachInput(1), "QLinearGlobalAveragePool");
        table.products(ONNX, "2 × elements(X): powers and sums", SOURCE, Formula.eachInput(2), "GlobalLpPool");
    }

    private static Work window(OperatorCall call, long each) throws OperatorCall.SizeMissing {
        long kernel = call.productOf("kernel_shape").orElseThrow(() -> call.missingOutput(0));
        return Formula.flops(OperatorCall.product(each, call.outputElements(0), kernel));
    }
}
