package io.pepper.generation;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.BOOL;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT16;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT32;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT64;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;

import io.pepper.generation.ExportStyle.Extra;
import io.pepper.generation.ExportStyle.Layout;
import io.pepper.generation.ExportStyle.Mask;
import io.pepper.generation.ExportStyle.Positions;
import io.pepper.generation.ExportStyle.Tokens;
import io.pepper.onnx.internal.proto.TensorProto.DataType;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.onnx.testmodels.Tensors;
import java.util.Random;

/** A small text generator with the inputs and outputs of a style. */
final class ExportedDecoder {
    static final int HEADS = 2;
    static final int HEAD = 8;
    static final int WIDTH = HEADS * HEAD;
    static final int VOCABULARY = 40;
    static final int LONGEST = 32;
    private static final float FAR = -1e4f;

    private final ExportStyle style;
    private final ModelBuilder builder;

    private ExportedDecoder(ExportStyle style) {
        this.style = style;
        this.builder = model("decoder");
    }

    static byte[] bytes(ExportStyle style, int layers) {
        return new ExportedDecoder(style).build(layers);
    }

    private byte[] build(int layers) {
        builder.initializer(Tensors.scalar("zero", 0L))
                .initializer(Tensors.scalar("one", 1L))
                .initializer(Tensors.vector("axis0", 0L))
                .initializer(Tensors.vector("axis1", 1L))
                .initializer(Tensors.vector("axes12", 1L, 2L))
                .initializer(Tensors.vector("toHeads", 0L, 0L, HEADS, HEAD))
                .initializer(Tensors.vector("fromHeads", 0L, 0L, WIDTH))
                .initializer(Tensors.scalar("far", FAR))
                .initializer(Tensors.scalar("none", 0f))
                .initializer(Tensors.scalar("unit", 1f))
                .initializer(Tensors.scalar("gain", 3f));
        embedding();
        mask();
        bias();
        encoder();
        for (int i = 0; i < layers; i++) {
            layer(i);
        }
        logits(layers);
        return builder.build().toByteArray();
    }

    private void embedding() {
        DataType type = style.tokens() == Tokens.INT32 ? INT32 : INT64;
        builder.initializer(Tensors.floats("embed", new Random(7), VOCABULARY, WIDTH));
        if (style.tokens() == Tokens.RANK_1) {
            builder.input("tokens", type, "sequence_length").let("ids", "Unsqueeze", "tokens", "axis0");
        } else {
            boolean single = style.tokens() == Tokens.ONE_AT_A_TIME;
            builder.input("input_ids", type, "batch_size", single ? (Object) 1 : "sequence_length")
                    .let("ids", "Identity", "input_ids");
        }
        builder.let("e0", "Gather", "embed", "ids");
        String at = "e0";
        if (style.has(Extra.TOKEN_TYPES)) {
            builder.input("token_type_ids", INT64, "batch_size", "sequence_length")
                    .initializer(Tensors.floats("kinds", new Random(11), 2, WIDTH))
                    .let("kind", "Gather", "kinds", "token_type_ids")
                    .let("e1", "Add", at, "kind");
            at = "e1";
        }
        if (style.positions() != Positions.NONE) {
            positions();
            builder.let("e2", "Add", at, "place");
            at = "e2";
        }
        builder.let("x0", "Identity", at);
    }

    private void positions() {
        builder.initializer(Tensors.floats("places", new Random(8), LONGEST, WIDTH));
        Object step = style.tokens() == Tokens.ONE_AT_A_TIME ? (Object) 1 : "sequence_length";
        switch (style.positions()) {
            case POSITION_IDS ->
                builder.input("position_ids", INT64, "batch_size", step)
                        .let("place", "Gather", "places", "position_ids");
            case CACHE_POSITION ->
                builder.input("cache_position", INT64, step).let("place", "Gather", "places", "cache_position");
            default ->
                builder.input("position_ids", INT64, 3, "batch_size", step)
                        .let("rows", "Gather", "places", "position_ids")
                        .add(node("ReduceSum").in("rows", "axis0").out("place").with("keepdims", 0));
        }
    }

