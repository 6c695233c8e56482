package io.pepper.onnx.internal.cost;

import static io.pepper.onnx.internal.cost.FormulaTable.MICROSOFT;

import java.util.List;

/**
 * Mixtures of experts: a router chooses some experts for each token, and each of these is a feed-forward network of two or
 * three products.
 */
final class Experts {
    private static final String SOURCE =
            "Shazeer and others, Outrageously large neural networks, 2017, 2; the specifications of MoE and QMoE";
    private static final String TEXT =
            "MACs = tokens × k × weights of one expert; + 5 × tokens × k × inner size for the activation, and a product if it"
                    + " is gated; + 5 × tokens × experts for the softmax of the router; + 2 × tokens × k × size to weight and"
                    + " add the experts; + elements for each bias";

    /** Maximum, difference, exponential, sum, quotient. */
    private static final long SOFTMAX = 5;

    /** A sigmoid of 4 and a product. */
    private static final long ACTIVATION = 5;

    private Experts() {}

    static void addTo(FormulaTable table) {
        table.products(MICROSOFT, TEXT, SOURCE, call -> work(call, Layout.PLAIN), "MoE");
        table.products(
                MICROSOFT,
                TEXT
                        + "; + 2 for each weight of the chosen experts, at most once each, for shift and scale in each run",
                SOURCE,
                call -> work(call, Layout.QUANTIZED),
                "QMoE");
    }

    /** The places of the weights, and the distance from each to its bias; scales are between. */
    private record Layout(List<Integer> weights, int bias) {
        static final Layout PLAIN = new Layout(List.of(2, 4, 6), 1);
        static final Layout QUANTIZED = new Layout(List.of(2, 5, 8), 2);

        int second() {
            return weights.get(1);
        }
    }

    /** Weights are [experts, outputs, inputs], of integers several in a byte along the last axis. */
    private static Work work(OperatorCall call, Layout layout) throws OperatorCall.SizeMissing {
        final int rank = 3;
        long[] input = call.input(0, 2);
        long size = input[input.length - 1];
        long tokens = size == 0 ? 0 : call.inputElements(0) / size;
        long[] second = call.input(layout.second(), rank);
        boolean quantised = layout.equals(Layout.QUANTIZED);
        long packed = quantised ? packed(call) : 1;
        long inner = Math.multiplyExact(second[2], packed);
        long chosen = Math.multiplyExact(tokens, Math.min(second[0], Math.max(1, call.integer("k", 1))));
        long weights = 0;
        long biases = 0;
        long widths = 0;
        for (int i = 0; i < layout.weights.size(); i++) {
            int place = layout.weights.get(i);
            if (call.has(place)) {
                long[] sizes = call.input(place, rank);
                weights = Math.addExact(weights, OperatorCall.product(sizes[1], sizes[2], packed));
                widths = Math.addExact(widths, i == 1 ? 0 : sizes[1]);
                biases = Math.addExact(biases, call.has(place + layout.bias) ? sizes[1] : 0);
            }
        }
        // Two inner widths are a gate and what it multiplies.
        long activation = Math.multiplyExact(inner, widths > inner ? ACTIVATION + 1 : ACTIVATION);
        long each = Math.addExact(Math.addExact(activation, biases), Math.multiplyExact(2, size));
        Work experts =
                Formula.macs(Math.multiplyExact(chosen, weights)).plus(Formula.flops(Math.multiplyExact(chosen, each)));
        Work all = experts.plus(Formula.flops(OperatorCall.product(SOFTMAX, tokens, second[0])));
        long used = Math.min(second[0], chosen);
        return quantised ? all.plus(Formula.flops(OperatorCall.product(Quantizations.DEQUANTIZE, used, weights))) : all;
    }

    private static long packed(OperatorCall call) throws OperatorCall.SizeMissing {
        final long fewest = 4;
        long bits = call.integer("expert_weight_bits", fewest);
        if (bits < 1 || bits > Byte.SIZE) {
            throw call.missingInput(2);
        }
        return Byte.SIZE / bits;
    }
}
