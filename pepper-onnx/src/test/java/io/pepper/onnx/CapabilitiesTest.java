package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.STRING;
import static io.pepper.onnx.testmodels.FunctionBuilder.function;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.pepper.cut.Cuts;
import io.pepper.export.ExportOptions;
import io.pepper.export.PartitionManifest;
import io.pepper.export.SplitVerifier;
import io.pepper.export.SubmodelExporter;
import io.pepper.export.VerificationOptions;
import io.pepper.export.WeightStorage;
import io.pepper.model.ProgressListener;
import io.pepper.model.TensorInfo;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.DeviceConfigurationProto;
import io.pepper.onnx.internal.proto.FunctionProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeDeviceConfigurationProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.ShardingSpecProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.testmodels.BodyTopologies;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.onnx.testmodels.Parts;
import io.pepper.onnx.testmodels.Tensors;
import io.pepper.onnx.testmodels.TypeTopologies;
import io.pepper.partition.NoSuchPartitionException;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import io.pepper.session.PartitionedSession;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows of {@code docs/capabilities.md} that no other test is about. */
class CapabilitiesTest {
    @TempDir
    Path directory;

    private static List<String> cuts(OnnxModel model) {
        return model.cuts().list().stream()
                .map(cut -> model.graph().tensorName(cut.tensors().get(0)))
                .toList();
    }

    /** Each level doubles the time that ONNX Runtime takes to open the model: for thirty it would be hours. */
    @Test
    void bodiesTooDeepForTheRuntimeAreCutAndNotVerified() throws IOException {
        try (OnnxModel model = OnnxModel.load(BodyTopologies.ifDeep(30).model().toByteArray(), "deep")) {
            assertThat(cuts(model)).containsExactly("a", "picked");
            assertThat(model.shapes().failure())
                    .hasValueSatisfying(reason -> assertThat(reason).contains("levels deep in one another"));
            assertThatThrownBy(() -> SubmodelExporter.export(
                            model, Partitioner.everyCut().partition(model.cuts()), directory))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("tensor 'a': its type is not stated in the model")
                    .hasMessageContaining("levels deep in one another");
            SubmodelExporter.export(model, Partition.whole(model.graph()), directory);
            assertThatThrownBy(() -> SplitVerifier.verify(model, directory))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("levels deep in one another");
            assertThatThrownBy(() -> PartitionedSession.open(directory))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("levels deep in one another");
        }
    }

    @Test
    void textsCrossCuts() throws IOException {
        ModelProto texts = model("texts")
                .opset("ai.onnx.ml", 2)
                .input("x", STRING, 3)
                .let("s", "Identity", "x")
                .add(node("LabelEncoder")
                        .domain("ai.onnx.ml")
                        .in("s")
                        .out("y")
                        .with("default_string", "none")
                        .with("default_int64", -1))
                .output("y", TensorProto.DataType.INT64, "n")
                .build();
        NodeProto.Builder encoder = texts.getGraph().getNode(1).toBuilder();
        encoder.addAttributeBuilder()
                .setName("keys_strings")
                .setType(AttributeProto.AttributeType.STRINGS)
                .addStrings(ByteString.copyFromUtf8("a"));
        encoder.addAttributeBuilder()
                .setName("values_int64s")
                .setType(AttributeProto.AttributeType.INTS)
                .addInts(7);
        ModelProto whole = texts.toBuilder()
                .setGraph(texts.getGraph().toBuilder().setNode(1, encoder))
                .build();
        try (OnnxModel model = Parts.load("texts", whole)) {
            assertThat(cuts(model)).containsExactly("s");
            Parts.split(model, directory, "s");
            VerificationOptions options =
                    VerificationOptions.DEFAULTS.withTrials(1).withInput("x", List.of("a", "ß", ""), 3);
            assertThat(SplitVerifier.verify(model, directory, options, ProgressListener.NONE)
                            .identical())
                    .isTrue();
        }
    }

