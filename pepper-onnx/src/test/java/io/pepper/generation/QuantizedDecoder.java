package io.pepper.generation;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT64;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.UINT8;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;

import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.onnx.testmodels.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A text generator with weights of 4 or 8 bits and the operators that exporters for ONNX Runtime write: gathering of
 * quantised embeddings, normalisation fused with the sum, grouped queries with rotation, and products of packed weights or mixtures of experts.
 */
final class QuantizedDecoder {
    static final int WIDTH = 64;
    static final int INNER = 128;
    static final int VOCABULARY = 48;
    static final int BLOCK = 32;
    static final int EXPERTS = 4;

    /** The width of keys and values: one head of two. */
    static final int KEYS = WIDTH / 2;

    private static final String MICROSOFT = "com.microsoft";
    private static final int LONGEST = 128;
    private static final int INT32 = 6;

    private final Random random = new Random(28);
    private final int bits;
    private final Feed feed;
    private final ModelBuilder builder;

    /** The feed-forward network of a layer. */
    enum Feed {
        /** One, with a gate. */
        GATED,
        /** Two of four experts for each token, with weights of 32 bits. */
        EXPERTS,
        /** Two of four experts for each token, with packed weights. */
        PACKED_EXPERTS
    }

    private QuantizedDecoder(int bits, Feed feed) {
        this.bits = bits;
        this.feed = feed;
        this.builder = model("quantized-" + bits).opset(MICROSOFT, 1);
    }

    static byte[] bytes(int bits, int layers) {
        return bytes(bits, layers, Feed.GATED);
    }

    static byte[] bytes(int bits, int layers, Feed feed) {
        return new QuantizedDecoder(bits, feed).build(layers).toByteArray();
    }

    private ModelProto build(int layers) {
        builder.input("input_ids", INT64, "batch", "seq")
                .initializer(packed("embed.data", VOCABULARY, WIDTH))
                .initializer(scales("embed.scales", VOCABULARY, WIDTH / BLOCK))
                .add(node("GatherBlockQuantized")
                        .domain(MICROSOFT)
                        .in("embed.data", "input_ids", "embed.scales")
                        .out("embedded")
                        .with("bits", bits)
                        .with("block_size", BLOCK)
                        .with("gather_axis", 0)
                        .with("quantize_axis", 1));
        lengths();
        norm("n0", "embedded", "w0");
        String sum = "embedded";
        for (int i = 0; i < layers; i++) {
            sum = layer(i, sum);
        }
        product("logits", "n" + 2 * layers, WIDTH, VOCABULARY);
        return builder.output("logits", FLOAT, "batch", "seq", VOCABULARY).build();
    }

    private void lengths() {
        builder.input("attention_mask", INT64, "batch", "total")
                .initializer(Tensors.floats("cosines", new Random(9), LONGEST, WIDTH / 4))
                .initializer(Tensors.floats("sines", new Random(10), LONGEST, WIDTH / 4))
                .initializer(Tensors.vector("axis", 1L))
                .initializer(Tensors.scalar("one", 1L))
                .add(node("ReduceSum").in("attention_mask", "axis").out("ones").with("keepdims", 1))
                .let("less", "Sub", "ones", "one")
                .add(node("Cast").in("less").out("seqlens_k").with("to", INT32))
                .let("shape", "Shape", "attention_mask")
                .let("long", "Gather", "shape", "one")
                .add(node("Cast").in("long").out("length").with("to", INT32));
    }

    /** Adds a layer, and returns the sum after it; its normalised form is the next {@code n}. */
    private String layer(int i, String sum) {
        String at = "l" + i + ".";
        String normed = "n" + 2 * i;
        product(at + "q", normed, WIDTH, WIDTH);
        product(at + "k", normed, WIDTH, KEYS);
        product(at + "v", normed, WIDTH, KEYS);
        String key = "past_key_values." + i + ".key";
        String value = "past_key_values." + i + ".value";
        builder.input(key, FLOAT, "batch", 1, "past", KEYS)
                .input(value, FLOAT, "batch", 1, "past", KEYS)
                .add(node("GroupQueryAttention")
                        .domain(MICROSOFT)
                        .in(at + "q", at + "k", at + "v", key, value, "seqlens_k", "length", "cosines", "sines")
                        .out(at + "mixed", "present." + i + ".key", "present." + i + ".value")
                        .with("num_heads", 2)
                        .with("kv_num_heads", 1)
                        .with("do_rotary", 1))
                .output("present." + i + ".key", FLOAT, "batch", 1, "total", KEYS)
                .output("present." + i + ".value", FLOAT, "batch", 1, "total", KEYS);
        product(at + "attended", at + "mixed", WIDTH, WIDTH);
        sumAndNorm(2 * i + 1, sum, at + "attended", at + "s");
        if (feed == Feed.GATED) {
            gated(at, "n" + (2 * i + 1));
        } else {
            experts(at, "n" + (2 * i + 1));
        }
        sumAndNorm(2 * i + 2, at + "s", at + "down", at + "out");
        return at + "out";
    }

