package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.pepper.cut.Cut;
import io.pepper.cut.CutOptions;
import io.pepper.cut.CutTree;
import io.pepper.cut.Cuts;
import io.pepper.cut.MinimumCut;
import io.pepper.export.PartitionManifest;
import io.pepper.export.SplitVerifier;
import io.pepper.export.SubmodelExporter;
import io.pepper.export.Verification;
import io.pepper.export.VerificationOptions;
import io.pepper.graph.Indices;
import io.pepper.model.InputShapes;
import io.pepper.model.ProgressListener;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.onnx.testmodels.Parts;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.onnx.testmodels.Topologies;
import io.pepper.onnx.testmodels.TransformerTopologies;
import io.pepper.onnx.testmodels.VisionTopologies;
import io.pepper.partition.OperatorCosts;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Models that are cut at several tensors, along branches, or with inputs shared: parts and whole agree bit by bit. */
class WideSplitTest {
    private static final int WIDTH = 4;

    /** Names that ONNX Runtime's Java interface cannot pass. */
    private static final Set<String> NOT_PASSED_ON = Set.of("oddNames");

    /** Cuts round what ONNX Runtime keeps in 32 bits. */
    private static final String ROUNDED = "float16";

    /** Parts at cuts that may divide the model that is rounded, or not. */
    private static final String ANY = "any";

    @TempDir
    Path directory;

    static List<TestModel> models() {
        return Topologies.all();
    }

    private static List<String> names(Cuts cuts) {
        return cuts.list().stream().map(Cut::toString).toList();
    }

    private void check(OnnxModel model, Partition partition, String name) throws IOException {
        Path parts = directory.resolve(name);
        PartitionManifest manifest = SubmodelExporter.export(model, partition, parts);
        assertThat(PartitionManifest.read(parts)).isEqualTo(manifest);
        assertThat(manifest.parts().stream()
                        .mapToInt(PartitionManifest.Part::operators)
                        .sum())
                .isEqualTo(model.cuts().usedOperatorCount());
        if (!NOT_PASSED_ON.contains(model.name())) {
            VerificationOptions once = VerificationOptions.DEFAULTS.withTrials(1);
            Verification answer = SplitVerifier.verify(model, parts, once, ProgressListener.NONE);
            assertThat(answer.passed()).as("%s: %s", model.name(), answer).isTrue();
            if (!(model.name().equals(ROUNDED) && name.startsWith(ANY))) {
                assertThat(answer.identical()).isEqualTo(!model.name().equals(ROUNDED));
            }
        }
    }

    /** Values that cannot be passed on between runs. */
    private static void assumeThatTensorsCross(OnnxModel model, Partition partition) throws IOException {
        TensorShapes shapes = model.shapes();
        partition.segments().forEach(segment -> segment.inputs().stream()
                .mapToObj(model.graph()::tensorName)
                .forEach(name -> assumeThat(shapes.of(name).type().orElse("")).doesNotContain("(")));
    }