    @Test
    void sequencesAreNoCutsAndRefusedByName() throws IOException {
        ModelProto sequences = model("sequences")
                .input("x", FLOAT, 2, 3)
                .initializer(Tensors.scalar("first", 0L))
                .let("h", "Relu", "x")
                .let("s", "SequenceConstruct", "h")
                .let("same", "Identity", "s")
                .let("t", "SequenceAt", "same", "first")
                .let("y", "Neg", "t")
                .output("y", FLOAT, 2, 3)
                .build();
        try (OnnxModel model = Parts.load("sequences", sequences)) {
            assertThat(cuts(model)).containsExactly("h", "t");
            Parts.split(model, directory.resolve("all"));
            Parts.assertIdentical(model, directory.resolve("all"));
            assertThatThrownBy(() -> Parts.split(model, directory.resolve("none"), "same"))
                    .isInstanceOf(NoSuchPartitionException.class)
                    .hasMessageContaining("'same', whose value cannot be passed from one part to another");
            Partition divided = Partition.of(model.graph(), operator -> operator < 3 ? 0 : 1, 2);
            assertThatThrownBy(() -> SubmodelExporter.export(model, divided, directory.resolve("none")))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessage(
                            "sequences: tensor 'same': is seq(tensor(float)), which ONNX Runtime's Java interface cannot"
                                    + " pass from one part to another");
            assertThat(directory.resolve("none")).doesNotExist();
        }
    }

    /** Weights of narrow types stand in parts as they are, whatever they are kept in. */
    @ParameterizedTest
    @CsvSource({"BFLOAT16, 4096", "FLOAT16, 4096", "FLOAT8E4M3FN, 2048", "FLOAT8E5M2, 2048"})
    void narrowFloatsAreCarried(TensorProto.DataType type, int bytes) throws IOException {
        byte[] values = new byte[bytes];
        new Random(3).nextBytes(values);
        for (int i = 0; i < bytes; i++) {
            values[i] &= 0x3b; // No NaN, and nothing large.
        }
        TensorProto weight = raw("w", type, values, 64, 32);
        ModelProto narrow = model("narrow")
                .opset(19)
                .irVersion(9)
                .input("x", FLOAT, 1, 64)
                .initializer(weight)
                .add(node("Cast").in("w").out("wide").with("to", 1))
                .let("a", "Tanh", "x")
                .let("h", "MatMul", "a", "wide")
                .let("y", "Tanh", "h")
                .output("y", FLOAT, 1, 32)
                .build();
        assertCarried(narrow, weight);
    }

    @ParameterizedTest
    @CsvSource({"INT4", "UINT4"})
    void fourBitWeightsAreCarried(TensorProto.DataType type) throws IOException {
        byte[] values = new byte[64 * 32 / 2 + 64];
        new Random(4).nextBytes(values);
        TensorProto weight = raw("w", type, values, 68, 32);
        ModelProto narrow = model("four")
                .opset(21)
                .irVersion(10)
                .input("x", FLOAT, 1, 68)
                .initializer(weight)
                .initializer(Tensors.scalar("scale", 0.05f))
                .let("wide", "DequantizeLinear", "w", "scale")
                .let("a", "Tanh", "x")
                .let("h", "MatMul", "a", "wide")
                .let("y", "Tanh", "h")
                .output("y", FLOAT, 1, 32)
                .build();
        assertCarried(narrow, weight);
    }

