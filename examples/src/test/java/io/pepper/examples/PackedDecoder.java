package io.pepper.examples;

import com.google.protobuf.ByteString;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.OperatorSetIdProto;
import io.pepper.onnx.internal.proto.TensorProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * A text generator with weights of 4 or 8 bits, as exporters for ONNX Runtime write it: products of packed weights,
 * grouped queries with rotation and caches, and root mean square normalisation fused with the sum.
 */
public final class PackedDecoder {
    private static final int LAYERS = 3;
    private static final int WIDTH = 64;
    private static final int KEYS = 32;
    private static final int INNER = 128;
    private static final int VOCABULARY = 48;
    private static final int BLOCK = 32;
    private static final int LONGEST = 128;

    private final Random random = new Random(29);
    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("packed");
    private final int bits;

    private PackedDecoder(int bits) {
        this.bits = bits;
    }

    public static Path write(Path file, int bits) throws IOException {
        return Files.write(file, new PackedDecoder(bits).model().toByteArray());
    }

    private ModelProto model() {
        graph.addInput(SmallDecoder.value("input_ids", TensorProto.DataType.INT64, "batch", "seq"))
                .addInput(SmallDecoder.value("attention_mask", TensorProto.DataType.INT64, "batch", "total"))
                .addInitializer(SmallDecoder.weights("embed", random, VOCABULARY, WIDTH))
                .addInitializer(SmallDecoder.weights("cosines", random, LONGEST, WIDTH / 4))
                .addInitializer(SmallDecoder.weights("sines", random, LONGEST, WIDTH / 4))
                .addInitializer(SmallDecoder.number("one", 1))
                .addNode(SmallDecoder.node("Gather", "x0", "embed", "input_ids"))
                .addNode(SmallDecoder.node("ReduceSum", "ones", "attention_mask", "one"))
                .addNode(SmallDecoder.node("Sub", "less", "ones", "one"))
                .addNode(cast("seqlens_k", "less"))
                .addNode(SmallDecoder.node("Shape", "shape", "attention_mask"))
                .addNode(SmallDecoder.node("Gather", "long", "shape", "one"))
                .addNode(cast("length", "long"))
                .addInitializer(SmallDecoder.weights("w0", random, WIDTH))
                .addNode(SmallDecoder.node("SimplifiedLayerNormalization", "n0", "x0", "w0")
                        .addAttribute(SmallDecoder.whole("axis", -1)));
        for (int i = 0; i < LAYERS; i++) {
            attention(i);
            feed(i);
        }
        product("logits", "n" + 2 * LAYERS, WIDTH, VOCABULARY);
        graph.addOutput(SmallDecoder.value("logits", TensorProto.DataType.FLOAT, "batch", "seq", VOCABULARY));
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .addOpsetImport(OperatorSetIdProto.newBuilder()
                        .setDomain("com.microsoft")
                        .setVersion(1))
                .setGraph(graph)
                .build();
    }

    private static NodeProto.Builder cast(String output, String input) {
        return SmallDecoder.node("Cast", output, input)
                .addAttribute(SmallDecoder.whole("to", TensorProto.DataType.INT32_VALUE));
    }

    private static NodeProto.Builder microsoft(String type, String output, String... inputs) {
        return SmallDecoder.node(type, output, inputs).setDomain("com.microsoft");
    }

    private void attention(int i) {
        String normed = "n" + 2 * i;
        product("q" + i, normed, WIDTH, WIDTH);
        product("k" + i, normed, WIDTH, KEYS);
        product("v" + i, normed, WIDTH, KEYS);
        String key = "past_key_values." + i + ".key";
        String value = "past_key_values." + i + ".value";
        for (String kind : new String[] {"key", "value"}) {
            graph.addInput(SmallDecoder.value(
                            "past_key_values." + i + "." + kind, TensorProto.DataType.FLOAT, "batch", 1, "past", KEYS))
                    .addOutput(SmallDecoder.value(
                            "present." + i + "." + kind, TensorProto.DataType.FLOAT, "batch", 1, "total", KEYS));
        }
        NodeProto.Builder grouped =
                microsoft("GroupQueryAttention", "mixed" + i, "q" + i, "k" + i, "v" + i, key, value);
        graph.addNode(grouped.addInput("seqlens_k")
                .addInput("length")
                .addInput("cosines")
                .addInput("sines")
                .addOutput("present." + i + ".key")
                .addOutput("present." + i + ".value")
                .addAttribute(SmallDecoder.whole("num_heads", 2))
                .addAttribute(SmallDecoder.whole("kv_num_heads", 1))
                .addAttribute(SmallDecoder.whole("do_rotary", 1)));
        product("attended" + i, "mixed" + i, WIDTH, WIDTH);
        sumAndNorm(2 * i + 1, "x" + i, "attended" + i, "s" + i);
    }

    private void feed(int i) {
        String normed = "n" + (2 * i + 1);
        product("gate" + i, normed, WIDTH, INNER);
        product("up" + i, normed, WIDTH, INNER);
        graph.addNode(SmallDecoder.node("Sigmoid", "sigmoid" + i, "gate" + i))
                .addNode(SmallDecoder.node("Mul", "silu" + i, "gate" + i, "sigmoid" + i))
                .addNode(SmallDecoder.node("Mul", "gated" + i, "silu" + i, "up" + i));
        product("down" + i, "gated" + i, INNER, WIDTH);
        sumAndNorm(2 * i + 2, "s" + i, "down" + i, "x" + (i + 1));
    }

    private void sumAndNorm(int number, String one, String other, String sum) {
        graph.addInitializer(SmallDecoder.weights("w" + number, random, WIDTH))
                .addNode(microsoft("SkipSimplifiedLayerNormalization", "n" + number, one, other, "w" + number)
                        .addOutput("")
                        .addOutput("")
                        .addOutput(sum));
    }

    private void product(String output, String input, int from, int to) {
        int blocks = from / BLOCK;
        byte[] packed = new byte[to * from * bits / Byte.SIZE];
        random.nextBytes(packed);
        ByteBuffer scales = ByteBuffer.allocate(to * blocks * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        while (scales.hasRemaining()) {
            scales.putFloat((0.5f + random.nextFloat()) * 2f / (1 << bits));
        }
        graph.addInitializer(raw(output + ".weight", TensorProto.DataType.UINT8, packed)
                        .addDims(to)
                        .addDims(blocks)
                        .addDims((long) BLOCK * bits / Byte.SIZE))
                .addInitializer(raw(output + ".scales", TensorProto.DataType.FLOAT, scales.array())
                        .addDims((long) to * blocks))
                .addNode(microsoft("MatMulNBits", output, input, output + ".weight", output + ".scales")
                        .addAttribute(SmallDecoder.whole("K", from))
                        .addAttribute(SmallDecoder.whole("N", to))
                        .addAttribute(SmallDecoder.whole("bits", bits))
                        .addAttribute(SmallDecoder.whole("block_size", BLOCK)));
    }

    private static TensorProto.Builder raw(String name, TensorProto.DataType type, byte... bytes) {
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(type.getNumber())
                .setRawData(ByteString.copyFrom(bytes));
    }
}