    @ParameterizedTest
    @MethodSource("models")
    void atSeveralTensors(TestModel test) throws IOException {
        try (OnnxModel model = Parts.load(test)) {
            ModelCosts costs = model.costs(model.shapes());
            CutOptions options = costs.cutOptions().withMaxWidth(WIDTH).withNeighbourhood(0);
            Partition partition = Partitioner.everyCut().partition(model.cuts(options));
            assumeThatTensorsCross(model, partition);
            check(model, partition, "wide");
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void withEachInputShared(TestModel test) throws IOException {
        try (OnnxModel model = Parts.load(test)) {
            ModelCosts costs = model.costs(model.shapes());
            for (TensorInfo input : model.inputs()) {
                CutOptions options = costs.cutOptions().withMaxWidth(2).withShared(input.name());
                Partition partition = Partitioner.everyCut().partition(model.cuts(options));
                assumeThatTensorsCross(model, partition);
                check(model, partition, "shared" + input.name().hashCode());
            }
        }
    }

    /** Any tensors, inputs or not, are shared: the values stay the same, whatever is passed on or computed again. */
    @ParameterizedTest
    @MethodSource("models")
    void withAnyTensorsShared(TestModel test) throws IOException {
        try (OnnxModel model = Parts.load(test)) {
            CutOptions options = model.costs(model.shapes()).cutOptions().withNeighbourhood(0);
            List<String> movable = IntStream.range(0, model.graph().tensorCount())
                    .mapToObj(model.graph()::tensorName)
                    .filter(name -> isMovable(model, options.withShared(name)))
                    .toList();
            for (int round = 0; round < 3; round++) {
                Random random = new Random(round);
                List<String> shared = movable.stream()
                        .filter(name -> random.nextInt(movable.size()) < 2)
                        .toList();
                Cuts cuts = model.cuts(options.withMaxWidth(1 + round).withShared(shared));
                Partition partition = Partitioner.everyCut().partition(cuts);
                assumeThatTensorsCross(model, partition);
                check(model, partition, ANY + round);
            }
        }
    }

    private static boolean isMovable(OnnxModel model, CutOptions options) {
        try {
            return model.cuts(options).size() >= 0;
        } catch (IllegalArgumentException immovable) {
            assertThat(immovable).hasMessageContaining("cannot be shared");
            return false;
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void alongBranches(TestModel test) throws IOException {
        try (OnnxModel model = Parts.load(test)) {
            int components = CutTree.of(model.cuts()).components().size();
            Partition partition = Partitioner.tree(Math.max(1, Math.min(5, components)), OperatorCosts.count())
                    .partition(model.cuts());
            assumeThatTensorsCross(model, partition);
            check(model, partition, "tree");
        }
    }

    @Test
    void splitsATransformerBetweenItsLayers() throws IOException {
        try (OnnxModel model = Parts.load(TransformerTopologies.transformer())) {
            assertThat(model.cuts().at("l1_out")).isEmpty();
            ModelCosts costs = model.costs(model.shapes(InputShapes.NONE.withDimension("batch", 2)));
            Cuts cuts = model.cuts(costs.cutOptions().withShared("attention_mask"));
            assertThat(cuts.at("l1_out")).isPresent();
            assertThat(cuts.sharing().carried().stream().mapToObj(model.graph()::tensorName))
                    .as("floats of 4 bytes rather than integers of 8")
                    .containsExactly("mask_float");
            Partition partition = Partitioner.atTensors("embedded", "l1_out").partition(cuts);
            check(model, partition, "layers");
            assertThat(PartitionManifest.read(directory.resolve("layers")).parts())
                    .extracting(PartitionManifest.Part::recomputedOperators)
                    .containsExactly(0, 0, 2);
        }
    }

    @Test
    void splitsATextGeneratorBetweenItsLayers() throws IOException {
        try (OnnxModel model = Parts.load(TransformerTopologies.decoderWithCache())) {
            ModelCosts costs = model.costs(model.shapes());
            Cuts cuts = model.cuts(
                    costs.cutOptions().withShared("past*").withMaxWidth(2).withNeighbourhood(0));
            Cut between = cuts.list().stream()
                    .filter(cut -> cut.toString().startsWith("cut at 'l1_out' ("))
                    .findFirst()
                    .orElseThrow();
            Partition partition = Partition.of(model.graph(), List.of(between));
            Path parts = directory.resolve("layers");
            SubmodelExporter.export(model, partition, parts);
            Parts.assertIdentical(model, parts);
            PartitionManifest manifest = PartitionManifest.read(parts);
            assertThat(manifest.parts().get(1).inputs())
                    .extracting(TensorInfo::name)
                    .containsExactlyInAnyOrder("l1_out", "past_l2_key", "past_l2_value");
            assertThat(manifest.parts().get(0).inputs())
                    .extracting(TensorInfo::name)
                    .containsExactlyInAnyOrder("input_ids", "past_l1_key", "past_l1_value");
        }
    }

    @Test
    void splitsAUNetAcrossItsSkipConnections() throws IOException {
        try (OnnxModel model = Parts.load(VisionTopologies.uShape())) {
            ModelCosts costs = model.costs(model.shapes());
            Cuts cuts = model.cuts(costs.cutOptions().withMaxWidth(2).withNeighbourhood(0));
            assertThat(names(cuts)).anyMatch(name -> name.startsWith("cut at 'e1', 'd1'"));
            MinimumCut finder = MinimumCut.of(model.graph(), costs.shapes()::bytes);
            int first = model.graph()
                    .producer(model.graph().tensor("d1").orElseThrow())
                    .orElseThrow();
            int last = model.graph()
                    .producer(model.graph().tensor("k1").orElseThrow())
                    .orElseThrow();
            Optional<Cut> cheapest = finder.betweenOperators(first, last);
            assertThat(cheapest).hasValueSatisfying(cut -> {
                assertThat(cut.tensors().stream().mapToObj(model.graph()::tensorName))
                        .as("8 channels of 8 × 8 skip, and 8 of 4 × 4 go on")
                        .containsExactly("e1", "d1");
                assertThat(cut.bytes()).hasValue((8 * 64 + 8 * 16) * 4);
            });
            check(model, Partition.of(model.graph(), List.of(cheapest.orElseThrow())), "cheapest");
        }
    }

    @Test
    void splitsTwoTowersApart() throws IOException {
        try (OnnxModel model = Parts.load(VisionTopologies.twoTowers())) {
            Partition partition = Partitioner.tree(4, OperatorCosts.count()).partition(model.cuts());
            check(model, partition, "towers");
            assertThat(PartitionManifest.read(directory.resolve("towers")).parts())
                    .extracting(
                            part -> part.inputs().stream().map(TensorInfo::name).toList())
                    .contains(List.of("left"), List.of("right"));
        }
    }

    @Test
    void crossingCutsAreRefused() throws IOException {
        ModelBuilder builder = model("crossing")
                .input("x", FLOAT, 1, 4)
                .let("a1", "Relu", "x")
                .let("a2", "Tanh", "a1")
                .let("b1", "Exp", "x")
                .let("b2", "Neg", "b1")
                .add(node("Add").in("a2", "b2").out("y"))
                .output("y", FLOAT, 1, 4);
        try (OnnxModel model = Parts.load("crossing", builder.build())) {
            MinimumCut finder = MinimumCut.of(model.graph(), tensor -> OptionalLong.of(1));
            Cut left = finder.between(Indices.of(0, 1), Indices.of(2)).orElseThrow();
            Cut right = finder.between(Indices.of(2, 3), Indices.of(1)).orElseThrow();
            assertThatThrownBy(() -> Partition.of(model.graph(), List.of(left, right)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
