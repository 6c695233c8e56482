package io.pepper.onnx;

import com.google.protobuf.CodedOutputStream;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.OperatorSetIdProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Chains of large products whose weights are holes in sparse files: they take no room on the disk. */
final class LargeModels {
    private static final int ROWS = 7_680;
    private static final int COLUMNS = 8_192;

    /** What each of the layers takes: 240 MiB. */
    static final long LAYER_BYTES = (long) ROWS * COLUMNS * Float.BYTES;

    private LargeModels() {}

    /** A model whose weights stand in a file beside it. */
    static Path external(Path directory, int layers) throws IOException {
        GraphProto.Builder graph = chain(layers);
        for (int layer = 0; layer < layers; layer++) {
            graph.addInitializer(ExternalModels.external(
                    weight(layer),
                    "location",
                    "weights",
                    "offset",
                    Long.toString(layer * LAYER_BYTES),
                    "length",
                    Long.toString(LAYER_BYTES)));
        }
        try (RandomAccessFile weights =
                new RandomAccessFile(directory.resolve("weights").toFile(), "rw")) {
            weights.setLength(layers * LAYER_BYTES);
        }
        return Files.write(directory.resolve("large.onnx"), model(graph).toByteArray());
    }

    /** A model whose weights stand in the file itself. */
    static Path inline(Path directory, int layers) throws IOException {
        byte[] structure = chain(layers).build().toByteArray();
        byte[][] heads = new byte[layers][];
        long graphBytes = structure.length;
        for (int layer = 0; layer < layers; layer++) {
            byte[] tensor = weight(layer).toByteArray();
            byte[] payload = field(TensorProto.RAW_DATA_FIELD_NUMBER, LAYER_BYTES, new byte[0]);
            long tensorBytes = tensor.length + payload.length + LAYER_BYTES;
            heads[layer] = joined(field(GraphProto.INITIALIZER_FIELD_NUMBER, tensorBytes, tensor), payload);
            graphBytes += heads[layer].length + LAYER_BYTES;
        }
        Path file = directory.resolve("large.onnx");
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.write(model(GraphProto.newBuilder()).toBuilder()
                    .clearGraph()
                    .build()
                    .toByteArray());
            out.write(field(ModelProto.GRAPH_FIELD_NUMBER, graphBytes, structure));
            for (byte[] head : heads) {
                out.write(head);
                out.setLength(out.getFilePointer() + LAYER_BYTES);
                out.seek(out.length());
            }
        }
        return file;
    }

    private static byte[] joined(byte[] first, byte[] second) {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(first);
        both.writeBytes(second);
        return both.toByteArray();
    }

    /** The head of a field of any length, and the first bytes of what it holds. */
    private static byte[] field(int number, long length, byte[] begin) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            out.writeTag(number, 2);
            out.writeUInt64NoTag(length);
            out.flush();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        bytes.writeBytes(begin);
        return bytes.toByteArray();
    }

    private static ModelProto model(GraphProto.Builder graph) {
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .setGraph(graph)
                .build();
    }

    private static GraphProto.Builder chain(int layers) {
        GraphProto.Builder graph = GraphProto.newBuilder().setName("large").addInput(value("h0", ROWS));
        for (int layer = 0; layer < layers; layer++) {
            graph.addNode(NodeProto.newBuilder()
                    .setOpType("MatMul")
                    .addInput("h" + layer)
                    .addInput("w" + layer)
                    .addOutput("h" + (layer + 1)));
            ValueInfoProto made = value("h" + (layer + 1), layer % 2 == 0 ? COLUMNS : ROWS);
            if (layer == layers - 1) {
                graph.addOutput(made);
            } else {
                graph.addValueInfo(made);
            }
        }
        return graph;
    }

    private static TensorProto weight(int layer) {
        return TensorProto.newBuilder()
                .setName("w" + layer)
                .setDataType(TensorProto.DataType.FLOAT_VALUE)
                .addDims(layer % 2 == 0 ? ROWS : COLUMNS)
                .addDims(layer % 2 == 0 ? COLUMNS : ROWS)
                .build();
    }

    private static ValueInfoProto value(String name, long size) {
        TypeProto.Tensor.Builder type = TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.FLOAT_VALUE);
        type.getShapeBuilder().addDimBuilder().setDimValue(1);
        type.getShapeBuilder().addDimBuilder().setDimValue(size);
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(type))
                .build();
    }
}
