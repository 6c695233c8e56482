package io.pepper.onnx.testmodels;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT64;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;

import java.util.List;
import java.util.function.Supplier;

/** An encoder as used for sentence embeddings: two inputs of tokens, attention, a pooled output. */
public final class TransformerTopologies {
    private static final int TOKENS = 6;
    private static final int VOCABULARY = 24;
    private static final int WIDTH = 32;
    private static final int HEADS = 4;

    private TransformerTopologies() {}

    static List<Supplier<TestModel>> all() {
        return List.of(
                TransformerTopologies::transformer,
                TransformerTopologies::transformerWithoutMask,
                TransformerTopologies::decoderWithCache);
    }

    /** Both layers read the mask, so nothing before the second layer's attention is a cut. */
    public static TestModel transformer() {
        ModelBuilder builder = embedded("transformer").input("attention_mask", INT64, "batch", TOKENS);
        mask(builder);
        layer(builder, "l1", "embedded", "mask");
        layer(builder, "l2", "l1_out", "mask");
        return pooled(builder).expecting("l2_sum1", "l2_norm1", "l2_sum2", "l2_out", "token");
    }

    /** Each layer can be cut off: tensors read four times by the layer after them. */
    public static TestModel transformerWithoutMask() {
        ModelBuilder builder =
                embedded("transformerWithoutMask").initializer(Tensors.vector("mask", 0f, 0f, 0f, 0f, 0f, -100f));
        layer(builder, "l1", "embedded", "mask");
        layer(builder, "l2", "l1_out", "mask");
        return pooled(builder)
                .expecting(
                        "words",
                        "embedded",
                        "l1_sum1",
                        "l1_norm1",
                        "l1_sum2",
                        "l1_out",
                        "l2_sum1",
                        "l2_norm1",
                        "l2_sum2",
                        "l2_out",
                        "token");
    }

    /**
     * A step of a text generator: each layer reads its keys and values of earlier words, and gives them back with one more. What
     * the second layer reads does not pass the first, so that nothing is a cut unless these inputs are shared.
     */
    public static TestModel decoderWithCache() {
        ModelBuilder builder = model("decoderWithCache")
                .input("input_ids", INT64, 1, 1)
                .weight("vocabulary", VOCABULARY, WIDTH)
                .let("embedded", "Gather", "vocabulary", "input_ids");
        cachedLayer(builder, "l1", "embedded");
        cachedLayer(builder, "l2", "l1_out");
        return builder.linear("logits", "l2_out", WIDTH, VOCABULARY)
                .output("logits", FLOAT, 1, 1, VOCABULARY)
                .expecting();
    }

    private static void cachedLayer(ModelBuilder builder, String layer, String input) {
        for (String each : List.of("_key", "_value")) {
            builder.input("past_" + layer + each, FLOAT, 1, TOKENS, WIDTH)
                    .linear(layer + each, input, WIDTH, WIDTH)
                    .add(node("Concat")
                            .in("past_" + layer + each, layer + each)
                            .out("present_" + layer + each)
                            .with("axis", 1))
                    .output("present_" + layer + each, FLOAT, 1, TOKENS + 1, WIDTH);
        }
        builder.linear(layer + "_query", input, WIDTH, WIDTH)
                .add(node("Transpose")
                        .in("present_" + layer + "_key")
                        .out(layer + "_keys")
                        .ints("perm", 0, 2, 1))
                .let(layer + "_scores", "MatMul", layer + "_query", layer + "_keys")
                .add(node("Softmax")
                        .in(layer + "_scores")
                        .out(layer + "_weights")
                        .with("axis", -1))
                .let(layer + "_mixed", "MatMul", layer + "_weights", "present_" + layer + "_value")
                .linear(layer + "_attended", layer + "_mixed", WIDTH, WIDTH)
                .let(layer + "_sum", "Add", layer + "_attended", input);
        norm(builder, layer + "_out", layer + "_sum");
    }

