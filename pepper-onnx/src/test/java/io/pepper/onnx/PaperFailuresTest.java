package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.export.PartitionManifest;
import io.pepper.export.SubmodelExporter;
import io.pepper.model.TensorInfo;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import io.pepper.onnx.testmodels.BodyTopologies;
import io.pepper.onnx.testmodels.BoundaryTopologies;
import io.pepper.onnx.testmodels.ConstantTopologies;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.onnx.testmodels.NameTopologies;
import io.pepper.onnx.testmodels.OperatorTopologies;
import io.pepper.onnx.testmodels.Parts;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.onnx.testmodels.Topologies;
import io.pepper.onnx.testmodels.VisionTopologies;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Faults of the Python original of PEPPER, one test for each. */
class PaperFailuresTest {
    @TempDir
    Path directory;

    private static List<String> cuts(OnnxModel model) {
        return model.cuts().list().stream()
                .map(cut -> model.graph().tensorName(cut.tensors().get(0)))
                .toList();
    }

    /** Finds the cuts that are expected, divides at all of them, and compares what comes out. */
    private PartitionManifest assertDivides(TestModel whole) throws IOException {
        try (OnnxModel model = Parts.load(whole)) {
            assertThat(cuts(model)).isEqualTo(whole.expectedCuts());
            PartitionManifest manifest = Parts.split(model, directory);
            assertThat(manifest.parts()).hasSize(whole.expectedCuts().size() + 1);
            Parts.assertIdentical(model, directory);
            return manifest;
        }
    }

    private List<ModelProto> parts(PartitionManifest manifest) throws IOException {
        return Parts.read(directory, manifest);
    }

    @Test
    void partsCarryOnlyTheirOwnWeights() throws IOException {
        PartitionManifest manifest = assertDivides(VisionTopologies.convolutionChain());
        long c1 = 4L * 8 * 3 * 9;
        long c2 = 4L * 8 * 8 * 9;
        long gemm = 4L * (8 * 40 + 40);
        assertThat(manifest.parts())
                .extracting(PartitionManifest.Part::weightBytes)
                .containsExactly(c1, 0L, c2, 0L, 0L, 0L, gemm);
        assertThat(manifest.parts())
                .allSatisfy(part -> assertThat(part.bytes()).isBetween(part.weightBytes(), part.weightBytes() + 1500));
    }

    @Test
    void noChosenPointIsDropped() throws IOException {
        try (OnnxModel model = Parts.load(Topologies.chain(20))) {
            for (String cut : List.of("t0", "t9", "t18")) {
                PartitionManifest manifest = Parts.split(model, directory.resolve(cut), cut);
                assertThat(manifest.cuts()).hasSize(1);
                assertThat(manifest.cuts().get(0).get(0).name()).isEqualTo(cut);
            }
            PartitionManifest all = Parts.split(model, directory.resolve("all"), "t3", "t17", "t18");
            assertThat(all.parts())
                    .extracting(PartitionManifest.Part::operators)
                    .containsExactly(4, 14, 1, 1);
        }
    }

    @Test
    void weightListedAsFirstInputIsNoInput() throws IOException {
        ModelProto listed = ConstantTopologies.initializersAsInputs().model();
        var graph = listed.getGraph().toBuilder().clearInput();
        ValueInfoProto data = listed.getGraph().getInput(0);
        listed.getGraph().getInputList().stream().skip(1).forEach(graph::addInput);
        ModelProto weightsFirst =
                listed.toBuilder().setGraph(graph.addInput(data)).build();
        assertThat(weightsFirst.getGraph().getInput(0).getName()).isEqualTo("c1_w");
        assertDivides(new TestModel("weightsFirst", weightsFirst, List.of("c1", "r1", "c2")));
        try (OnnxModel model = Parts.load("weightsFirst", weightsFirst)) {
            assertThat(model.inputs()).extracting(TensorInfo::name).containsExactly("x");
        }
    }

