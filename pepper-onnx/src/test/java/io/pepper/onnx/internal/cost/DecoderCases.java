package io.pepper.onnx.internal.cost;

import io.pepper.onnx.internal.cost.OperatorCases.Case;
import java.util.ArrayList;
import java.util.List;

/**
 * The operators of transformers and exported text generators, with their work computed by hand: attention, and products
 * with weights of few bits. Those of generators run on a prompt of 5 tokens, and on one token with a cache of 7.
 */
final class DecoderCases {
    private static final String MS = "com.microsoft";

    private final List<Case> cases = new ArrayList<>();

    private DecoderCases() {}

    static List<Case> all() {
        DecoderCases all = new DecoderCases();
        all.attentions();
        all.multiHead();
        all.grouped();
        all.rotations();
        all.products();
        all.experts();
        return all.cases;
    }

    /** So many multiply-accumulates and so many operations more. */
    private void check(Call call, long macs, long more) {
        cases.add(new Case(call, macs, more));
    }

    private void attentions() {
        // 2 × 4 × 6 pairs of a query and a key, of width 8 each for scores and values; 2 heads.
        check(Call.of("Attention").in(2, 2, 4, 4).in(2, 2, 6, 4).in(2, 2, 6, 4).out(2, 2, 4, 4), 48 * 16, 48 * 2 * 6);
        check(
                Call.of("Attention")
                        .in(2, 4, 8)
                        .in(2, 6, 8)
                        .in(2, 6, 8)
                        .in(4, 6)
                        .with("q_num_heads", 2)
                        .with("kv_num_heads", 2)
                        .out(2, 4, 8),
                48 * 16,
                48 * 2 * 7);
        Call past = Call.of("Attention")
                .in(2, 2, 4, 4)
                .in(2, 2, 1, 4)
                .in(2, 2, 1, 4)
                .skip()
                .in(2, 2, 5, 4);
        check(past.in(2, 2, 5, 4).out(2, 2, 4, 4), 48 * 16, 48 * 2 * 6);
        // Projections of 2 × 4 tokens of width 8 to 24 columns, then 2 × 4 × 4 pairs.
        Call fused = Call.of(MS, "Attention").in(2, 4, 8).in(8, 24).in(24).with("num_heads", 2);
        check(fused.out(2, 4, 8), 8 * 8 * 24 + 32 * 16, 32 * 2 * 6);
        Call quantised = Call.of(MS, "QAttention")
                .in(2, 4, 8)
                .in(8, 24)
                .in(24)
                .in()
                .in()
                .in(2, 4)
                .with("num_heads", 2);
        check(quantised.out(2, 4, 8), 8 * 8 * 24 + 32 * 16, 32 * 2 * 7);
    }

    private void multiHead() {
        Call multi = Call.of(MS, "MultiHeadAttention")
                .in(2, 4, 8)
                .in(2, 6, 8)
                .in(2, 6, 8)
                .with("num_heads", 2);
        check(multi.out(2, 4, 8), 48 * 16, 48 * 2 * 6);
        // A token with a cache of 7: 8 keys; a bias of attention is one more operation.
        Call token = Call.of(MS, "MultiHeadAttention")
                .in(1, 1, 8)
                .in(1, 1, 8)
                .in(1, 1, 8)
                .skip()
                .skip()
                .in(1, 2, 1, 8)
                .in(1, 2, 7, 4)
                .in(1, 2, 7, 4)
                .with("num_heads", 2);
        check(token.out(1, 1, 8), 8 * 16, 8 * 2 * 7);
        // Queries, keys and values in one tensor; keys and values in one; keys of another sequence, by heads.
        Call packed = Call.of(MS, "MultiHeadAttention").in(1, 5, 2, 3, 4).with("num_heads", 2);
        check(packed.out(1, 5, 8), 25 * 16, 25 * 2 * 6);
        Call pair =
                Call.of(MS, "MultiHeadAttention").in(1, 5, 8).in(1, 6, 2, 2, 4).with("num_heads", 2);
        check(pair.out(1, 5, 8), 30 * 16, 30 * 2 * 6);
        Call cross = Call.of(MS, "MultiHeadAttention")
                .in(1, 5, 8)
                .in(1, 2, 6, 4)
                .in(1, 2, 6, 4)
                .with("num_heads", 2);
        check(cross.out(1, 5, 8), 30 * 16, 30 * 2 * 6);
        Call decoder = Call.of(MS, "DecoderMaskedMultiHeadAttention")
                .in(1, 1, 8)
                .in(1, 1, 8)
                .in(1, 1, 8)
                .skip()
                .skip()
                .in(1, 2, 7, 4)
                .in(1, 2, 7, 4)
                .with("num_heads", 2);
        check(decoder.out(1, 1, 8), 8 * 16, 8 * 2 * 6);
    }

