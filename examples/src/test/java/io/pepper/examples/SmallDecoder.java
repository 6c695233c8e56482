package io.pepper.examples;

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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** A text generator of a few kilobytes: each layer adds the sum of all tokens so far, which it caches. */
public final class SmallDecoder {
    private static final int LAYERS = 3;
    private static final int WIDTH = 8;
    private static final int VOCABULARY = 24;

    private SmallDecoder() {}

    public static Path write(Path file) throws IOException {
        return write(file, false);
    }

    /** Writes a decoder whose layers add the mean of an encoder's states, too. */
    public static Path writeWithEncoder(Path file) throws IOException {
        return write(file, true);
    }

    private static Path write(Path file, boolean encoder) throws IOException {
        GraphProto.Builder graph = GraphProto.newBuilder()
                .setName("decoder")
                .addInput(value("input_ids", TensorProto.DataType.INT64, "batch", "seq"))
                .addInitializer(weights("embed", new Random(3), VOCABULARY, WIDTH))
                .addInitializer(weights("head", new Random(4), WIDTH, VOCABULARY))
                .addInitializer(number("one", 1))
                .addInitializer(number("end", Long.MAX_VALUE))
                .addNode(node("Gather", "x0", "embed", "input_ids"));
        if (encoder) {
            graph.addInput(value("encoder_hidden_states", TensorProto.DataType.FLOAT, "batch", "encoded", WIDTH));
        }
        for (int i = 0; i < LAYERS; i++) {
            String past = "past_key_values." + i + ".key";
            String present = "present." + i + ".key";
            graph.addInput(value(past, TensorProto.DataType.FLOAT, "batch", "past", WIDTH))
                    .addNode(node("Concat", present, past, "x" + i).addAttribute(whole("axis", 1)))
                    .addNode(node("CumSum", "sums" + i, present, "one"))
                    .addNode(node("Shape", "shape" + i, "x" + i))
                    .addNode(node("Gather", "count" + i, "shape" + i, "one"))
                    .addNode(node("Neg", "from" + i, "count" + i))
                    .addNode(node("Slice", "new" + i, "sums" + i, "from" + i, "end", "one"))
                    .addNode(node("Add", "sum" + i, "x" + i, "new" + i))
                    .addInitializer(weights("w" + i, new Random(5 + i), WIDTH, WIDTH))
                    .addNode(node("MatMul", "product" + i, encoder ? "both" + i : "sum" + i, "w" + i))
                    .addNode(node("Tanh", "x" + (i + 1), "product" + i))
                    .addOutput(value(present, TensorProto.DataType.FLOAT, "batch", "total", WIDTH));
            if (encoder) {
                graph.addNode(node("ReduceMean", "mean" + i, "encoder_hidden_states")
                                .addAttribute(AttributeProto.newBuilder()
                                        .setName("axes")
                                        .setType(AttributeProto.AttributeType.INTS)
                                        .addInts(1)))
                        .addNode(node("Add", "both" + i, "sum" + i, "mean" + i));
            }
        }
        graph.addNode(node("MatMul", "logits", "x" + LAYERS, "head"))
                .addOutput(value("logits", TensorProto.DataType.FLOAT, "batch", "seq", VOCABULARY));
        ModelProto model = ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .setGraph(graph)
                .build();
        return Files.write(file, model.toByteArray());
    }

    static NodeProto.Builder node(String type, String output, String... inputs) {
        NodeProto.Builder node = NodeProto.newBuilder().setOpType(type).addOutput(output);
        for (String input : inputs) {
            node.addInput(input);
        }
        return node;
    }

    static AttributeProto whole(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    static TensorProto number(String name, long value) {
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.INT64_VALUE)
                .addDims(1)
                .addInt64Data(value)
                .build();
    }

    static TensorProto weights(String name, Random random, long... sizes) {
        TensorProto.Builder tensor =
                TensorProto.newBuilder().setName(name).setDataType(TensorProto.DataType.FLOAT_VALUE);
        long elements = 1;
        for (long size : sizes) {
            tensor.addDims(size);
            elements *= size;
        }
        for (long i = 0; i < elements; i++) {
            tensor.addFloatData((float) random.nextGaussian());
        }
        return tensor.build();
    }

    static ValueInfoProto value(String name, TensorProto.DataType type, Object... dimensions) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (Object dimension : dimensions) {
            if (dimension instanceof String symbol) {
                shape.addDimBuilder().setDimParam(symbol);
            } else {
                shape.addDimBuilder().setDimValue((Integer) dimension);
            }
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(type.getNumber())
                                .setShape(shape)))
                .build();
    }
}