    private void mask() {
        Mask mask = style.mask();
        if (mask == Mask.NONE) {
            return;
        }
        DataType type = mask.name().startsWith("INT64")
                ? INT64
                : mask.name().startsWith("INT32")
                        ? INT32
                        : mask.name().startsWith("FLOAT") ? FLOAT : mask == Mask.HALF_4_ADDED ? FLOAT16 : BOOL;
        Object total = mask == Mask.BOOL_4_BUFFER ? (Object) LONGEST : "total_sequence_length";
        if (mask.axes() == 2) {
            builder.input("attention_mask", type, "batch_size", total);
        } else {
            builder.input("attention_mask", type, "batch_size", 1, "sequence_length", total);
        }
    }

    /** What is added to scores, in tensor {@code bias}; masks of four axes of truth values are applied in the layers. */
    private void bias() {
        Mask mask = style.mask();
        if (isGroupQuery()) {
            builder.opset("com.microsoft", 1)
                    .input("seqlens_k", INT32, "batch_size")
                    .input("total_sequence_length", INT32);
            return;
        }
        if (mask.axes() != 4) {
            causal();
        }
        switch (mask) {
            case NONE -> builder.let("bias", "Identity", "causal");
            case INT64_2, INT32_2, FLOAT_2 -> {
                kept(true);
                builder.let("bias", "Add", "kept", "causal");
            }
            case FLOAT_2_ADDED ->
                builder.let("wide", "Unsqueeze", "attention_mask", "axes12").let("bias", "Add", "wide", "causal");
            case BOOL_2, BOOL_2_HIDING -> {
                builder.let("wide", "Unsqueeze", "attention_mask", "axes12");
                boolean hiding = mask.isHiding();
                builder.let("bias", "Where", "wide", hiding ? "far" : "causal", hiding ? "causal" : "far");
            }
            case FLOAT_4_ADDED -> builder.let("bias", "Identity", "attention_mask");
            case HALF_4_ADDED -> cast("attention_mask", "bias", FLOAT);
            case FLOAT_4, INT64_4 -> {
                kept(false);
                builder.let("bias", "Identity", "kept");
            }
            case BOOL_4_BUFFER -> builder.let("bias", "Where", "attention_mask", "none", "far");
            default -> {}
        }
    }

    private void kept(boolean widen) {
        cast("attention_mask", "numbers", FLOAT);
        builder.let("not", "Sub", "unit", "numbers").let("hidden", "Mul", "not", "far");
        builder.let(
                "kept",
                widen ? "Unsqueeze" : "Identity",
                widen ? new String[] {"hidden", "axes12"} : new String[] {"hidden"});
    }

    private void cast(String from, String to, DataType type) {
        builder.add(node("Cast").in(from).out(to).with("to", type.getNumber()));
    }

    private void causal() {
        if (style.layout() == Layout.BUFFER) {
            builder.initializer(Tensors.scalar("longest", (long) LONGEST))
                    .let("keys", "Range", "zero", "longest", "one")
                    .let("asked", "Unsqueeze", "cache_position", "axis1");
        } else {
            builder.let("stepShape", "Shape", "ids").let("step", "Gather", "stepShape", "one");
            if (style.mask() == Mask.NONE) {
                builder.initializer(Tensors.scalar("two", 2L))
                        .let("cacheShape", "Shape", style.past(0, "key"))
                        .let("past", "Gather", "cacheShape", "two")
                        .let("total", "Add", "past", "step");
            } else {
                builder.let("maskShape", "Shape", "attention_mask")
                        .let("total", "Gather", "maskShape", "one")
                        .let("past", "Sub", "total", "step");
            }
            builder.let("keys", "Range", "zero", "total", "one")
                    .let("queries", "Range", "past", "total", "one")
                    .let("asked", "Unsqueeze", "queries", "axis1");
        }
        builder.let("allowed", "LessOrEqual", "keys", "asked").let("causal", "Where", "allowed", "none", "far");
    }

    private boolean isGroupQuery() {
        return style.layout() == Layout.GROUP_QUERY || style.layout() == Layout.GROUP_QUERY_BUFFER;
    }

    private void encoder() {
        if (style.has(Extra.ENCODER_STATES)) {
            builder.input("encoder_hidden_states", FLOAT, "batch_size", "encoder_sequence_length", WIDTH)
                    .input("encoder_attention_mask", INT64, "batch_size", "encoder_sequence_length");
            cast("encoder_attention_mask", "encoded", FLOAT);
            builder.let("padding", "Sub", "unit", "encoded")
                    .let("padded", "Mul", "padding", "far")
                    .let("encoderBias", "Unsqueeze", "padded", "axes12");
        }
    }

