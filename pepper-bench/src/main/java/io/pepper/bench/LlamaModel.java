package io.pepper.bench;

import com.google.protobuf.ByteString;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.OperatorSetIdProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TensorShapeProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A writer of decoders like those of Llama (Touvron et al., "LLaMA: Open and Efficient Foundation Language Models",
 * 2023), with seeded random weights: RMS norm, rotary positions, heads that share keys and values, a gated layer, and
 * caches that grow by concatenation.
 */
final class LlamaModel {
    private static final int OPSET = 14;
    private static final int IR_VERSION = 8;
    private static final long ALL = -1;
    private static final double BASE = 10_000;

    private final int layers;
    private final int width;
    private final int heads;
    private final int groups;
    private final int vocabulary;
    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("llama");
    private final Random random = new Random(28);

    private LlamaModel(int layers, int width, int heads, int groups, int vocabulary) {
        this.layers = layers;
        this.width = width;
        this.heads = heads;
        this.groups = groups;
        this.vocabulary = vocabulary;
    }

    /**
     * Writes a decoder.
     *
     * @param file the ONNX file
     * @param layers the number of layers
     * @param width the width of the hidden state
     * @param heads the number of heads of queries
     * @param groups the number of heads of keys and values, a divisor of {@code heads}
     * @param vocabulary the number of tokens
     * @return the file
     */
    static Path write(Path file, int layers, int width, int heads, int groups, int vocabulary) throws IOException {
        ModelProto model = new LlamaModel(layers, width, heads, groups, vocabulary).model();
        return Files.write(file, model.toByteArray());
    }

    private int headWidth() {
        return width / heads;
    }

    private ModelProto model() {
        constants();
        inputs();
        positions();
        mask();
        String state = node("Gather", "h0", "embed", "input_ids");
        for (int layer = 0; layer < layers; layer++) {
            state = layer(layer, state);
        }
        weights("head", width, vocabulary);
        node("MatMul", "logits", norm("last", state), "head");
        graph.addOutput(value("logits", TensorProto.DataType.FLOAT, "batch", "seq", vocabulary));
        return ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
                .setGraph(graph)
                .build();
    }

    private void inputs() {
        graph.addInput(value("input_ids", TensorProto.DataType.INT64, "batch", "seq"))
                .addInput(value("attention_mask", TensorProto.DataType.INT64, "batch", "total"))
                .addInput(value("position_ids", TensorProto.DataType.INT64, "batch", "seq"));
    }

    private void constants() {
        weights("embed", vocabulary, width);
        whole("zero", 0L);
        whole("one", 1L);
        wholes("axis1", 1);
        wholes("axis2", 2);
        wholes("axes12", 1, 2);
        wholes("queries", 0, 0, heads, headWidth());
        wholes("keys", 0, 0, groups, headWidth());
        wholes("merged", 0, 0, width);
        wholes("repeated", 1, 1, heads / groups, 1, 1);
        wholes("joined", 0, heads, ALL, headWidth());
        wholes("halves", headWidth() / 2, headWidth() / 2);
        number("far", -1e9f);
        number("unit", 1);
        number("scale", (float) Math.pow(headWidth(), -0.5));
        number("epsilon", 1e-5f);
        float[] rates = new float[headWidth() / 2];
        for (int i = 0; i < rates.length; i++) {
            rates[i] = (float) Math.pow(BASE, -(double) i / rates.length);
        }
        floats("rates", rates, 1, 1, rates.length);
    }

    /** The cosines and sines by which queries and keys are rotated. */
    private void positions() {
        cast("placed", "position_ids");
        node("Mul", "angles", node("Unsqueeze", "places", "placed", "axis2"), "rates");
        node("Unsqueeze", "cos", node("Cos", "cosines", "angles"), "axis1");
        node("Unsqueeze", "sin", node("Sin", "sines", "angles"), "axis1");
    }

