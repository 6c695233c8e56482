package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.testmodels.BodyBuilder.body;
import static io.pepper.onnx.testmodels.FunctionBuilder.function;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.export.PartitionManifest;
import io.pepper.export.SubmodelExporter;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.onnx.testmodels.Tensors;
import io.pepper.partition.NoSuchPartitionException;
import io.pepper.partition.OperatorCosts;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No way of cutting divides a model at a sequence, a map, an optional value or an unstated tensor of 4 bits, wherever it comes from. */
class ValuesThatCannotTravelTest {
    @TempDir
    Path directory;

    private static ModelBuilder begun(String name) {
        return model(name).input("x", FLOAT, 2, 4).let("a", "Relu", "x");
    }

    private static ModelProto ended(ModelBuilder builder) {
        return builder.let("y", "Exp", "b").output("y", FLOAT, 2, 4).build();
    }

    private static ModelBuilder unpacked(ModelBuilder builder) {
        return builder.add(node("ConcatFromSequence").in("s").out("b").with("axis", 0));
    }

    private static ModelProto sequence() {
        return ended(unpacked(begun("sequence").let("s", "SequenceConstruct", "a")));
    }

    private static ModelProto identityBeforeItsMaker() {
        return ended(unpacked(begun("identity").let("s", "Identity", "first").let("first", "SequenceConstruct", "a")));
    }

    private static GraphProto packing(String output) {
        return body(output).let(output, "SequenceConstruct", "a").build().toBuilder()
                .addOutput(ValueInfoProto.newBuilder().setName(output))
                .build();
    }

    private static ModelProto ofABranch() {
        return ended(unpacked(begun("branch")
                .initializer(Tensors.scalar("choice", true))
                .add(node("If")
                        .in("choice")
                        .out("s")
                        .with("then_branch", packing("then"))
                        .with("else_branch", packing("else")))));
    }

    private static ModelProto ofAFunction() {
        return ended(unpacked(begun("function")
                .opset("local", 1)
                .function(function("local", "Pack")
                        .opset("", 17)
                        .in("i")
                        .out("o")
                        .let("o", "SequenceConstruct", "i")
                        .build())
                .add(node("Pack").domain("local").in("a").out("s"))));
    }

    private static ModelProto optional() {
        return ended(begun("optional").let("s", "Optional", "a").let("b", "OptionalGetElement", "s"));
    }

    private static ModelBuilder quantized(String name) {
        return begun(name)
                .irVersion(10)
                .opset(21)
                .initializer(Tensors.scalar("scale", 0.5f))
                .initializer(TensorProto.newBuilder()
                        .setName("zero")
                        .setDataType(TensorProto.DataType.INT4.getNumber())
                        .addInt32Data(0)
                        .build());
    }

    private static ModelProto ofFourBits() {
        return ended(quantized("four bits")
                .let("s", "QuantizeLinear", "a", "scale", "zero")
                .let("b", "DequantizeLinear", "s", "scale", "zero"));
    }

    private static ModelProto ofFourBitsByAttribute() {
        return ended(quantized("by attribute")
                .add(node("QuantizeLinear")
                        .in("a", "scale")
                        .out("s")
                        .with("output_dtype", TensorProto.DataType.UINT4.getNumber()))
                .let("b", "DequantizeLinear", "s", "scale"));
    }

    private static ModelProto ofFourBitsPassedOn() {
        return ended(quantized("passed on")
                .add(node("Cast").in("a").out("c").with("to", TensorProto.DataType.INT4.getNumber()))
                .let("s", "Transpose", "c")
                .let("t", "Transpose", "s")
                .add(node("Cast").in("t").out("b").with("to", TensorProto.DataType.FLOAT.getNumber())));
    }

    static Stream<ModelProto> models() {
        return Stream.of(
                sequence(),
                identityBeforeItsMaker(),
                ofABranch(),
                ofAFunction(),
                optional(),
                ofFourBits(),
                ofFourBitsByAttribute(),
                ofFourBitsPassedOn());
    }

    private static List<String> crossing(Partition partition) {
        return partition.segments().stream()
                .flatMap(segment -> segment.inputs().stream().boxed())
                .filter(tensor -> partition.graph().producer(tensor).isPresent())
                .map(partition.graph()::tensorName)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("models")
    void chainsAndTreesCutAroundThem(ModelProto proto) throws IOException {
        try (OnnxModel model =
                OnnxModel.load(proto.toByteArray(), proto.getGraph().getName())) {
            for (Partitioner partitioner : List.of(
                    Partitioner.everyCut(),
                    Partitioner.minimumDistance(0),
                    Partitioner.balanced(3, OperatorCosts.count()),
                    Partitioner.tree(3, OperatorCosts.count()))) {
                Partition partition = partitioner.partition(model.cuts());
                assertThat(crossing(partition)).containsExactly("a", "b");
                PartitionManifest manifest = SubmodelExporter.export(model, partition, directory);
                assertThat(manifest.parts()).hasSize(3);
            }
        }
    }

    /** Where the quantized form of a tensor can cross, it crosses instead of the larger one; where it cannot, the larger one does. */
    @ParameterizedTest
    @MethodSource("models")
    void cutsWithCostsGoAroundThem(ModelProto proto) throws IOException {
        try (OnnxModel model =
                OnnxModel.load(proto.toByteArray(), proto.getGraph().getName())) {
            ModelCosts costs = model.costs(model.shapes());
            Partition partition = Partitioner.everyCut().partition(model.cuts(costs.cutOptions()));
            assertThat(crossing(partition)).containsExactly("a", "b");
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void aCutThatIsNamedThereIsRefused(ModelProto proto) throws IOException {
        try (OnnxModel model =
                OnnxModel.load(proto.toByteArray(), proto.getGraph().getName())) {
            assertThatThrownBy(() -> Partitioner.atTensors("s").partition(model.cuts()))
                    .isInstanceOf(NoSuchPartitionException.class)
                    .hasMessageContaining("'s', whose value cannot be passed from one part to another");
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void operatorsThatHandThemOnAreOneGroup(ModelProto proto) throws IOException {
        try (OnnxModel model =
                OnnxModel.load(proto.toByteArray(), proto.getGraph().getName())) {
            assertThat(model.cuts().indivisible()).hasSize(3);
        }
    }
}
