package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT64;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cut.CutOptions;
import io.pepper.export.PartitionManifest;
import io.pepper.export.SubmodelExporter;
import io.pepper.model.UnknownSizeException;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.onnx.testmodels.Parts;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sizes whose products no number holds are unknown, and nothing fails for them. */
class HugeSizesTest {
    private static final long HUGE = 1L << 31;

    private static ModelBuilder relus(long... sizes) {
        Object[] dims = Arrays.stream(sizes).boxed().toArray();
        return model("huge")
                .input("x", FLOAT, dims)
                .let("t", "Relu", "x")
                .let("y", "Relu", "t")
                .output("y", FLOAT, dims);
    }

    private static void assertUnknownAndCalm(ModelBuilder builder) throws IOException {
        try (OnnxModel model = Parts.load("huge", builder.build())) {
            ModelCosts costs = model.costs(model.shapes());
            ModelCharacteristics characteristics = costs.characteristics();
            assertThat(characteristics.activationBytes()).isEmpty();
            assertThat(characteristics.peakActivationBytes()).isEmpty();
            assertThat(costs.workload().toString()).isNotEmpty();
            List<CutOptions> all = List.of(
                    costs.cutOptions(),
                    costs.cutOptions().withMaxWidth(3),
                    costs.cutOptions().withShared("x"),
                    costs.cutOptionsBetweenKernels());
            for (CutOptions options : all) {
                assertThat(model.cuts(options).list())
                        .allSatisfy(cut -> assertThat(cut.bytes()).isEmpty());
            }
            assertThatThrownBy(costs::peakActivations)
                    .isInstanceOf(UnknownSizeException.class)
                    .hasMessageContaining("is too large to be counted");
            assertThatThrownBy(() -> costs.segments(model.cuts().list()))
                    .isInstanceOf(UnknownSizeException.class)
                    .hasMessageContaining("is too large to be counted");
        }
    }

    @Test
    void overflowingSizesOfATensorAreUnknown() throws IOException {
        assertUnknownAndCalm(relus(HUGE, HUGE));
        assertUnknownAndCalm(relus(1L << 62, 1L << 62));
    }

    @Test
    void sumsThatOverflowAreUnknown() throws IOException {
        assertUnknownAndCalm(relus(1L << 60));
        assertUnknownAndCalm(relus(1L << 51));
    }

    @Test
    void hugeSizesTimesZeroAreZero() throws IOException {
        try (OnnxModel model = Parts.load("none", relus(1L << 62, 1L << 62, 0).build())) {
            assertThat(model.costs(model.shapes()).characteristics().activationBytes())
                    .hasValue(0);
        }
    }

    @Test
    void overflowingArithmeticIsUnknown() throws IOException {
        try (OnnxModel model = Parts.load("huge", relus(HUGE, HUGE).build())) {
            ModelCosts costs = model.costs(model.shapes());
            assertThat(costs.flops(0)).as("each operator for itself").hasValue(1L << 62);
            assertThat(costs.characteristics().flops()).isEmpty();
            assertThatThrownBy(costs::flops)
                    .isInstanceOf(UnknownSizeException.class)
                    .hasMessage("the arithmetic of the model is more than 2^63 - 1 operations");
        }
        ModelBuilder product = model("product")
                .input("a", FLOAT, HUGE, HUGE)
                .input("b", FLOAT, HUGE, HUGE)
                .let("y", "MatMul", "a", "b")
                .output("y", FLOAT, HUGE, HUGE);
        try (OnnxModel model = Parts.load("product", product.build())) {
            ModelCosts costs = model.costs(model.shapes());
            assertThat(costs.macs(0)).isEmpty();
            assertThatThrownBy(costs::flops).isInstanceOf(UnknownSizeException.class);
        }
    }

    @Test
    void sizesOfComputedConstantsSaturate() throws IOException {
        TensorProto shape = TensorProto.newBuilder()
                .setName("shape")
                .setDataType(INT64.getNumber())
                .addDims(2)
                .addInt64Data(HUGE)
                .addInt64Data(HUGE)
                .build();
        ModelBuilder builder = model("made")
                .input("x", FLOAT, 1)
                .initializer(shape)
                .let("one", "ConstantOfShape", "shape")
                .let("other", "ConstantOfShape", "shape")
                .let("s", "Add", "x", "one")
                .let("y", "Add", "s", "other")
                .output("y", FLOAT, HUGE, HUGE);
        try (OnnxModel model = Parts.load("made", builder.build())) {
            ModelCharacteristics characteristics = model.costs(model.shapes()).characteristics();
            assertThat(characteristics.parameters()).isEqualTo(Long.MAX_VALUE);
        }
    }

    @Test
    void modelsWithHugeSizesCanBeDivided(@TempDir Path directory) throws IOException {
        try (OnnxModel model = Parts.load("huge", relus(HUGE, HUGE).build())) {
            Partition partition = Partitioner.atTensors("t").partition(model.cuts());
            PartitionManifest manifest = SubmodelExporter.export(model, partition, directory);
            assertThat(manifest.parts()).hasSize(2);
        }
    }

    @Test
    void sizesOfGroupsAndFiltersSaturate() throws IOException {
        ModelBuilder builder = model("groups")
                .input("x", FLOAT, 1, 4, 8, 8)
                .weight("w", 4, 1, 3, 3)
                .add(node("ConvTranspose").in("x", "w").out("y").with("group", Long.MAX_VALUE))
                .output("y", FLOAT);
        try (OnnxModel model = Parts.load("groups", builder.build())) {
            assertThat(model.costs(model.shapes()).characteristics().filters()).hasValue(Long.MAX_VALUE);
        }
    }
}