    private static ModelBuilder embedded(String name) {
        return model(name)
                .input("input_ids", INT64, "batch", TOKENS)
                .weight("vocabulary", VOCABULARY, WIDTH)
                .weight("positions", TOKENS, WIDTH)
                .initializer(Tensors.vector("split_heads", 0L, 0L, HEADS, WIDTH / HEADS))
                .initializer(Tensors.vector("join_heads", 0L, 0L, WIDTH))
                .initializer(Tensors.scalar("root", (float) Math.sqrt((double) WIDTH / HEADS)))
                .let("words", "Gather", "vocabulary", "input_ids")
                .let("embedded", "Add", "words", "positions");
    }

    private static void mask(ModelBuilder builder) {
        builder.initializer(Tensors.vector("mask_axes", 1L, 2L))
                .initializer(Tensors.scalar("one", 1f))
                .initializer(Tensors.scalar("lowest", -10000f))
                .let("mask_wide", "Unsqueeze", "attention_mask", "mask_axes")
                .add(node("Cast").in("mask_wide").out("mask_float").with("to", FLOAT.getNumber()))
                .let("mask_inverse", "Sub", "one", "mask_float")
                .let("mask", "Mul", "mask_inverse", "lowest");
    }

    private static void layer(ModelBuilder builder, String layer, String input, String mask) {
        attention(builder, layer, input, mask);
        builder.let(layer + "_sum1", "Add", layer + "_attended", input);
        norm(builder, layer + "_norm1", layer + "_sum1");
        feedForward(builder, layer, layer + "_norm1");
        builder.let(layer + "_sum2", "Add", layer + "_fed", layer + "_norm1");
        norm(builder, layer + "_out", layer + "_sum2");
    }

    private static void attention(ModelBuilder builder, String layer, String input, String mask) {
        heads(builder, layer + "_q", input, 0, 2, 1, 3);
        heads(builder, layer + "_k", input, 0, 2, 3, 1);
        heads(builder, layer + "_v", input, 0, 2, 1, 3);
        builder.let(layer + "_scores", "MatMul", layer + "_q", layer + "_k")
                .let(layer + "_scaled", "Div", layer + "_scores", "root")
                .let(layer + "_masked", "Add", layer + "_scaled", mask)
                .add(node("Softmax")
                        .in(layer + "_masked")
                        .out(layer + "_weights")
                        .with("axis", -1))
                .let(layer + "_mixed", "MatMul", layer + "_weights", layer + "_v")
                .add(node("Transpose").in(layer + "_mixed").out(layer + "_back").ints("perm", 0, 2, 1, 3))
                .let(layer + "_flat", "Reshape", layer + "_back", "join_heads")
                .linear(layer + "_attended", layer + "_flat", WIDTH, WIDTH);
    }

    private static void heads(ModelBuilder builder, String output, String input, long... order) {
        builder.linear(output + "_linear", input, WIDTH, WIDTH)
                .weight(output + "_bias", WIDTH)
                .let(output + "_biased", "Add", output + "_linear", output + "_bias")
                .let(output + "_split", "Reshape", output + "_biased", "split_heads")
                .add(node("Transpose").in(output + "_split").out(output).ints("perm", order));
    }

    private static void norm(ModelBuilder builder, String output, String input) {
        builder.weight(output + "_scale", WIDTH)
                .weight(output + "_shift", WIDTH)
                .let(output, "LayerNormalization", input, output + "_scale", output + "_shift");
    }

    private static void feedForward(ModelBuilder builder, String layer, String input) {
        String wide = layer + "_wide";
        builder.linear(wide, input, WIDTH, 2 * WIDTH)
                .let(wide + "_erf", "Erf", wide)
                .let(wide + "_gelu", "Mul", wide, wide + "_erf")
                .linear(layer + "_fed", wide + "_gelu", 2 * WIDTH, WIDTH);
    }

    private static ModelBuilder pooled(ModelBuilder builder) {
        return builder.initializer(Tensors.scalar("first", 0L))
                .add(node("Gather").in("l2_out", "first").out("token").with("axis", 1))
                .linear("y", "token", WIDTH, 16)
                .output("y", FLOAT, "batch", 16);
    }
}
