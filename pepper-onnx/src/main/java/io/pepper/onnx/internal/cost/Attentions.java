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
                    + " scale and softmax, 7 with a mask, 3 more with a softcap";
    private static final String ROTARY =
            "Su and others, RoFormer: enhanced transformer with rotary position embedding, 2021";
    private static final long SCORE = 6;

    /** Quotient, hyperbolic tangent, product. */
    private static final long SOFTCAP = 3;

    /** Two products and a sum. */
    private static final long ROTATION = 3;

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
        generators(table);
    }

    /** Adds the operators of exported text generators. */
    private static void generators(FormulaTable table) {
        String packed = CORE + "; keys with those of the past; queries, keys and values may be packed in one tensor";
        final int multiHeadMask = 4;
        table.products(MICROSOFT, packed, SOURCE, call -> multiHead(call, multiHeadMask), "MultiHeadAttention");
        table.products(
                MICROSOFT,
                CORE + "; keys with those of the past",
                SOURCE,
                call -> multiHead(call, multiHeadMask - 1),
                "DecoderMaskedMultiHeadAttention");
        table.products(
                MICROSOFT,
                CORE
                        + "; keys as many as the present has; + 3 × (elements of the queries and of the new keys) if it rotates"
                        + " them",
                SOURCE + "; " + ROTARY,
                Attentions::grouped,
                "GroupQueryAttention");
        String rotary =
                "3 × elements(Y): two products and a sum; of rotary_embedding_dim elements of each head, if it is given";
        table.products(ONNX, rotary, ROTARY, Attentions::rotary, "RotaryEmbedding");
        table.products(MICROSOFT, rotary, ROTARY, Attentions::rotary, "RotaryEmbedding");
    }

    /**
     * The sizes of the products of one attention.
     *
     * @param pairs batch × queries × keys
     * @param width of queries, all heads together
     * @param valueWidth of values, as wide as the heads of queries
     */
    private record Size(long pairs, long width, long valueWidth, long heads) {
        Work work(boolean masked, OperatorCall call) {
            long each = SCORE + (masked ? 1 : 0) + (call.number("softcap", 0) == 0 ? 0 : SOFTCAP);
            return Formula.macs(Math.multiplyExact(pairs, Math.addExact(width, valueWidth)))
                    .plus(Formula.flops(OperatorCall.product(each, pairs, heads)));
        }
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
        long pairs = OperatorCall.product(query[0], query[split ? 2 : 1], keys);
        return new Size(pairs, width, Math.multiplyExact(heads, size), heads).work(call.has(mask), call);
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
        long pairs = OperatorCall.product(input[0], input[1], keys);
        return Formula.macs(OperatorCall.product(input[0], input[1], input[2], weights[1]))
                .plus(new Size(pairs, width, valueWidth, heads).work(call.has(mask), call));
    }

    /**
     * The query is [batch, length, width]; key and value have the same form, or [batch, heads, length, size]. Packed, they
     * are [batch, length, heads, 3, size] (all) or [batch, length, heads, 2, size] (key and value). A bias follows the mask,
     * and the past the bias.
     */
    private static Work multiHead(OperatorCall call, int mask) throws OperatorCall.SizeMissing {
        final int rank = 3;
        long[] query = call.input(0, rank);
        boolean packed = query.length == rank + 2;
        if (query.length != rank && !packed) {
            throw call.missingInput(0);
        }
        long keys = packed && !call.has(1) ? query[1] : keys(call, rank);
        final int past = mask + 2;
        keys = call.has(past) ? Math.addExact(keys, call.input(past, rank + 1)[2]) : keys;
        long[] output = call.output(0);
        boolean masked = call.has(mask) || call.has(mask + 1);
        long valueWidth = output.length < 1 ? 0 : output[output.length - 1];
        long width = packed ? Math.multiplyExact(query[2], query[rank + 1]) : query[2];
        return new Size(OperatorCall.product(query[0], query[1], keys), width, valueWidth, heads(call, "num_heads"))
                .work(masked, call);
    }

    private static long keys(OperatorCall call, int rank) throws OperatorCall.SizeMissing {
        long[] key = call.input(1, rank);
        if (key.length > rank + 2) {
            throw call.missingInput(1);
        }
        return key[key.length == rank + 1 ? 2 : 1];
    }

    /** The present is [batch, heads of keys, length, size]. Its length counts, even of a buffer that is not full yet. */
    private static Work grouped(OperatorCall call) throws OperatorCall.SizeMissing {
        final int rank = 3;
        final int bias = 10;
        long[] output = call.output(0);
        long[] present = call.output(1);
        if (output.length != rank || present.length <= rank) {
            throw call.missingOutput(0);
        }
        long tokens = Math.multiplyExact(output[0], output[1]);
        Work work = new Size(Math.multiplyExact(tokens, present[2]), output[2], output[2], heads(call, "num_heads"))
                .work(call.has(bias), call);
        long rotated = Math.addExact(output[2], Math.multiplyExact(present[1], present[rank]));
        return call.integer("do_rotary", 0) == 0
                ? work
                : work.plus(Formula.flops(OperatorCall.product(ROTATION, tokens, rotated)));
    }

    /** The input is [batch, heads, length, size], or [batch, length, width] with the number of heads as an attribute. */
    private static Work rotary(OperatorCall call) throws OperatorCall.SizeMissing {
        final int rank = 4;
        long[] output = call.output(0);
        long elements = OperatorCall.product(output);
        long part = call.integer("rotary_embedding_dim", 0);
        long heads = call.integer("num_heads", 0);
        boolean split = output.length == rank;
        if (part > 0 && (split || heads > 0) && output.length > 0) {
            long last = output[output.length - 1];
            elements =
                    last == 0 ? 0 : Math.multiplyExact(elements / last, split ? part : Math.multiplyExact(heads, part));
        }
        return Formula.flops(Math.multiplyExact(ROTATION, elements));
    }
}
