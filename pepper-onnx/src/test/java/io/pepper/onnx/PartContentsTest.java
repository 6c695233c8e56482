package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.testmodels.FunctionBuilder.function;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.pepper.export.PartitionManifest;
import io.pepper.export.SubmodelExporter;
import io.pepper.onnx.internal.proto.FunctionProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.OperatorSetIdProto;
import io.pepper.onnx.internal.proto.StringStringEntryProto;
import io.pepper.onnx.internal.proto.TensorAnnotation;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TrainingInfoProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import io.pepper.onnx.testmodels.BodyTopologies;
import io.pepper.onnx.testmodels.BoundaryTopologies;
import io.pepper.onnx.testmodels.ConstantTopologies;
import io.pepper.onnx.testmodels.NameTopologies;
import io.pepper.onnx.testmodels.Parts;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.onnx.testmodels.Topologies;
import io.pepper.onnx.testmodels.TypeTopologies;
import io.pepper.onnx.testmodels.VisionTopologies;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What goes into a part, and what does not. */
class PartContentsTest {
    @TempDir
    Path directory;

    private List<ModelProto> parts(TestModel whole, String... cuts) throws IOException {
        try (OnnxModel model = Parts.load(whole)) {
            PartitionManifest manifest = Parts.split(model, directory, cuts);
            Parts.assertIdentical(model, directory);
            return Parts.read(directory, manifest);
        }
    }

    private static List<String> initializers(ModelProto part) {
        return part.getGraph().getInitializerList().stream()
                .map(TensorProto::getName)
                .toList();
    }

    private static List<String> names(List<ValueInfoProto> values) {
        return values.stream().map(ValueInfoProto::getName).toList();
    }

    private static Map<String, String> metadata(ModelProto part) {
        Map<String, String> metadata = new LinkedHashMap<>();
        for (StringStringEntryProto entry : part.getMetadataPropsList()) {
            assertThat(metadata.put(entry.getKey(), entry.getValue()))
                    .as(entry.getKey())
                    .isNull();
        }
        return metadata;
    }

    static Stream<TestModel> small() {
        return Topologies.all().stream().filter(model -> model.expectedCuts().size() < 100);
    }

    /** Every operator that the outputs need is in exactly one part, and every part is a model of its own. */
    @ParameterizedTest
    @MethodSource("small")
    void partsTogetherAreTheModel(TestModel whole) throws IOException, OrtException {
        try (OnnxModel model = Parts.load(whole)) {
            PartitionManifest manifest = Parts.split(model, directory);
            assertThat(manifest.parts()).hasSize(model.cuts().size() + 1);
            List<String> dataflow = new ArrayList<>();
            for (ModelProto part : Parts.read(directory, manifest)) {
                part.getGraph().getNodeList().stream()
                        .filter(node -> isDataflow(model, node))
                        .map(NodeProto::toString)
                        .forEach(dataflow::add);
                assertThat(part.getIrVersion()).isEqualTo(model.irVersion());
                OrtEnvironment.getEnvironment()
                        .createSession(part.toByteArray())
                        .close();
            }
            assertThat(dataflow).hasSize(model.cuts().usedOperatorCount());
            if (!whole.name().equals("unnamedOperators")) {
                assertThat(dataflow).doesNotHaveDuplicates();
            }
            long weights = manifest.parts().stream()
                    .mapToLong(PartitionManifest.Part::weightBytes)
                    .sum();
            assertThat(weights).isGreaterThanOrEqualTo(model.weightBytes());
        }
    }

    private static boolean isDataflow(OnnxModel model, NodeProto node) {
        return node.getOutputList().stream()
                .anyMatch(name -> !name.isEmpty() && model.graph().tensor(name).isPresent());
    }

    /** ONNX Runtime's Java API gives back such a name garbled, and cannot run the part by that name either. */
    @Test
    void nameBeyondTheBasicPlaneHasAType() throws IOException {
        try (OnnxModel model = Parts.load(NameTopologies.oddNames())) {
            assertThat(Parts.split(model, directory).cuts().get(2))
                    .singleElement()
                    .hasToString("größe 張量 \uD83D\uDE00: float[1,24]");
        }
    }

    /** A cut at an output is not listed, but may be asked for. */
    @Test
    void modelCanBeDividedAtAnOutput() throws IOException {
        List<ModelProto> parts = parts(BoundaryTopologies.outputReadFurtherOn(), "features");
        assertThat(names(parts.get(0).getGraph().getOutputList())).containsExactly("features");
        assertThat(names(parts.get(1).getGraph().getInputList())).containsExactly("features");
    }

    @Test
    void operatorSetsAreCarried() throws IOException {
        for (ModelProto part : parts(TypeTopologies.machineLearningDomain(), "scaled", "r")) {
            assertThat(part.getOpsetImportList())
                    .extracting(OperatorSetIdProto::getDomain, OperatorSetIdProto::getVersion)
                    .containsExactly(tuple("", 17L), tuple("ai.onnx.ml", 1L));
        }
    }