    /** The bias of attention: each token attends to those up to it that the mask allows. */
    private void mask() {
        node("Gather", "total", node("Shape", "maskShape", "attention_mask"), "one");
        node("Range", "places_of_keys", "zero", "total", "one");
        node("LessOrEqual", "before", "places_of_keys", node("Unsqueeze", "asked", "position_ids", "axis2"));
        node(
                "Unsqueeze",
                "causal",
                node("Mul", "later", node("Sub", "isLater", "unit", cast("isBefore", "before")), "far"),
                "axis1");
        node("Sub", "isPadding", "unit", cast("numbers", "attention_mask"));
        node("Unsqueeze", "padding", node("Mul", "padded", "isPadding", "far"), "axes12");
        node("Add", "bias", "causal", "padding");
    }

    private String layer(int layer, String state) {
        String at = "l" + layer + ".";
        String attended = attention(layer, norm(at + "attention", state));
        String sum = node("Add", at + "r", state, attended);
        String normed = norm(at + "feed", sum);
        weights(at + "gate", width, 2 * width);
        weights(at + "up", width, 2 * width);
        weights(at + "down", 2 * width, width);
        String gate = node("MatMul", at + "g", normed, at + "gate");
        String silu = node("Mul", at + "silu", gate, node("Sigmoid", at + "sigmoid", gate));
        String gated = node("Mul", at + "gated", silu, node("MatMul", at + "u", normed, at + "up"));
        return node("Add", at + "out", sum, node("MatMul", at + "d", gated, at + "down"));
    }

    private String norm(String at, String state) {
        floats(at + ".weight", ones(width), width);
        String square = node("Mul", at + ".square", state, state);
        graph.addNode(NodeProto.newBuilder()
                .setName(at + ".mean")
                .setOpType("ReduceMean")
                .addInput(square)
                .addOutput(at + ".mean")
                .addAttribute(ints("axes", -1)));
        String deviation = node("Sqrt", at + ".deviation", node("Add", at + ".safe", at + ".mean", "epsilon"));
        return node("Mul", at + ".normed", node("Div", at + ".scaled", state, deviation), at + ".weight");
    }

    private static float[] ones(int count) {
        float[] values = new float[count];
        Arrays.fill(values, 1);
        return values;
    }

    private String attention(int layer, String state) {
        String at = "l" + layer + ".";
        weights(at + "wq", width, width);
        weights(at + "wk", width, groups * headWidth());
        weights(at + "wv", width, groups * headWidth());
        weights(at + "wo", width, width);
        String query = rotated(at + "q", heads(at + "q", state, at + "wq", "queries"));
        String key = cached(layer, "key", rotated(at + "k", heads(at + "k", state, at + "wk", "keys")));
        String content = cached(layer, "value", heads(at + "v", state, at + "wv", "keys"));
        String scores = node("MatMul", at + "scores", query, transposed(at + "kt", key, 0, 1, 3, 2));
        String biased = node("Add", at + "biased", node("Mul", at + "scaled", scores, "scale"), "bias");
        graph.addNode(NodeProto.newBuilder()
                .setName(at + "softmax")
                .setOpType("Softmax")
                .addInput(biased)
                .addOutput(at + "shares")
                .addAttribute(AttributeProto.newBuilder()
                        .setName("axis")
                        .setType(AttributeProto.AttributeType.INT)
                        .setI(-1)));
        String mixed = transposed(at + "mixed", node("MatMul", at + "content", at + "shares", content), 0, 2, 1, 3);
        return node("MatMul", at + "attended", node("Reshape", at + "merged", mixed, "merged"), at + "wo");
    }

    private String heads(String at, String state, String weight, String shape) {
        String product = node("MatMul", at + ".product", state, weight);
        return transposed(at + ".heads", node("Reshape", at + ".divided", product, shape), 0, 2, 1, 3);
    }

    private String rotated(String at, String heads) {
        graph.addNode(NodeProto.newBuilder()
                .setName(at + ".split")
                .setOpType("Split")
                .addAllInput(List.of(heads, "halves"))
                .addAllOutput(List.of(at + ".a", at + ".b"))
                .addAttribute(AttributeProto.newBuilder()
                        .setName("axis")
                        .setType(AttributeProto.AttributeType.INT)
                        .setI(-1)));
        String first = node(
                "Sub",
                at + ".first",
                node("Mul", at + ".ac", at + ".a", "cos"),
                node("Mul", at + ".bs", at + ".b", "sin"));
        String second = node(
                "Add",
                at + ".second",
                node("Mul", at + ".bc", at + ".b", "cos"),
                node("Mul", at + ".as", at + ".a", "sin"));
        return concat(at + ".rotated", -1, first, second);
    }