    @Test
    void severalInputsWork() throws IOException {
        PartitionManifest manifest = assertDivides(VisionTopologies.twoTowers());
        assertThat(manifest.inputs()).extracting(TensorInfo::name).containsExactly("left", "right");
    }

    @Test
    void allCutsOfAResidualNetAreFound() throws IOException {
        ModelBuilder net = model("preActivation").input("x", FLOAT, 1, 4);
        String sum = "x";
        for (int block = 0; block < 333; block++) {
            net.let("r" + block, "Relu", sum)
                    .linear("h" + block, "r" + block, 4, 4)
                    .let("s" + block, "Add", "h" + block, sum);
            sum = "s" + block;
        }
        ModelProto built = net.let("y", "Relu", sum).output("y", FLOAT, 1, 4).build();
        assertThat(built.getGraph().getNodeCount()).isEqualTo(1000);
        try (OnnxModel model = Parts.load("preActivation", built)) {
            assertThat(model.cuts().size()).isEqualTo(333);
            assertThat(model.paperBridges().bridges()).hasSize(1);
        }
    }

    @Test
    void tiedWeightTiesNothingTogether() throws IOException {
        ModelBuilder net = model("tied").input("x", FLOAT, 1, 8).weight("tied", 8, 8);
        net.let("t0", "MatMul", "x", "tied");
        for (int i = 1; i < 37; i++) {
            net.let(
                    "t" + i,
                    i == 31 ? "MatMul" : "Tanh",
                    i == 31 ? new String[] {"t30", "tied"} : new String[] {"t" + (i - 1)});
        }
        ModelProto built = net.let("y", "Neg", "t36").output("y", FLOAT, 1, 8).build();
        try (OnnxModel model = Parts.load("tied", built)) {
            assertThat(model.cuts().size()).isEqualTo(37);
            assertThat(model.paperBridges().bridges()).hasSize(6);
            PartitionManifest manifest = Parts.split(model, directory, "t15", "t33");
            assertThat(manifest.parts())
                    .extracting(PartitionManifest.Part::weightBytes)
                    .containsExactly(256L, 256L, 0L);
            Parts.assertIdentical(model, directory);
        }
    }

    @Test
    void auxiliaryOutputGivesNoFalseCut() throws IOException {
        assertDivides(VisionTopologies.auxiliaryOutput());
    }

    @Test
    void lateSecondInputGivesNoFalseCut() throws IOException {
        assertDivides(BoundaryTopologies.lateSecondInput());
    }

    @Test
    void tensorsThatABodyCapturesGiveNoFalseCut() throws IOException {
        assertDivides(BodyTopologies.ifCapturing());
        try (OnnxModel model = Parts.load(BodyTopologies.ifCapturing())) {
            assertThat(model.paperBridges().bridges())
                    .as("the original sees the condition only")
                    .hasSizeGreaterThan(model.cuts().size());
        }
    }

    @Test
    void inputThatABodyCapturesGivesNoFalseCut() throws IOException {
        assertDivides(BodyTopologies.ifCapturingAnInput());
    }

    @Test
    void unusedDropoutMaskIsNoCutTensor() throws IOException {
        PartitionManifest manifest = assertDivides(OperatorTopologies.unusedDropoutMask());
        assertThat(manifest.parts())
                .flatExtracting(PartitionManifest.Part::outputs)
                .extracting(TensorInfo::name)
                .containsExactly("h1", "h2", "y");
    }

    @Test
    void emptyOptionalOutputsStayApart() throws IOException {
        assertDivides(OperatorTopologies.emptyOptionalOutputs());
    }

    @Test
    void emptyOptionalInputsStayApart() throws IOException {
        assertDivides(OperatorTopologies.emptyOptionalInputs());
    }

    @Test
    void operatorsNamedLikeInputsAndDummiesStayApart() throws IOException {
        PartitionManifest manifest = assertDivides(NameTopologies.reservedNames());
        assertThat(parts(manifest))
                .extracting(Parts::operatorTypes)
                .containsExactly(List.of("MatMul"), List.of("Relu"), List.of("Neg"));
    }

