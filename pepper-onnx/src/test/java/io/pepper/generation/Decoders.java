package io.pepper.generation;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT64;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;

import io.pepper.model.OptimizationLevel;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.onnx.testmodels.Tensors;
import io.pepper.session.PipelineOptions;
import io.pepper.session.SessionOptions;
import io.pepper.session.StageOptions;
import java.util.Random;

/** Small text generators. Their weights depend on the style and the number of layers alone. */
final class Decoders {
    /** Without optimisation and on one thread, so that answers are identical bit by bit. */
    static final GenerationOptions EXACT = GenerationOptions.DEFAULTS.withPipeline(
            PipelineOptions.DEFAULTS.withRuntime(SessionOptions.DEFAULTS.withStages(StageOptions.DEFAULTS
                    .withOptimization(OptimizationLevel.NONE)
                    .withThreads(1))));

    static final int WIDTH = 32;
    static final int VOCABULARY = 40;
    private static final int KERNEL = 3;
    private static final int LONGEST = 256;

    /** The kinds of caches. */
    enum Style {
        /** Keys and values of all tokens; a mask, and positions. */
        ATTENTION,
        /** Keys and values; the number of tokens before is the shape of the first cache. */
        SHAPE_OF_CACHE,
        /** Layers with keys and values take turns with those that keep the last two tokens for a convolution. */
        CONVOLUTION,
        /** Keys and values in the operator of ONNX Runtime, whose lengths follow from the mask. */
        GROUP_QUERY,
        /** A recurrent state alone. */
        STATE
    }

    private Decoders() {}

    static byte[] bytes(Style style, int layers) {
        ModelBuilder builder = model("decoder-" + style)
                .input("input_ids", INT64, "batch", "seq")
                .initializer(Tensors.floats("embed", new Random(7), VOCABULARY, WIDTH))
                .initializer(Tensors.scalar("gain", 3f))
                .let("x0", "Gather", "embed", "input_ids");
        if (style == Style.GROUP_QUERY) {
            lengths(builder);
        } else if (style == Style.SHAPE_OF_CACHE) {
            biasByShape(builder);
        } else if (style != Style.STATE) {
            bias(builder);
        }
        for (int i = 0; i < layers; i++) {
            boolean convolution = style == Style.CONVOLUTION && i % 2 == 0;
            if (convolution) {
                convolution(builder, i);
            } else if (style == Style.GROUP_QUERY) {
                groupQuery(builder, i);
            } else if (style == Style.STATE) {
                state(builder, i);
            } else {
                attention(builder, i);
            }
            builder.linear("f" + i, "r" + i, WIDTH, WIDTH)
                    .let("e" + i, "Mul", "f" + i, "gain")
                    .let("x" + (i + 1), "Tanh", "e" + i);
        }
        return builder.linear("logits", "x" + layers, WIDTH, VOCABULARY)
                .output("logits", FLOAT, "batch", "seq", VOCABULARY)
                .build()
                .toByteArray();
    }

    /** What each token may attend to: those up to it that the mask allows. */
    private static void bias(ModelBuilder builder) {
        builder.input("attention_mask", INT64, "batch", "total")
                .input("position_ids", INT64, "batch", "seq")
                .initializer(Tensors.floats("places", new Random(8), LONGEST, WIDTH))
                .let("place", "Gather", "places", "position_ids")
                .let("placed", "Add", "x0", "place")
                .initializer(Tensors.scalar("zero", 0L))
                .initializer(Tensors.scalar("one", 1L))
                .initializer(Tensors.vector("last", 2L))
                .initializer(Tensors.vector("middle", 1L))
                .initializer(Tensors.scalar("far", -1e4f))
                .initializer(Tensors.scalar("unit", 1f))
                .let("shape", "Shape", "attention_mask")
                .let("total", "Gather", "shape", "one")
                .let("keys", "Range", "zero", "total", "one")
                .let("asked", "Unsqueeze", "position_ids", "last")
                .let("before", "LessOrEqual", "keys", "asked")
                .add(node("Cast").in("before").out("allowed").with("to", FLOAT.getNumber()))
                .add(node("Cast").in("attention_mask").out("numbers").with("to", FLOAT.getNumber()))
                .let("wide", "Unsqueeze", "numbers", "middle")
                .let("both", "Mul", "allowed", "wide")
                .let("not", "Sub", "unit", "both")
                .let("bias", "Mul", "not", "far");
    }

    private static void biasByShape(ModelBuilder builder) {
        builder.input("position_ids", INT64, "batch", "seq")
                .initializer(Tensors.floats("places", new Random(8), LONGEST, WIDTH))
                .initializer(Tensors.scalar("zero", 0L))
                .initializer(Tensors.scalar("one", 1L))
                .initializer(Tensors.vector("last", 2L))
                .initializer(Tensors.scalar("far", -1e4f))
                .initializer(Tensors.scalar("unit", 1f))
                .let("place", "Gather", "places", "position_ids")
                .let("placed", "Add", "x0", "place")
                .let("cacheShape", "Shape", "past_key_values.0.key")
                .let("passed", "Gather", "cacheShape", "one")
                .let("stepShape", "Shape", "position_ids")
                .let("added", "Gather", "stepShape", "one")
                .let("total", "Add", "passed", "added")
                .let("keys", "Range", "zero", "total", "one")
                .let("asked", "Unsqueeze", "position_ids", "last")
                .let("before", "LessOrEqual", "keys", "asked")
                .add(node("Cast").in("before").out("allowed").with("to", FLOAT.getNumber()))
                .let("not", "Sub", "unit", "allowed")
                .let("bias", "Mul", "not", "far");
    }

