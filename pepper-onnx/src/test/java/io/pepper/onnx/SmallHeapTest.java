package io.pepper.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.OperatorSetIdProto;
import io.pepper.onnx.internal.proto.StringStringEntryProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights stay out of the heap: a model of half a gigabyte is divided in a JVM of 64 MiB, here in one of 48. */
class SmallHeapTest {
    private static final int ROWS = 7_680;
    private static final int COLUMNS = 8_192;
    private static final long LAYER_BYTES = (long) ROWS * COLUMNS * Float.BYTES;

    @TempDir
    Path directory;

    /** What the other JVM runs. */
    static final class Split {
        private Split() {}

        public static void main(String[] args) throws IOException {
            try (OnnxModel model = OnnxModel.load(Path.of(args[0]))) {
                Partition partition = Partitioner.balanced(2, model.weights()).partition(model.cuts());
                SubmodelExporter.export(model, partition, Path.of(args[1]), ExportOptions.DEFAULT.withDurable(false));
            }
        }
    }

    @Test
    void dividesHalfAGigabyte() throws IOException, InterruptedException {
        Path model = directory.resolve("large.onnx");
        Files.write(model, model().toByteArray());
        try (RandomAccessFile weights =
                new RandomAccessFile(directory.resolve("weights").toFile(), "rw")) {
            weights.setLength(2 * LAYER_BYTES);
        }
        Path parts = directory.resolve("parts");
        Process split = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx48m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Split.class.getName(),
                        model.toString(),
                        parts.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(split.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(split.waitFor()).as(output).isZero();
        for (PartitionManifest.Part part : PartitionManifest.read(parts).parts()) {
            assertThat(part.weightBytes()).isEqualTo(LAYER_BYTES);
            assertThat(part.bytes()).isBetween(LAYER_BYTES, LAYER_BYTES + 4096);
            assertThat(parts.resolve(part.file())).hasSize(part.bytes());
        }
    }

    private static ModelProto model() {
        GraphProto.Builder graph = GraphProto.newBuilder()
                .setName("large")
                .addNode(matMul("x", "w0", "h"))
                .addNode(matMul("h", "w1", "y"))
                .addInitializer(weights("w0", 0, ROWS, COLUMNS))
                .addInitializer(weights("w1", LAYER_BYTES, COLUMNS, ROWS))
                .addInput(value("x", ROWS))
                .addValueInfo(value("h", COLUMNS))
                .addOutput(value("y", ROWS));
        return ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .setGraph(graph)
                .build();
    }

    private static NodeProto matMul(String left, String right, String out) {
        return NodeProto.newBuilder()
                .setOpType("MatMul")
                .addInput(left)
                .addInput(right)
                .addOutput(out)
                .build();
    }

    private static TensorProto weights(String name, long offset, long... dims) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.FLOAT_VALUE)
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(entry("location", "weights"))
                .addExternalData(entry("offset", Long.toString(offset)))
                .addExternalData(entry("length", Long.toString(LAYER_BYTES)));
        for (long dim : dims) {
            tensor.addDims(dim);
        }
        return tensor.build();
    }

    private static StringStringEntryProto entry(String key, String value) {
        return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
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
