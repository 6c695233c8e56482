package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.export.SubmodelExporter;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.OperatorSetIdProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TensorShapeProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --isolated}: a model on which ONNX Runtime crashes is one line on standard error. */
class IsolatedCommandsTest {
    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    }

    private static ValueInfoProto value(String name) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        List.of(2L, 4L, 24L).forEach(size -> shape.addDimBuilder().setDimValue(size));
        TypeProto.Tensor.Builder tensor = TypeProto.Tensor.newBuilder()
                .setElemType(TensorProto.DataType.FLOAT_VALUE)
                .setShape(shape);
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(tensor))
                .build();
    }

    private static AttributeProto attribute(String name, long value) {
        return AttributeProto.newBuilder()
                .setName(name)
                .setType(AttributeProto.AttributeType.INT)
                .setI(value)
                .build();
    }

    /** x -> a -> y, an attention with so many heads of keys: with none ONNX Runtime 1.28 divides by zero. */
    private Path model(long heads) throws IOException {
        NodeProto attention = NodeProto.newBuilder()
                .setOpType("Attention")
                .addAllInput(List.of("a", "a", "a"))
                .addOutput("y")
                .addAttribute(attribute("q_num_heads", 3))
                .addAttribute(attribute("kv_num_heads", heads))
                .build();
        GraphProto graph = GraphProto.newBuilder()
                .setName("attention")
                .addInput(value("x"))
                .addNode(NodeProto.newBuilder().setOpType("Relu").addInput("x").addOutput("a"))
                .addNode(attention)
                .addValueInfo(value("a"))
                .addOutput(value("y"))
                .build();
        ModelProto model = ModelProto.newBuilder()
                .setIrVersion(11)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(23))
                .setGraph(graph)
                .build();
        Path file = Files.write(directory.resolve("model.onnx"), model.toByteArray());
        try (OnnxModel opened = OnnxModel.load(file)) {
            SubmodelExporter.export(
                    opened, Partitioner.atTensors("a").partition(opened.cuts()), directory.resolve("parts"));
        }
        return file;
    }

    @Test
    void aCrashIsReportedInOneLine() throws IOException {
        Path file = model(0);
        Path parts = directory.resolve("parts");
        for (List<String> command : List.of(
                List.of("verify", file.toString(), parts.toString(), "--isolated"),
                List.of("inspect", file.toString(), "--isolated", "--isolated-deadline", "10min"),
                List.of("graph", file.toString(), "--isolated", "--isolated-memory", "2GB"))) {
            err.getBuffer().setLength(0);
            assertThat(run(command.toArray(String[]::new)))
                    .as(command.toString())
                    .isEqualTo(Main.REFUSED);
            assertThat(err.toString().lines().filter(line -> line.startsWith("pepper: ")))
                    .singleElement()
                    .asString()
                    .contains("model.onnx")
                    .contains("SIGFPE");
        }
    }

    @Test
    void soundModelsAreVerifiedAndInspectedInAChildProcess() throws IOException {
        Path file = model(3);
        assertThat(run("verify", file.toString(), directory.resolve("parts").toString(), "--isolated"))
                .as(err.toString())
                .isEqualTo(Main.DONE);
        assertThat(run("inspect", file.toString(), "--isolated", "--json")).isEqualTo(Main.DONE);
    }

    @Test
    void limitsNeedIsolationAndMustBeAmounts() throws IOException {
        String file = model(3).toString();
        for (String[] wrong : new String[][] {
            {"inspect", file, "--isolated-deadline", "5s"},
            {"inspect", file, "--isolated", "--isolated-deadline", "0s"},
            {"inspect", file, "--isolated", "--isolated-memory", "4"},
            {"inspect", file, "--isolated", "--isolated-memory", "1MB"}
        }) {
            err.getBuffer().setLength(0);
            assertThat(run(wrong)).isEqualTo(2);
            assertThat(err.toString()).contains(wrong[wrong.length - 2]);
        }
    }
}