    private static void attention(ModelBuilder builder, int i) {
        String in = i == 0 ? "placed" : "x" + i;
        builder.input("past_key_values." + i + ".key", FLOAT, "batch", "past", WIDTH)
                .input("past_key_values." + i + ".value", FLOAT, "batch", "past", WIDTH)
                .linear("q" + i, in, WIDTH, WIDTH)
                .linear("k" + i, in, WIDTH, WIDTH)
                .linear("v" + i, in, WIDTH, WIDTH)
                .add(node("Concat")
                        .in("past_key_values." + i + ".key", "k" + i)
                        .out("present." + i + ".key")
                        .with("axis", 1))
                .add(node("Concat")
                        .in("past_key_values." + i + ".value", "v" + i)
                        .out("present." + i + ".value")
                        .with("axis", 1))
                .add(node("Transpose").in("present." + i + ".key").out("t" + i).ints("perm", 0, 2, 1))
                .let("s" + i, "MatMul", "q" + i, "t" + i)
                .let("m" + i, "Add", "s" + i, "bias")
                .add(node("Softmax").in("m" + i).out("p" + i).with("axis", -1))
                .let("c" + i, "MatMul", "p" + i, "present." + i + ".value")
                .let("r" + i, "Add", in, "c" + i)
                .output("present." + i + ".key", FLOAT, "batch", "total", WIDTH)
                .output("present." + i + ".value", FLOAT, "batch", "total", WIDTH);
    }

    private static void convolution(ModelBuilder builder, int i) {
        String in = i == 0 ? "placed" : "x" + i;
        builder.input("past_conv." + i, FLOAT, "batch", WIDTH, KERNEL - 1)
                .add(node("Transpose").in(in).out("a" + i).ints("perm", 0, 2, 1))
                .add(node("Concat").in("past_conv." + i, "a" + i).out("h" + i).with("axis", 2))
                .initializer(Tensors.floats("w" + i, builder.random(), WIDTH, WIDTH, KERNEL))
                .let("o" + i, "Conv", "h" + i, "w" + i)
                .add(node("Transpose").in("o" + i).out("c" + i).ints("perm", 0, 2, 1))
                .let("r" + i, "Add", in, "c" + i)
                .initializer(Tensors.vector("from" + i, -(KERNEL - 1L)))
                .initializer(Tensors.vector("to" + i, Long.MAX_VALUE))
                .initializer(Tensors.vector("axis" + i, 2L))
                .let("present_conv." + i, "Slice", "h" + i, "from" + i, "to" + i, "axis" + i)
                .output("present_conv." + i, FLOAT, "batch", WIDTH, KERNEL - 1);
    }

    /** The length of the keys follows from the mask, as the exporter of ONNX Runtime's generators writes it. */
    private static void lengths(ModelBuilder builder) {
        builder.input("attention_mask", INT64, "batch", "total")
                .opset("com.microsoft", 1)
                .initializer(Tensors.floats("cosines", new Random(9), LONGEST, WIDTH / 4))
                .initializer(Tensors.floats("sines", new Random(10), LONGEST, WIDTH / 4))
                .initializer(Tensors.vector("axis", 1L))
                .initializer(Tensors.scalar("one", 1L))
                .add(node("ReduceSum").in("attention_mask", "axis").out("ones").with("keepdims", 1))
                .let("less", "Sub", "ones", "one")
                .add(node("Cast").in("less").out("seqlens_k").with("to", 6))
                .let("shape", "Shape", "attention_mask")
                .let("long", "Gather", "shape", "one")
                .add(node("Cast").in("long").out("length").with("to", 6));
    }

    private static void groupQuery(ModelBuilder builder, int i) {
        builder.input("past_key_values." + i + ".key", FLOAT, "batch", 2, "past", WIDTH / 2)
                .input("past_key_values." + i + ".value", FLOAT, "batch", 2, "past", WIDTH / 2)
                .linear("q" + i, "x" + i, WIDTH, WIDTH)
                .linear("k" + i, "x" + i, WIDTH, WIDTH)
                .linear("v" + i, "x" + i, WIDTH, WIDTH)
                .add(node("GroupQueryAttention")
                        .domain("com.microsoft")
                        .in(
                                "q" + i,
                                "k" + i,
                                "v" + i,
                                "past_key_values." + i + ".key",
                                "past_key_values." + i + ".value",
                                "seqlens_k",
                                "length",
                                "cosines",
                                "sines")
                        .out("c" + i, "present." + i + ".key", "present." + i + ".value")
                        .with("num_heads", 2)
                        .with("kv_num_heads", 2)
                        .with("do_rotary", 1))
                .let("r" + i, "Add", "x" + i, "c" + i)
                .output("present." + i + ".key", FLOAT, "batch", 2, "total", WIDTH / 2)
                .output("present." + i + ".value", FLOAT, "batch", 2, "total", WIDTH / 2);
    }

    /** The sum of all tokens so far, so that the state has a fixed size. */
    private static void state(ModelBuilder builder, int i) {
        if (i == 0) {
            builder.initializer(Tensors.scalar("along", 1L)).initializer(Tensors.vector("axes", 1L));
        }
        builder.input("past_state." + i, FLOAT, "batch", 1, WIDTH)
                .let("sums" + i, "CumSum", "x" + i, "along")
                .let("mixed" + i, "Add", "sums" + i, "past_state." + i)
                .let("bounded" + i, "Tanh", "mixed" + i)
                .let("r" + i, "Add", "x" + i, "bounded" + i)
                .add(node("ReduceSum").in("x" + i, "axes").out("sum" + i).with("keepdims", 1))
                .let("present_state." + i, "Add", "past_state." + i, "sum" + i)
                .output("present_state." + i, FLOAT, "batch", 1, WIDTH);
    }
}