    private void gated(String at, String input) {
        product(at + "gate", input, WIDTH, INNER);
        product(at + "up", input, WIDTH, INNER);
        builder.let(at + "sigmoid", "Sigmoid", at + "gate")
                .let(at + "silu", "Mul", at + "gate", at + "sigmoid")
                .let(at + "gated", "Mul", at + "silu", at + "up");
        product(at + "down", at + "gated", INNER, WIDTH);
    }

    /** Adds a router, whose scores have an axis for all tokens, and the experts that it chooses. */
    private void experts(String at, String input) {
        if (at.equals("l0.")) {
            builder.initializer(Tensors.vector("routes", -1L, EXPERTS));
        }
        builder.initializer(Tensors.floats(at + "router", random, WIDTH, EXPERTS))
                .let(at + "scores", "MatMul", input, at + "router")
                .let(at + "routed", "Reshape", at + "scores", "routes");
        String type = feed == Feed.EXPERTS ? "MoE" : "QMoE";
        List<String> reads = new ArrayList<>(List.of(input, at + "routed"));
        for (int[] sizes : new int[][] {{INNER, WIDTH}, {WIDTH, INNER}}) {
            String name = at + "experts" + sizes[0];
            if (reads.size() > 2) {
                reads.add("");
            }
            reads.add(name);
            if (feed == Feed.EXPERTS) {
                builder.initializer(Tensors.floats(name, random, EXPERTS, sizes[0], sizes[1]));
            } else {
                builder.initializer(Tensors.bytes(
                                name, UINT8, random, EXPERTS, sizes[0], (long) sizes[1] * bits / Byte.SIZE))
                        .initializer(scales(name + ".scales", EXPERTS, sizes[0]));
                reads.add(name + ".scales");
            }
        }
        builder.add(node(type)
                .domain(MICROSOFT)
                .in(reads.toArray(String[]::new))
                .out(at + "down")
                .with("k", 2)
                .with("activation_type", "gelu")
                .with("normalize_routing_weights", 1)
                .with(
                        feed == Feed.EXPERTS ? "use_sparse_mixer" : "expert_weight_bits",
                        feed == Feed.EXPERTS ? 0 : bits));
    }

    private void norm(String output, String input, String weight) {
        builder.initializer(Tensors.floats(weight, random, WIDTH))
                .add(node("SimplifiedLayerNormalization")
                        .in(input, weight)
                        .out(output)
                        .with("axis", -1));
    }

    private void sumAndNorm(int number, String one, String other, String sum) {
        builder.initializer(Tensors.floats("w" + number, random, WIDTH))
                .add(node("SkipSimplifiedLayerNormalization")
                        .domain(MICROSOFT)
                        .in(one, other, "w" + number)
                        .out("n" + number, "", "", sum));
    }

    private void product(String output, String input, int from, int to) {
        int blocks = from / BLOCK;
        builder.initializer(
                        Tensors.bytes(output + ".weight", UINT8, random, to, blocks, (long) BLOCK * bits / Byte.SIZE))
                .initializer(scales(output + ".scales", to, blocks))
                .initializer(
                        Tensors.bytes(output + ".zeros", UINT8, random, to, ((long) blocks * bits + 7) / Byte.SIZE))
                .add(node("MatMulNBits")
                        .domain(MICROSOFT)
                        .in(input, output + ".weight", output + ".scales", output + ".zeros")
                        .out(output)
                        .with("K", from)
                        .with("N", to)
                        .with("bits", bits)
                        .with("block_size", BLOCK));
    }

    private TensorProto packed(String name, long rows, long columns) {
        return Tensors.bytes(name, UINT8, random, rows, columns * bits / Byte.SIZE);
    }

    /** Scales such that a weight is between about -1 and 1. */
    private TensorProto scales(String name, int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (0.5f + random.nextFloat()) * 2f / (1 << bits);
        }
        return Tensors.vector(name, values).toBuilder()
                .clearDims()
                .addDims(rows)
                .addDims(columns)
                .build();
    }
}