    private void layer(int i) {
        for (String each : new String[] {"q", "k", "v"}) {
            builder.linear(each + i, "x" + i, WIDTH, WIDTH);
        }
        if (isGroupQuery()) {
            groupQuery(i);
        } else {
            for (String each : new String[] {"q", "k", "v"}) {
                heads(each + i, each + "h" + i);
            }
            caches(i);
            attend("qh" + i, "keys" + i, "values" + i, i, "");
        }
        builder.let("r" + i, "Add", "x" + i, "c" + i);
        String at = "r" + i;
        if (style.has(Extra.ENCODER_STATES) || style.has(Extra.ENCODER_CACHES)) {
            cross(i);
            at = "y" + i;
        }
        builder.linear("f" + i, at, WIDTH, WIDTH)
                .let("g" + i, "Mul", "f" + i, "gain")
                .let("x" + (i + 1), "Tanh", "g" + i);
    }

    /** From batch, tokens, width to batch, heads, tokens, width. */
    private void heads(String from, String to) {
        builder.let(to + "r", "Reshape", from, "toHeads")
                .add(node("Transpose").in(to + "r").out(to).ints("perm", 0, 2, 1, 3));
    }

    private void attend(String query, String keys, String values, int i, String suffix) {
        String n = i + suffix;
        builder.add(node("Transpose").in(keys).out("t" + n).ints("perm", 0, 1, 3, 2))
                .let("s" + n, "MatMul", query, "t" + n);
        String scores = "m" + n;
        if (!suffix.isEmpty()) {
            builder.let(
                    scores,
                    style.has(Extra.ENCODER_STATES) ? "Add" : "Identity",
                    style.has(Extra.ENCODER_STATES) ? new String[] {"s" + n, "encoderBias"} : new String[] {"s" + n});
        } else if (style.mask() == Mask.BOOL_4) {
            builder.let(scores, "Where", "attention_mask", "s" + n, "far");
        } else if (style.mask() == Mask.BOOL_4_HIDING) {
            builder.let(scores, "Where", "attention_mask", "far", "s" + n);
        } else {
            builder.let(scores, "Add", "s" + n, "bias");
        }
        builder.add(node("Softmax").in(scores).out("p" + n).with("axis", -1))
                .let("a" + n, "MatMul", "p" + n, values)
                .add(node("Transpose").in("a" + n).out("b" + n).ints("perm", 0, 2, 1, 3))
                .let("c" + n, "Reshape", "b" + n, "fromHeads");
    }

    private void caches(int i) {
        boolean half = style.has(Extra.HALF_CACHES);
        DataType type = half ? FLOAT16 : FLOAT;
        if (style.layout() == Layout.STACKED) {
            stacked(i);
            return;
        }
        for (String kind : new String[] {"key", "value"}) {
            String made = (kind.equals("key") ? "kh" : "vh") + i;
            String past = style.past(i, kind);
            String present = style.present(i, kind);
            String used = (kind.equals("key") ? "keys" : "values") + i;
            builder.input(past, type, style.layout().axes("past_sequence_length"))
                    .output(present, type, style.layout().axes("total_sequence_length"));
            if (half) {
                cast(made, made + "16", FLOAT16);
                concat(past, made + "16", present, 2);
                cast(present, used, FLOAT);
                continue;
            }
            switch (style.layout()) {
                case SEQUENCE_FIRST -> {
                    transpose(made, made + "t", 2, 0, 1, 3);
                    concat(past, made + "t", present, 0);
                    transpose(present, used, 1, 2, 0, 3);
                }
                case TRANSPOSED -> {
                    transpose(made, made + "t", 0, 1, 3, 2);
                    concat(past, made + "t", present, 3);
                    transpose(present, used, 0, 1, 3, 2);
                }
                case BUFFER -> {
                    builder.initializer(Tensors.vector("column" + made, 1L, 1L, -1L, 1L))
                            .let(made + "at", "Reshape", "cache_position", "column" + made)
                            .let(made + "shape", "Shape", made)
                            .let(made + "all", "Expand", made + "at", made + "shape")
                            .add(node("ScatterElements")
                                    .in(past, made + "all", made)
                                    .out(present)
                                    .with("axis", 2));
                    builder.let(used, "Identity", present);
                }
                default -> {
                    concat(past, made, present, 2);
                    builder.let(used, "Identity", present);
                }
            }
        }
    }