    @Test
    void onlyCalledFunctionsAreCarried() throws IOException {
        FunctionProto inner = calling("Inner", "", "Tanh");
        FunctionProto middle = calling("Middle", "own", "Inner");
        FunctionProto outer = calling("Outer", "own", "Middle");
        FunctionProto other = calling("Other", "", "Neg");
        FunctionProto unused = calling("Unused", "own", "Inner");
        TestModel whole = model("calls")
                .opset("own", 1)
                .function(inner)
                .function(unused)
                .function(outer)
                .function(other)
                .function(middle)
                .input("x", FLOAT, 1, 16)
                .add(node("Outer").domain("own").in("x").out("a"))
                .add(node("Other").domain("own").in("a").out("b"))
                .let("y", "Relu", "b")
                .output("y", FLOAT, 1, 16)
                .expecting("a", "b");
        assertThat(parts(whole))
                .extracting(ModelProto::getFunctionsList)
                .containsExactly(List.of(inner, outer, middle), List.of(other), List.of());
    }

    private static FunctionProto calling(String name, String domain, String operator) {
        return function("own", name)
                .opset("", 17)
                .opset("own", 1)
                .in("a")
                .out("b")
                .add(node(operator).domain(domain).in("a").out("b"))
                .build();
    }

    @Test
    void textsAreCarried() throws IOException {
        TestModel whole = NameTopologies.texts();
        for (ModelProto part : parts(whole, "h")) {
            assertThat(part.getDocString()).isEqualTo("about the model");
            assertThat(part.getGraph().getDocString()).isEqualTo("about the graph\nin two lines");
            assertThat(part.getProducerName()).isEqualTo("maker \"1\"");
            assertThat(part.getProducerVersion()).isEqualTo("2.0-β");
            assertThat(part.getGraph().getName()).isEqualTo("texts");
            assertThat(metadata(part))
                    .contains(entry("author", "tests"), entry("labels", "{\"0\": \"cat\", \"1\": \"dog\"}"));
        }
    }

    @Test
    void metadataSayWhichPartItIs() throws IOException {
        TestModel whole = NameTopologies.oddNames();
        List<ModelProto> parts =
                parts(whole, whole.expectedCuts().get(0), whole.expectedCuts().get(1));
        try (OnnxModel model = Parts.load(whole)) {
            assertThat(metadata(parts.get(1)))
                    .containsExactly(
                            entry("pepper.model.name", "oddNames"),
                            entry("pepper.model.sha256", model.sha256()),
                            entry("pepper.part", "2"),
                            entry("pepper.parts", "3"),
                            entry("pepper.inputs", "[\"/encoder/layer.0/Add_1:0\"]"),
                            entry("pepper.outputs", "[\"{\\\"name\\\": [\\\"a\\\", \\\\n]}\"]"));
        }
    }

    @Test
    void valueTypesGoWhereTheirTensorsGo() throws IOException {
        List<ModelProto> parts = parts(NameTopologies.valueInfos(), "h1");
        assertThat(names(parts.get(0).getGraph().getValueInfoList())).containsExactly("h1_w");
        assertThat(names(parts.get(1).getGraph().getValueInfoList())).containsExactly("h2", "y_w");
        assertThat(parts.get(1).getGraph().getInput(0))
                .isEqualTo(NameTopologies.valueInfos().model().getGraph().getValueInfo(0));
    }

    @Test
    void quantizationAnnotationsBringTheirInitializers() throws IOException {
        List<ModelProto> parts = parts(ConstantTopologies.quantizationAnnotation(), "h1", "h2");
        assertThat(initializers(parts.get(0))).containsExactly("h1_w");
        assertThat(initializers(parts.get(1))).containsExactly("h2_scale", "h2_zero");
        assertThat(initializers(parts.get(2))).containsExactly("y_w", "h2_scale", "h2_zero");
        assertThat(parts)
                .extracting(part -> part.getGraph().getQuantizationAnnotationList().stream()
                        .map(TensorAnnotation::getTensorName)
                        .toList())
                .containsExactly(List.of(), List.of("h2"), List.of("h2"));
    }

    @Test
    void sparseInitializersGoWhereTheyAreRead() throws IOException {
        assertThat(parts(ConstantTopologies.sparseInitializer(), "h1", "h2"))
                .extracting(part -> part.getGraph().getSparseInitializerCount())
                .containsExactly(0, 1, 0);
    }

