package io.pepper.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.export.PartitionManifest;
import io.pepper.export.SplitVerifier;
import io.pepper.export.SubmodelExporter;
import io.pepper.export.Verification;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.OperatorSetIdProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import io.pepper.onnx.testmodels.Topologies;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SplitVerifierTest {
    @TempDir
    Path directory;

    /** ONNX Runtime 1.28 dies of such an output (SIGSEGV when the Java interface reads it). */
    @Test
    void refusesOptionalValuesBeforeTheRuntimeSeesThem() throws IOException {
        TypeProto tensor = TypeProto.newBuilder()
                .setTensorType(TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.FLOAT_VALUE))
                .build();
        TypeProto optional = TypeProto.newBuilder()
                .setOptionalType(TypeProto.Optional.newBuilder().setElemType(tensor))
                .build();
        GraphProto graph = GraphProto.newBuilder()
                .setName("optional")
                .addInput(ValueInfoProto.newBuilder().setName("x").setType(tensor))
                .addNode(NodeProto.newBuilder()
                        .setOpType("Optional")
                        .addInput("x")
                        .addOutput("y"))
                .addOutput(ValueInfoProto.newBuilder().setName("y").setType(optional))
                .build();
        ModelProto proto = ModelProto.newBuilder()
                .setIrVersion(8)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
                .setGraph(graph)
                .build();
        try (OnnxModel model = OnnxModel.load(proto.toByteArray(), "optional")) {
            SubmodelExporter.export(model, Partition.whole(model.graph()), directory.resolve("parts"));
            assertThatThrownBy(() -> SplitVerifier.verify(model, directory.resolve("parts")))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("'y'")
                    .hasMessageContaining("optional(tensor(float))");
        }
    }

    @Test
    void runsPartsThatChangedAndSaysSo() throws IOException {
        try (OnnxModel model = OnnxModel.load(Topologies.get("residual").bytes(), "residual")) {
            Path parts = directory.resolve("parts");
            PartitionManifest manifest = SubmodelExporter.export(
                    model, Partitioner.balanced(2, model.weights()).partition(model.cuts()), parts);
            Path first = parts.resolve(manifest.parts().get(0).file());
            ModelProto changed = ModelProto.parseFrom(Files.readAllBytes(first)).toBuilder()
                    .setDocString("edited")
                    .build();
            Files.write(first, changed.toByteArray());
            Verification verification = SplitVerifier.verify(model, parts);
            assertThat(verification.identical()).isTrue();
            assertThat(verification.warnings())
                    .anyMatch(warning -> warning.contains("is not the file in the manifest"));
        }
    }
}
