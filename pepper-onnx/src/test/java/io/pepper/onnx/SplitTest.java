package io.pepper.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cut.Cut;
import io.pepper.export.ExportOptions;
import io.pepper.export.PartitionManifest;
import io.pepper.export.SplitVerifier;
import io.pepper.export.SubmodelExporter;
import io.pepper.export.Verification;
import io.pepper.model.TensorInfo;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import io.pepper.onnx.testmodels.CutOracle;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.onnx.testmodels.Topologies;
import io.pepper.partition.OperatorCosts;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The main job on every test model: find the cuts, write the parts, and let ONNX Runtime say that they are right. */
class SplitTest {
    private static final int ALL_CUTS_UP_TO = 100;

    @TempDir
    Path directory;

    static List<TestModel> models() {
        return Topologies.all();
    }

    @ParameterizedTest
    @MethodSource("models")
    void cutsEqualThoseFoundByHand(TestModel test) throws IOException {
        Set<String> outputs = test.model().getGraph().getOutputList().stream()
                .map(ValueInfoProto::getName)
                .collect(Collectors.toSet());
        try (OnnxModel model = open(test)) {
            assertThat(model.cuts().list().stream().map(SplitTest::tensor).toList())
                    .isEqualTo(test.expectedCuts().stream()
                            .filter(tensor -> !outputs.contains(tensor))
                            .toList());
            assertThat(CutOracle.cuts(test.model()))
                    .allSatisfy(tensor -> assertThat(model.cuts().at(tensor)).isPresent());
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void everySingleCutGivesTheSameOutputs(TestModel test) throws IOException {
        try (OnnxModel model = open(test)) {
            List<Cut> cuts = model.cuts().list();
            int step = Math.max(1, cuts.size() / ALL_CUTS_UP_TO);
            for (int i = 0; i < cuts.size(); i += step) {
                check(test, model, Partition.of(model.graph(), List.of(cuts.get(i))));
            }
            for (String output : test.expectedCuts()) {
                check(test, model, Partitioner.atTensors(output).partition(model.cuts()));
                if (test.expectedCuts().size() > ALL_CUTS_UP_TO) {
                    break;
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void severalCutsGiveTheSameOutputs(TestModel test) throws IOException {
        try (OnnxModel model = open(test)) {
            check(test, model, Partition.whole(model.graph()));
            for (int parts = 2; parts <= Math.min(4, model.cuts().size() + 1); parts++) {
                check(
                        test,
                        model,
                        Partitioner.balanced(parts, OperatorCosts.count()).partition(model.cuts()));
                check(test, model, Partitioner.balanced(parts, model.weights()).partition(model.cuts()));
            }
            if (model.cuts().size() <= ALL_CUTS_UP_TO) {
                check(test, model, Partitioner.everyCut().partition(model.cuts()));
            }
        }
    }

    private static OnnxModel open(TestModel test) throws IOException {
        return OnnxModel.load(test.bytes(), test.name());
    }

    private static String tensor(Cut cut) {
        return cut.graph().tensorName(cut.tensors().get(0));
    }

    private void check(TestModel test, OnnxModel model, Partition partition) throws IOException {
        PartitionManifest manifest = export(model, partition, "first");
        assertThat(files("first")).as("reproducible").isEqualTo(filesOf(export(model, partition, "second"), "second"));
        verify(model, partition, manifest);
        checkContents(test, model, manifest);
        delete("first");
        delete("second");
    }

    private void verify(OnnxModel model, Partition partition, PartitionManifest manifest) throws IOException {
        List<TensorInfo> crossing =
                manifest.cuts().stream().flatMap(List::stream).toList();
        if (crossing.stream().anyMatch(tensor -> tensor.name().codePoints().anyMatch(c -> c > Character.MAX_VALUE))) {
            assertThatThrownBy(() -> SplitVerifier.verify(model, directory.resolve("first")))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageContaining("character beyond U+FFFF");
            return;
        }
        Verification verification = SplitVerifier.verify(model, directory.resolve("first"));
        assertThat(verification.passed()).as("%s: %s", partition, verification).isTrue();
        assertThat(verification.outputs()).hasSameSizeAs(model.outputs());
        if (crossing.stream().noneMatch(tensor -> tensor.type().equals(Optional.of("float16")))) {
            assertThat(verification.identical())
                    .as("%s: %s", partition, verification)
                    .isTrue();
        }
    }

    private PartitionManifest export(OnnxModel model, Partition partition, String name) throws IOException {
        ExportOptions quick = ExportOptions.DEFAULTS.withDurable(false);
        return SubmodelExporter.export(model, partition, directory.resolve(name), quick);
    }

    /** Every operator that outputs need is in one part, and the weights of the parts add up to the model's. */
    private void checkContents(TestModel test, OnnxModel model, PartitionManifest manifest) throws IOException {
        int operators = 0;
        long weights = 0;
        Map<NodeProto, Integer> nodes = new LinkedHashMap<>();
        for (PartitionManifest.Part part : manifest.parts()) {
            operators += part.operators();
            weights += part.weightBytes();
            ModelProto proto = ModelProto.parseFrom(
                    Files.readAllBytes(directory.resolve("first").resolve(part.file())));
            assertThat(proto.getGraph().getNodeCount()).isEqualTo(part.operators() + part.constantOperators());
            proto.getGraph().getNodeList().forEach(node -> nodes.merge(node, 1, Integer::sum));
        }
        assertThat(operators).isEqualTo(model.cuts().usedOperatorCount());
        assertThat(operators + manifest.unusedOperators() + model.constantOperatorCount())
                .isEqualTo(model.operatorCount());
        assertThat(weights).isGreaterThanOrEqualTo(model.weightBytes());
        assertThat(test.model().getGraph().getNodeList()).containsAll(nodes.keySet());
        long copied = nodes.values().stream().filter(count -> count > 1).count();
        if (copied == 0 && sharedInitializers(manifest).isEmpty()) {
            assertThat(weights).isEqualTo(model.weightBytes());
        }
    }

    private List<String> sharedInitializers(PartitionManifest manifest) throws IOException {
        Map<String, Integer> uses = new TreeMap<>();
        for (PartitionManifest.Part part : manifest.parts()) {
            ModelProto proto = ModelProto.parseFrom(
                    Files.readAllBytes(directory.resolve("first").resolve(part.file())));
            proto.getGraph().getInitializerList().forEach(tensor -> uses.merge(tensor.getName(), 1, Integer::sum));
            proto.getGraph()
                    .getSparseInitializerList()
                    .forEach(tensor -> uses.merge(tensor.getValues().getName(), 1, Integer::sum));
            proto.getFunctionsList().forEach(function -> uses.merge("function " + function.getName(), 1, Integer::sum));
        }
        List<String> shared = new ArrayList<>(uses.keySet());
        shared.removeIf(name -> uses.get(name) == 1);
        return shared;
    }

    private Map<String, String> filesOf(PartitionManifest manifest, String name) throws IOException {
        assertThat(manifest.parts()).isNotEmpty();
        return files(name);
    }

    private Map<String, String> files(String name) throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> found = Files.list(directory.resolve(name))) {
            for (Path file : found.toList()) {
                byte[] bytes = Files.readAllBytes(file);
                files.put(file.getFileName().toString(), new String(bytes, StandardCharsets.ISO_8859_1));
            }
        }
        return files;
    }

    private void delete(String name) throws IOException {
        try (Stream<Path> found = Files.list(directory.resolve(name))) {
            for (Path file : found.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory.resolve(name));
    }
}