    @Test
    void initializersListedAsInputsStayListed() throws IOException {
        List<ModelProto> parts = parts(ConstantTopologies.initializersAsInputs(), "c1", "r1");
        assertThat(parts)
                .extracting(part -> names(part.getGraph().getInputList()))
                .containsExactly(List.of("x", "c1_w"), List.of("c1"), List.of("r1", "c2_w"));
        assertThat(parts)
                .extracting(PartContentsTest::initializers)
                .containsExactly(List.of("c1_w"), List.of(), List.of("c2_w"));
    }

    @Test
    void constantsAreCarriedWithTheirOperators() throws IOException {
        List<ModelProto> parts = parts(ConstantTopologies.computedConstants(), "h1", "h2");
        assertThat(parts)
                .extracting(Parts::operatorTypes)
                .containsExactly(
                        List.of("Neg", "Transpose", "MatMul"),
                        List.of("Relu"),
                        List.of("Neg", "Transpose", "Mul", "MatMul", "Tanh"));
        assertThat(parts)
                .extracting(PartContentsTest::initializers)
                .containsExactly(List.of("base"), List.of(), List.of("base"));
    }

    @Test
    void capturedConstantsAreCarried() throws IOException {
        List<ModelProto> parts = parts(BodyTopologies.ifCapturing(), "r", "picked");
        assertThat(initializers(parts.get(0))).isEmpty();
        assertThat(initializers(parts.get(1))).containsExactlyInAnyOrder("zero", "outer_w");
        assertThat(Parts.operatorTypes(parts.get(1))).contains("Transpose", "If");
        assertThat(names(parts.get(1).getGraph().getInputList())).containsExactly("r");
        assertThat(initializers(parts.get(2))).isEmpty();
    }

    @Test
    void trainingInformationIsLeftOutAndNoted() throws IOException {
        TestModel residual = VisionTopologies.residual();
        TrainingInfoProto training = TrainingInfoProto.newBuilder()
                .setAlgorithm(GraphProto.newBuilder().setName("step"))
                .build();
        ModelProto whole =
                residual.model().toBuilder().addTrainingInfo(training).build();
        try (OnnxModel model = Parts.load("trained", whole)) {
            PartitionManifest manifest = Parts.split(model, directory, "r0");
            assertThat(manifest.notes()).singleElement().asString().contains("training_info");
            assertThat(PartitionManifest.read(directory).notes()).isEqualTo(manifest.notes());
            assertThat(Parts.read(directory, manifest))
                    .allSatisfy(part -> assertThat(part.getTrainingInfoCount()).isZero());
        }
    }

    @Test
    void partCanBeDividedAgain() throws IOException {
        Path first = directory.resolve("first");
        Path second = directory.resolve("second");
        try (OnnxModel whole = Parts.load(NameTopologies.texts())) {
            Parts.split(whole, first, "h");
        }
        Path file = first.resolve("texts_part2.onnx");
        try (OnnxModel part = OnnxModel.load(file)) {
            PartitionManifest manifest = SubmodelExporter.export(part, Partition.whole(part.graph()), second);
            Parts.assertIdentical(part, second);
            assertThat(metadata(Parts.read(second, manifest).get(0)))
                    .contains(
                            entry("author", "tests"),
                            entry("pepper.model.name", "texts_part2"),
                            entry("pepper.model.sha256", part.sha256()),
                            entry("pepper.part", "1"),
                            entry("pepper.parts", "1"))
                    .hasSize(8);
        }
    }

    @Test
    void partsOfPartsMakeTheModel() throws IOException {
        TestModel residual = VisionTopologies.residual();
        try (OnnxModel whole = Parts.load(residual)) {
            PartitionManifest first = Parts.split(whole, directory, "s1");
            List<String> cuts = new ArrayList<>();
            for (PartitionManifest.Part part : first.parts()) {
                try (OnnxModel again = OnnxModel.load(directory.resolve(part.file()))) {
                    Parts.split(again, directory.resolve(part.file() + "_parts"));
                    Parts.assertIdentical(again, directory.resolve(part.file() + "_parts"));
                    again.cuts()
                            .list()
                            .forEach(cut -> cuts.add(
                                    again.graph().tensorName(cut.tensors().get(0))));
                    if (cuts.size() == 2) {
                        cuts.add("s1");
                    }
                }
            }
            assertThat(cuts).isEqualTo(residual.expectedCuts());
        }
    }

    @Test
    void longChainIsDividedByDistance() throws IOException, OrtException {
        try (OnnxModel model = Parts.load(Topologies.chain(1000))) {
            Partition partition = Partitioner.minimumDistance(100).partition(model.cuts());
            PartitionManifest manifest = SubmodelExporter.export(model, partition, directory);
            assertThat(manifest.parts()).hasSizeBetween(8, 11);
            Parts.assertIdentical(model, directory);
            try (OrtSession session = OrtEnvironment.getEnvironment()
                    .createSession(
                            directory.resolve(manifest.parts().get(0).file()).toString())) {
                assertThat(session.getInputNames()).containsExactly("x");
            }
        }
    }
}
