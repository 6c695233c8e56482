package io.pepper.onnx.internal.cost;

import static io.pepper.onnx.internal.cost.FormulaTable.MICROSOFT;
import static io.pepper.onnx.internal.cost.FormulaTable.ONNX;

/**
 * Attention: the scores of each query with each key, their softmax, and the weighted sums of values. A causal mask
 * saves nothing.
 */
final class Attentions {
    private static final String SOURCE = "Vaswani and others, Attention is all you need, 2017, 3.2";
    private static final String CORE =
            "MACs = batch × queries × keys × (width of queries + width of values); + 6 × batch × heads × queries × keys for"
                    + " scale and softmax, 7 with a mask";
    private static final long SCORE = 6;

    private Attentions() {}

    static void addTo(FormulaTable table) {
        table.products(ONNX, CORE + "; keys with those of the past", SOURCE, Attentions::attention, "Attention");
        table.products(
                MICROSOFT,
                "MACs = batch × queries × input × columns of the weights; then as ai.onnx Attention",
                SOURCE,
                call -> projected(call, 3, 4),
                "Attention");
        final int quantisedMask = 5;
        final int quantisedPast = 8;
        table.products(
                MICROSOFT,
                "MACs = batch × queries × input × columns of the weights; then as ai.onnx Attention",
                SOURCE,
                call -> projected(call, quantisedMask, quantisedPast),
                "QAttention");
        table.products(
                MICROSOFT, CORE + "; keys with those of the past", SOURCE, Attentions::multiHead, "MultiHeadAttention");
        table.products(
                MICROSOFT,
                CORE + "; keys as many as the present has",
                SOURCE,
                Attentions::grouped,
                "GroupQueryAttention");
        String rotary = "3 × elements(Y): two products and a sum";
        String su = "Su and others, RoFormer: enhanced transformer with rotary position embedding, 2021";
        table.products(ONNX, rotary, su, Formula.each(3), "RotaryEmbedding");
        table.products(MICROSOFT, rotary, su, Formula.each(3), "RotaryEmbedding");
    }

    private static Work core(
            long batch, long queries, long keys, long width, long valueWidth, long heads, boolean masked) {
        long pairs = OperatorCall.product(batch, queries, keys);
        return Formula.macs(Math.multiplyExact(pairs, Math.addExact(width, valueWidth)))
                .plus(Formula.flops(OperatorCall.product(masked ? SCORE + 1 : SCORE, pairs, heads)));
    }

    /**
     * Q, K and V are [batch, heads, length, size], or [batch, length, heads × size] with the numbers of heads as
     * attributes.
     */
    private static Work attention(OperatorCall call) throws OperatorCall.SizeMissing {
        final int mask = 3;
        final int past = 4;
        final int rank = 3;
        long[] query = call.input(0, rank);
        long[] key = call.input(1, rank);
        long[] value = call.input(2, rank);
        boolean split = query.length > rank;
        long keys = key[split ? 2 : 1];
        keys = call.has(past) ? Math.addExact(keys, call.input(past, rank + 1)[2]) : keys;
        long heads = split ? query[1] : heads(call, "q_num_heads");
        long keyHeads = split ? key[1] : heads(call, "kv_num_heads");
        long width = split ? Math.multiplyExact(heads, query[rank]) : query[2];
        long size = split ? value[value.length - 1] : value[2] / keyHeads;
        return core(
                query[0], query[split ? 2 : 1], keys, width, Math.multiplyExact(heads, size), heads, call.has(mask));
    }

    private static long heads(OperatorCall call, String name) throws OperatorCall.SizeMissing {
        long heads = call.integer(name, 0);
        if (heads < 1) {
            throw call.missingInput(0);
        }
        return heads;
    }

    /** The input is [batch, length, input], and the weights are [input, widths of queries, keys and values]. */
    private static Work projected(OperatorCall call, int mask, int past) throws OperatorCall.SizeMissing {
        final int rank = 3;
        final int pastRank = 5;
        long[] input = call.input(0, rank);
        long[] weights = call.input(1, 2);
        long[] output = call.output(0);
        long heads = heads(call, "num_heads");
        long keys = call.has(past) ? Math.addExact(input[1], call.input(past, pastRank)[rank]) : input[1];
        long valueWidth = output.length < 1 ? 0 : output[output.length - 1];
        long width = Math.max(0, weights[1] - valueWidth) / 2;
        return Formula.macs(OperatorCall.product(input[0], input[1], input[2], weights[1]))
                .plus(core(input[0], input[1], keys, width, valueWidth, heads, call.has(mask)));
    }

    /** The query is [batch, length, width]; key and value have the same form, or [batch, heads, length, size]. */
    private static Work multiHead(OperatorCall call) throws OperatorCall.SizeMissing {
        final int rank = 3;
        final int maskInput = 4;
        final int bias = 5;
        final int past = 6;
        long[] query = call.input(0, rank);
        long[] key = call.input(1, rank);
        if (query.length != rank || key.length > rank + 1) {
            throw call.missingInput(query.length != rank ? 0 : 1);
        }
        long keys = key[key.length == rank ? 1 : 2];
        keys = call.has(past) ? Math.addExact(keys, call.input(past, rank + 1)[2]) : keys;
        long[] output = call.output(0);
        boolean masked = call.has(maskInput) || call.has(bias);
        long valueWidth = output.length < 1 ? 0 : output[output.length - 1];
        return core(query[0], query[1], keys, query[2], valueWidth, heads(call, "num_heads"), masked);
    }

    private static Work grouped(OperatorCall call) throws OperatorCall.SizeMissing {
        final int rank = 3;
        long[] output = call.output(0);
        long[] present = call.output(1);
        if (output.length != rank || present.length <= rank) {
            throw call.missingOutput(0);
        }
        return core(output[0], output[1], present[2], output[2], output[2], heads(call, "num_heads"), false);
    }
}