    /** 4 heads of queries and 2 of keys, of size 2 each; the prompt has no cache. */
    private static Call grouped(long tokens, long past) {
        return Call.of(MS, "GroupQueryAttention")
                .in(1, tokens, 8)
                .in(1, tokens, 4)
                .in(1, tokens, 4)
                .in(1, 2, past, 2)
                .in(1, 2, past, 2)
                .with("num_heads", 4)
                .with("kv_num_heads", 2);
    }

    private void grouped() {
        check(grouped(5, 0).out(1, 5, 8).out(1, 2, 5, 2), 25 * 16, 25 * 4 * 6);
        check(grouped(1, 7).out(1, 1, 8).out(1, 2, 8, 2), 8 * 16, 8 * 4 * 6);
        // Rotation of 8 elements of queries and 4 of keys for each token, as by RotaryEmbedding.
        Call rotated = grouped(5, 0).with("do_rotary", 1);
        check(rotated.out(1, 5, 8).out(1, 2, 5, 2), 25 * 16, 25 * 4 * 6 + 5 * 12 * 3);
        rotated = grouped(1, 7).with("do_rotary", 1);
        check(rotated.out(1, 1, 8).out(1, 2, 8, 2), 8 * 16, 8 * 4 * 6 + 12 * 3);
        // Queries, keys and values in one tensor: the result is as wide as the queries.
        Call packed = Call.of(MS, "GroupQueryAttention")
                .in(1, 5, 16)
                .skip()
                .skip()
                .with("num_heads", 4)
                .with("kv_num_heads", 2);
        check(packed.out(1, 5, 8).out(1, 2, 5, 2), 25 * 16, 25 * 4 * 6);
        // A cap of scores is a quotient, a hyperbolic tangent and a product.
        Call capped = grouped(1, 7).with("softcap", 50f);
        check(capped.out(1, 1, 8).out(1, 2, 8, 2), 8 * 16, 8 * 4 * 9);
        // A buffer for 16 tokens counts as a whole.
        check(grouped(1, 16).out(1, 1, 8).out(1, 2, 16, 2), 16 * 16, 16 * 4 * 6);
    }

    private void rotations() {
        for (String domain : new String[] {"", MS}) {
            check(Call.of(domain, "RotaryEmbedding").in(1, 2, 5, 4).out(1, 2, 5, 4), 0, 40 * 3);
            check(Call.of(domain, "RotaryEmbedding").in(1, 5, 8).out(1, 5, 8), 0, 40 * 3);
            Call half = Call.of(domain, "RotaryEmbedding").in(1, 2, 5, 4).with("rotary_embedding_dim", 2);
            check(half.out(1, 2, 5, 4), 0, 20 * 3);
            half = Call.of(domain, "RotaryEmbedding")
                    .in(1, 5, 8)
                    .with("rotary_embedding_dim", 2)
                    .with("num_heads", 2);
            check(half.out(1, 5, 8), 0, 20 * 3);
        }
    }

    /** Weights are [4, 64], in blocks of 32. */
    private static Call bits(long tokens, long bits) {
        return Call.of(MS, "MatMulNBits")
                .in(1, tokens, 64)
                .in(4, 2, 4 * bits)
                .in(4, 2)
                .with("K", 64)
                .with("N", 4)
                .with("bits", bits)
                .with("block_size", 32);
    }