    /** Adds the new keys or values to their cache, and repeats them for the heads that share them. */
    private String cached(int layer, String name, String added) {
        String past = "past_key_values." + layer + "." + name;
        String present = "present." + layer + "." + name;
        graph.addInput(value(past, TensorProto.DataType.FLOAT, "batch", groups, "past", headWidth()))
                .addOutput(value(present, TensorProto.DataType.FLOAT, "batch", groups, "total", headWidth()));
        concat(present, 2, past, added);
        String at = "l" + layer + "." + name;
        String wide = node("Unsqueeze", at + ".wide", present, "axis2");
        return node("Reshape", at + ".all", node("Tile", at + ".repeated", wide, "repeated"), "joined");
    }

    private String node(String type, String output, String... inputs) {
        graph.addNode(NodeProto.newBuilder()
                .setName(output)
                .setOpType(type)
                .addAllInput(List.of(inputs))
                .addOutput(output));
        return output;
    }

    private String cast(String output, String input) {
        graph.addNode(NodeProto.newBuilder()
                .setName(output)
                .setOpType("Cast")
                .addInput(input)
                .addOutput(output)
                .addAttribute(AttributeProto.newBuilder()
                        .setName("to")
                        .setType(AttributeProto.AttributeType.INT)
                        .setI(TensorProto.DataType.FLOAT.getNumber())));
        return output;
    }

    private String concat(String output, int axis, String... inputs) {
        graph.addNode(NodeProto.newBuilder()
                .setName(output)
                .setOpType("Concat")
                .addAllInput(List.of(inputs))
                .addOutput(output)
                .addAttribute(AttributeProto.newBuilder()
                        .setName("axis")
                        .setType(AttributeProto.AttributeType.INT)
                        .setI(axis)));
        return output;
    }

    private String transposed(String output, String input, int... order) {
        graph.addNode(NodeProto.newBuilder()
                .setName(output)
                .setOpType("Transpose")
                .addInput(input)
                .addOutput(output)
                .addAttribute(ints("perm", order)));
        return output;
    }

    private static AttributeProto ints(String name, int... values) {
        AttributeProto.Builder list =
                AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
        for (int value : values) {
            list.addInts(value);
        }
        return list.build();
    }

    private void weights(String name, int rows, int columns) {
        float[] values = new float[rows * columns];
        double size = Math.pow(rows, -0.5);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() * size);
        }
        floats(name, values, rows, columns);
    }

    private void floats(String name, float[] values, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        tensor(name, TensorProto.DataType.FLOAT, bytes, shape);
    }

    private void number(String name, float value) {
        floats(name, new float[] {value});
    }

    private void whole(String name, long value) {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(value);
        tensor(name, TensorProto.DataType.INT64, bytes);
    }

    private void wholes(String name, long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asLongBuffer().put(values);
        tensor(name, TensorProto.DataType.INT64, bytes, values.length);
    }

    private void tensor(String name, TensorProto.DataType type, ByteBuffer bytes, long... shape) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(type.getNumber())
                .setRawData(ByteString.copyFrom(bytes));
        for (long size : shape) {
            tensor.addDims(size);
        }
        graph.addInitializer(tensor);
    }

    private static ValueInfoProto value(String name, TensorProto.DataType type, Object... shape) {
        TensorShapeProto.Builder sizes = TensorShapeProto.newBuilder();
        for (Object size : shape) {
            sizes.addDim(
                    size instanceof Integer number
                            ? TensorShapeProto.Dimension.newBuilder().setDimValue(number)
                            : TensorShapeProto.Dimension.newBuilder().setDimParam(String.valueOf(size)));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(type.getNumber())
                                .setShape(sizes)))
                .build();
    }
}