    private void concat(String past, String made, String present, int axis) {
        builder.add(node("Concat").in(past, made).out(present).with("axis", axis));
    }

    private void transpose(String from, String to, long... perm) {
        builder.add(node("Transpose").in(from).out(to).ints("perm", perm));
    }

    private void stacked(int i) {
        String past = style.past(i, "");
        String present = style.present(i, "");
        builder.input(past, FLOAT, style.layout().axes("past_sequence_length"))
                .output(present, FLOAT, style.layout().axes("total_sequence_length"))
                .let("ku" + i, "Unsqueeze", "kh" + i, "axis0")
                .let("vu" + i, "Unsqueeze", "vh" + i, "axis0");
        concat("ku" + i, "vu" + i, "kv" + i, 0);
        concat(past, "kv" + i, present, 3);
        builder.let("keys" + i, "Gather", present, "zero").let("values" + i, "Gather", present, "one");
    }

    private void groupQuery(int i) {
        for (String kind : new String[] {"key", "value"}) {
            builder.input(style.past(i, kind), FLOAT, style.layout().axes("past_sequence_length"))
                    .output(style.present(i, kind), FLOAT, style.layout().axes("total_sequence_length"));
        }
        builder.add(node("GroupQueryAttention")
                .domain("com.microsoft")
                .in(
                        "q" + i,
                        "k" + i,
                        "v" + i,
                        style.past(i, "key"),
                        style.past(i, "value"),
                        "seqlens_k",
                        "total_sequence_length")
                .out("c" + i, style.present(i, "key"), style.present(i, "value"))
                .with("num_heads", HEADS)
                .with("kv_num_heads", HEADS));
    }

    /** Attention to the states of an encoder, or to its keys and values. */
    private void cross(int i) {
        builder.linear("xq" + i, "r" + i, WIDTH, WIDTH);
        heads("xq" + i, "xqh" + i);
        String[] read = {"xk" + i, "xv" + i};
        if (style.has(Extra.ENCODER_STATES)) {
            for (String each : read) {
                builder.linear(each + "l", "encoder_hidden_states", WIDTH, WIDTH);
                heads(each + "l", each);
            }
        } else {
            for (int n = 0; n < 2; n++) {
                String kind = ".encoder." + (n == 0 ? "key" : "value");
                read[n] = "past_key_values." + i + kind;
                builder.input(read[n], FLOAT, "batch_size", HEADS, "encoder_sequence_length", HEAD);
                if (style.has(Extra.ENCODER_CACHES_PASSED_ON)) {
                    builder.let("present." + i + kind, "Identity", read[n])
                            .output("present." + i + kind, FLOAT, "batch_size", HEADS, "encoder_sequence_length", HEAD);
                }
            }
        }
        attend("xqh" + i, read[0], read[1], i, "x");
        builder.let("y" + i, "Add", "r" + i, "c" + i + "x");
    }

    private void logits(int layers) {
        String at = "x" + layers;
        Object rows = "sequence_length";
        if (style.has(Extra.NUM_LOGITS_TO_KEEP)) {
            rows = "num_logits_to_keep";
            builder.input("num_logits_to_keep", INT64)
                    .let("wanted", "Unsqueeze", "num_logits_to_keep", "axis0")
                    .let("from", "Neg", "wanted")
                    .initializer(Tensors.vector("end", Long.MAX_VALUE))
                    .let("last", "Slice", at, "from", "end", "axis1");
            at = "last";
        }
        boolean half = style.has(Extra.HALF_LOGITS);
        builder.linear("scores", at, WIDTH, VOCABULARY);
        if (half) {
            cast("scores", "logits", FLOAT16);
        } else {
            builder.let(
                    "logits",
                    style.tokens() == Tokens.RANK_1 ? "Squeeze" : "Identity",
                    style.tokens() == Tokens.RANK_1 ? new String[] {"scores", "axis0"} : new String[] {"scores"});
        }
        if (style.tokens() == Tokens.RANK_1) {
            builder.output("logits", FLOAT, rows, VOCABULARY);
        } else {
            builder.output("logits", half ? FLOAT16 : FLOAT, "batch_size", rows, VOCABULARY);
        }
    }
}
