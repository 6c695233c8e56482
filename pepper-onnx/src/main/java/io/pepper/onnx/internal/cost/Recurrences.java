package io.pepper.onnx.internal.cost;

import static io.pepper.onnx.internal.cost.FormulaTable.MICROSOFT;
import static io.pepper.onnx.internal.cost.FormulaTable.ONNX;

/** Recurrent networks over a whole sequence, in all directions. */
final class Recurrences {
    private static final String TEXT =
            "MACs = steps × batch × directions × gates × hidden × (input + hidden); + steps × batch × directions × hidden × ";
    private static final int RANK = 3;
    private static final int BIAS = 3;
    private static final int PEEPHOLES = 7;

    private Recurrences() {}

    static void addTo(FormulaTable table) {
        table.products(
                ONNX,
                TEXT + "1 for tanh, 2 more with a bias",
                "Elman, Finding structure in time, 1990",
                call -> work(call, 1, 1, 2),
                "RNN");
        table.products(
                ONNX,
                TEXT + "14 for two sigmoids of 4, tanh and 5 products and sums, 6 more with a bias",
                "Cho and others, Learning phrase representations using RNN encoder-decoder, 2014",
                call -> work(call, 3, 14, 6),
                "GRU");
        table.products(
                ONNX,
                TEXT
                        + "18 for three sigmoids of 4, two tanh and 4 products and sums, 8 more with a bias, 6 with peepholes",
                "Hochreiter and Schmidhuber, Long short-term memory, 1997; Gers and Schmidhuber, 2000",
                Recurrences::longShortTerm,
                "LSTM");
        table.products(
                MICROSOFT,
                TEXT + "18 for three sigmoids of 4, two tanh and 4 products and sums, 8 more with a bias",
                "Hochreiter and Schmidhuber, Long short-term memory, 1997",
                Recurrences::quantised,
                "DynamicQuantizeLSTM");
    }

    private static Work longShortTerm(OperatorCall call) throws OperatorCall.SizeMissing {
        final int each = 18;
        return work(call, 4, call.has(PEEPHOLES) ? each + 6 : each, 8);
    }

    /** W is [directions, gates × hidden, input], and R is [directions, gates × hidden, hidden]. */
    private static Work work(OperatorCall call, int gates, int each, int bias) throws OperatorCall.SizeMissing {
        long[] sequence = call.input(0, RANK);
        long[] weights = call.input(1, RANK);
        long[] recurrence = call.input(2, RANK);
        long cells = OperatorCall.product(sequence[0], sequence[1], weights[0], recurrence[2]);
        return cells(call, cells, gates, Math.addExact(weights[2], recurrence[2]), each, bias);
    }

    /** W is [directions, input, 4 × hidden], and R is [directions, hidden, 4 × hidden]. */
    private static Work quantised(OperatorCall call) throws OperatorCall.SizeMissing {
        long[] sequence = call.input(0, RANK);
        long[] weights = call.input(1, RANK);
        long[] recurrence = call.input(2, RANK);
        long cells = OperatorCall.product(sequence[0], sequence[1], weights[0], recurrence[1]);
        return cells(call, cells, 4, Math.addExact(weights[1], recurrence[1]), 18, 8);
    }

    private static Work cells(OperatorCall call, long cells, int gates, long inner, int each, int bias) {
        long flops = call.has(BIAS) ? each + bias : each;
        return Formula.macs(OperatorCall.product(cells, gates, inner))
                .plus(Formula.flops(Math.multiplyExact(flops, cells)));
    }
}