    @Test
    void unnamedOperatorsStayApart() throws IOException {
        assertDivides(NameTopologies.unnamedOperators());
    }

    @Test
    void operatorsNamedLikeTensorsStayApart() throws IOException {
        assertDivides(NameTopologies.operatorsNamedLikeTensors());
    }

    /** ONNX Runtime refuses the whole model, so there is nothing to compare with. */
    @Test
    void operatorsOfTheSameNameStayApart() throws IOException {
        TestModel whole = NameTopologies.sameOperatorNames();
        ModelProto typed = whole.model().toBuilder()
                .setGraph(whole.model().getGraph().toBuilder()
                        .addValueInfo(value(whole, "h"))
                        .addValueInfo(value(whole, "r")))
                .build();
        try (OnnxModel model = Parts.load("same", typed)) {
            assertThat(cuts(model)).isEqualTo(whole.expectedCuts());
            PartitionManifest manifest = Parts.split(model, directory);
            assertThat(parts(manifest))
                    .extracting(Parts::operatorTypes)
                    .containsExactly(List.of("MatMul"), List.of("Relu"), List.of("Neg"));
        }
    }

    private static ValueInfoProto value(TestModel whole, String name) {
        return whole.model().getGraph().getOutput(0).toBuilder().setName(name).build();
    }

    @Test
    void depthHasNoLimit() throws IOException {
        try (OnnxModel model = Parts.load(Topologies.chain(20_000))) {
            assertThat(model.cuts().size()).isEqualTo(19_999);
        }
        try (OnnxModel model = Parts.load(Topologies.chain(3_000))) {
            Partition partition = Partitioner.minimumDistance(1_000).partition(model.cuts());
            PartitionManifest manifest = SubmodelExporter.export(model, partition, directory);
            assertThat(manifest.parts()).hasSizeBetween(2, 3);
            Parts.assertIdentical(model, directory);
        }
    }

    private static ModelBuilder custom() {
        return model("custom")
                .opset("my.own", 3)
                .input("x", FLOAT, 1, 16)
                .linear("h1", "x", 16, 24)
                .add(node("Mystery").domain("my.own").in("h1").out("h2").with("secret", "kept"))
                .linear("y", "h2", 24, 16)
                .output("y", FLOAT, 1, 16);
    }

    @Test
    void operatorsOfACustomDomainAreCarried() throws IOException {
        ModelProto typed = custom().valueInfo("h1", FLOAT, 1, 24)
                .valueInfo("h2", FLOAT, 1, 24)
                .build();
        try (OnnxModel model = Parts.load("custom", typed)) {
            assertThat(cuts(model)).containsExactly("h1", "h2");
            PartitionManifest manifest = Parts.split(model, directory);
            assertThat(parts(manifest).get(1).getGraph().getNode(0))
                    .isEqualTo(typed.getGraph().getNode(1));
            assertThat(parts(manifest).get(1).getOpsetImportList()).isEqualTo(typed.getOpsetImportList());
        }
    }

    @Test
    void unknownTypeAfterACustomOperatorIsRefusedByName() throws IOException {
        try (OnnxModel model = Parts.load("custom", custom().build())) {
            assertThat(cuts(model)).containsExactly("h1", "h2");
            assertThatThrownBy(() -> Parts.split(model, directory.resolve("parts")))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContainingAll("custom", "tensor 'h", "ONNX Runtime cannot open the model");
        }
        assertThat(Parts.names(directory)).isEmpty();
    }

    @Test
    void loopWorks() throws IOException {
        assertDivides(BodyTopologies.loop());
    }

    @Test
    void failedRunLeavesNoFiles() throws IOException {
        Path file = Parts.save(directory, "weights", Topologies.weights(300_000).model());
        try (OnnxModel model = OnnxModel.load(file)) {
            Files.write(file, new byte[10]);
            assertThatThrownBy(() -> Parts.split(model, directory.resolve("parts")))
                    .isInstanceOf(IOException.class);
        }
        assertThat(Parts.names(directory)).containsExactly("weights.onnx");
    }
}