    private static TensorProto raw(String name, TensorProto.DataType type, byte[] values, long... dims) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(type.getNumber())
                .setRawData(ByteString.copyFrom(values));
        for (long dim : dims) {
            tensor.addDims(dim);
        }
        return tensor.build();
    }

    private void assertCarried(ModelProto whole, TensorProto weight) throws IOException {
        Path file = Parts.save(directory, "narrow", whole);
        try (OnnxModel model = OnnxModel.load(file)) {
            for (WeightStorage storage : WeightStorage.values()) {
                PartitionManifest manifest = SubmodelExporter.export(
                        model,
                        Partitioner.everyCut().partition(model.cuts()),
                        directory,
                        ExportOptions.DEFAULTS.withDurable(false).withWeights(storage));
                Parts.assertIdentical(model, directory);
                if (storage == WeightStorage.INLINE) {
                    assertThat(Parts.read(directory, manifest))
                            .anyMatch(
                                    part -> part.getGraph().getInitializerList().contains(weight));
                }
            }
        }
    }

    @Test
    void quantizedTensorsCrossAsEightBits() throws IOException {
        try (OnnxModel model = Parts.load(TypeTopologies.quantizeDequantize())) {
            PartitionManifest manifest = Parts.split(model, directory, "x_q");
            TensorInfo crossing = manifest.cuts().get(0).get(0);
            assertThat(crossing.type()).hasValue("uint8");
            assertThat(crossing.bytes()).hasValue(512);
            assertThat(Parts.read(directory, manifest).get(1).getGraph().getInitializerList())
                    .extracting(TensorProto::getName)
                    .contains("scale", "zero");
            Parts.assertIdentical(model, directory);
        }
    }

    @Test
    void plansCutQuantisedTensorsAtTheirEightBitSide() throws IOException {
        try (OnnxModel model = Parts.load(TypeTopologies.quantizeDequantize())) {
            Cuts cuts = model.cuts(model.costs(model.shapes()).cutOptions());
            assertThat(cuts.list().stream()
                            .map(cut -> model.graph().tensorName(cut.tensors().get(0))))
                    .as("not x_d and c, of four times the bytes")
                    .containsExactly("x_q", "c_q");
            assertThat(Partitioner.atTensors("c").partition(cuts).segments())
                    .as("by name it can be had")
                    .hasSize(2);
        }
    }

    private static FunctionProto activation(String overload, String type) {
        return function("my.own", "Activate").opset("", 17).in("a").out("b").let("b", type, "a").build().toBuilder()
                .setOverload(overload)
                .build();
    }

    @Test
    void overloadsAreToldApart() throws IOException {
        ModelProto.Builder overloads = model("overloads")
                .irVersion(10)
                .opset("my.own", 1)
                .function(activation("", "Relu"))
                .function(activation("smooth", "Tanh"))
                .input("x", FLOAT, 1, 8)
                .add(node("Activate").domain("my.own").in("x").out("h"))
                .add(node("Activate").domain("my.own").in("h").out("y"))
                .output("y", FLOAT, 1, 8)
                .build()
                .toBuilder();
        overloads.getGraphBuilder().getNodeBuilder(1).setOverload("smooth");
        try (OnnxModel model = Parts.load("overloads", overloads.build())) {
            PartitionManifest manifest = Parts.split(model, directory, "h");
            List<ModelProto> parts = Parts.read(directory, manifest);
            assertThat(parts.get(0).getFunctionsList())
                    .extracting(FunctionProto::getOverload)
                    .containsExactly("");
            assertThat(parts.get(1).getFunctionsList())
                    .extracting(FunctionProto::getOverload)
                    .containsExactly("smooth");
        }
    }

    @Test
    void configurationsOfDevicesAreCarried() throws IOException {
        ModelProto.Builder sharded = model("sharded")
                .irVersion(11)
                .input("x", FLOAT, 1, 8)
                .let("h", "Relu", "x")
                .let("y", "Tanh", "h")
                .output("y", FLOAT, 1, 8)
                .build()
                .toBuilder()
                .addConfiguration(DeviceConfigurationProto.newBuilder()
                        .setName("two")
                        .setNumDevices(2)
                        .addDevice("a")
                        .addDevice("b"));
        NodeDeviceConfigurationProto where = NodeDeviceConfigurationProto.newBuilder()
                .setConfigurationId("two")
                .setPipelineStage(1)
                .addShardingSpec(
                        ShardingSpecProto.newBuilder().setTensorName("h").addDevice(1))
                .build();
        sharded.getGraphBuilder().getNodeBuilder(1).addDeviceConfigurations(where);
        try (OnnxModel model = Parts.load("sharded", sharded.build())) {
            List<ModelProto> parts = Parts.read(directory, Parts.split(model, directory, "h"));
            for (ModelProto part : parts) {
                assertThat(part.getConfigurationList()).isEqualTo(sharded.getConfigurationList());
            }
            assertThat(parts.get(1).getGraph().getNode(0).getDeviceConfigurationsList())
                    .containsExactly(where);
        }
    }

    /** A small constant may stand for a huge one: it is carried as it is, and not made. */
    @Test
    void hugeConstantsAreNotMadeWhereOnlyTheStructureIsAskedFor() throws IOException {
        ModelBuilder huge = model("huge")
                .input("x", FLOAT, 1, 8)
                .initializer(Tensors.vector("shape", 1L << 20, 1L << 20))
                .let("zeros", "ConstantOfShape", "shape")
                .let("h", "Relu", "x")
                .let("s", "ReduceMax", "zeros")
                .let("y", "Add", "h", "s")
                .output("y", FLOAT, 1, 8);
        try (OnnxModel model = Parts.load("huge", huge.build())) {
            assertThat(model.weightBytes()).isLessThan(100);
            PartitionManifest manifest = Parts.split(model, directory, "h");
            assertThat(manifest.parts()).hasSize(2);
            assertThat(manifest.parts().get(1).bytes()).isLessThan(2048);
        }
    }
}