    private void products() {
        // 5 or 1 rows of 4 columns; the weights are unpacked once for all rows.
        for (long width : new long[] {4, 8}) {
            check(bits(5, width).out(1, 5, 4), 20 * 64, 2 * 256);
            check(bits(1, width).out(1, 1, 4), 4 * 64, 2 * 256);
            check(bits(1, width).in(4, 1).skip().in(4).out(1, 1, 4), 4 * 64, 2 * 256 + 4);
        }
        Call table = Call.of(MS, "MatMulBnb4").in(5, 64).in(128).with("K", 64).with("N", 4);
        check(table.out(5, 4), 20 * 64, 256);
        // 6 operations on each of 15 elements make integers of them; the scale of the result, and a bias.
        check(Call.of(MS, "DynamicQuantizeMatMul").in(5, 3).in(3, 4).in(1).out(5, 4), 60, 15 * 6 + 20);
        Call biased = Call.of(MS, "DynamicQuantizeMatMul")
                .in(1, 3)
                .in(3, 4)
                .in(1)
                .skip()
                .in(4);
        check(biased.out(1, 4), 12, 3 * 6 + 4 * 2);
        check(Call.of(MS, "MatMulIntegerToFloat").in(5, 3).in(3, 4).in(1).in(1).out(5, 4), 60, 20);
        Call summed = Call.of(MS, "MatMulIntegerToFloat")
                .in(1, 3)
                .in(3, 4)
                .in(1)
                .in(1)
                .skip()
                .skip()
                .in(4);
        check(summed.out(1, 4), 12, 8);
        check(Call.of(MS, "GatherBlockQuantized").in(9, 4).in(1, 5).in(9, 1).out(1, 5, 8), 0, 80);
    }

    private void experts() {
        // 5 tokens of width 8, two of 3 experts each: products with 16 × 8 and 8 × 16 weights, an activation of 16, and
        // the
        // weighted sum of 8; the router's softmax is over 3.
        Call plain = Call.of(MS, "MoE")
                .in(5, 8)
                .in(5, 3)
                .in(3, 16, 8)
                .skip()
                .in(3, 8, 16)
                .with("k", 2);
        check(plain.out(5, 8), 10 * 256, 10 * (16 * 5 + 16) + 5 * 3 * 5);
        // A gate of 16 beside: 32 outputs, and a product; biases of both products.
        Call gated = Call.of(MS, "MoE")
                .in(1, 1, 8)
                .in(1, 3)
                .in(3, 32, 8)
                .in(3, 32)
                .in(3, 8, 16)
                .in(3, 8)
                .with("k", 2);
        check(gated.out(1, 1, 8), 2 * 384, 2 * (16 * 6 + 32 + 8 + 16) + 3 * 5);
        // The same of 4 bits, two in a byte: 384 weights of each of two experts are unpacked.
        Call packed = Call.of(MS, "QMoE")
                .in(1, 8)
                .in(1, 3)
                .in(3, 32, 4)
                .in(3, 32)
                .in(3, 32)
                .in(3, 8, 8)
                .in(3, 8)
                .in(3, 8)
                .with("k", 2)
                .with("expert_weight_bits", 4);
        check(packed.out(1, 8), 2 * 384, 2 * (16 * 6 + 32 + 8 + 16) + 3 * 5 + 2 * 2 * 384);
        // 5 tokens choose 10 times among 3 experts, of which each is unpacked once.
        Call prompt = Call.of(MS, "QMoE")
                .in(5, 8)
                .in(5, 3)
                .in(3, 16, 8)
                .in(3, 16)
                .skip()
                .in(3, 8, 16)
                .in(3, 8)
                .with("k", 2)
                .with("expert_weight_bits", 8);
        check(prompt.out(5, 8), 10 * 256, 10 * (16 * 5 + 16) + 5 * 3 * 5 + 2 * 3 * 256);
    }
}
