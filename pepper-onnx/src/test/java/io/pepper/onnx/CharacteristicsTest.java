package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.testmodels.Architectures;
import io.pepper.onnx.testmodels.ConstantTopologies;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.onnx.testmodels.Parts;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.onnx.testmodels.Topologies;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import io.pepper.partition.Segment;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CharacteristicsTest {
    static List<TestModel> models() {
        return Topologies.all();
    }

    private static ModelCharacteristics of(String name, ModelProto proto) throws IOException {
        try (OnnxModel model = Parts.load(name, proto)) {
            return model.costs(model.shapes()).characteristics();
        }
    }

    /**
     * Published: torchvision's table of models (multiply-accumulates as GFLOPS, and parameters); batch normalisation has
     * two statistics for each channel that are no parameters there, 26,560 and 41,824 channels.
     */
    @ParameterizedTest
    @CsvSource({
        "vgg16, 15.47, 138357544, 13, 5, 3, 4224",
        "resnet50, 4.09, 25610152, 53, 2, 1, 26560",
        "densenet121, 2.83, 8062504, 120, 5, 1, 10240"
    })
    void totalsAgreeWithPublishedOnes(
            String name, double gigaMacs, long parameters, int conv, int pool, int connected, long filters)
            throws IOException {
        ModelProto proto =
                switch (name) {
                    case "vgg16" -> Architectures.vgg16();
                    case "resnet50" -> Architectures.resnet50();
                    default -> Architectures.densenet121();
                };
        ModelCharacteristics found = of(name, proto);
        assertThat(found.macs().orElseThrow() / 1e9).isCloseTo(gigaMacs, Percentage.withPercentage(1));
        assertThat(found.parameters()).isEqualTo(parameters);
        assertThat(found.convLayers()).isEqualTo(conv);
        assertThat(found.poolLayers()).isEqualTo(pool);
        assertThat(found.fcLayers()).isEqualTo(connected);
        assertThat(found.filters()).hasValue(filters);
        assertThat(found.unknownOperators()).isEmpty();
        assertThat(found.paper().convLayers())
                .as("the original does not see computed weights")
                .isZero();
    }

    /** Counted by the original, run unchanged on the same files. */
    @ParameterizedTest
    @CsvSource({
        "/models/ch_PP-OCRv3_det_infer.onnx, 0, 8, 0, 0, 0",
        "/models/ch_PP-OCRv3_rec_infer.onnx, 0, 3, 0, 0, 0",
        "/models/ch_PP-OCRv4_det_infer.onnx, 0, 10, 0, 0, 0",
        "/models/ch_PP-OCRv4_rec_infer.onnx, 0, 3, 0, 0, 0",
        "/models/ch_ppocr_mobile_v2.0_cls_infer.onnx, 0, 11, 0, 0, 0"
    })
    void countAsTheOriginalDoes(String resource, int conv, int pool, int connected, long filters, long parameters)
            throws IOException {
        try (InputStream in = CharacteristicsTest.class.getResourceAsStream(resource);
                OnnxModel model = OnnxModel.load(in, resource)) {
            ModelCharacteristics found = model.costs(model.shapes()).characteristics();
            assertThat(found.paper()).isEqualTo(new PaperFeatures(conv, pool, connected, filters, parameters));
            assertThat(found.convLayers()).as("counted right").isGreaterThanOrEqualTo(36);
            assertThat(found.parameters()).isGreaterThan(100_000);
        }
    }

    @Test
    void paperFeaturesFollowTheRulesOfTheOriginal() throws IOException {
        ModelBuilder builder = model("rules")
                .input("x", FLOAT, 1, 3, 8, 8)
                .conv("c1", "x", 3, 4)
                .add(node("MaxPool")
                        .in("c1")
                        .out("m")
                        .ints("kernel_shape", 2, 2)
                        .ints("strides", 2, 2))
                .let("g", "GlobalAveragePool", "m")
                .weight("s_w", 6, 4, 1, 1)
                .let("s", "Conv", "g", "s_w")
                .let("f", "Flatten", "s")
                .add(node("Transpose").in("f").out("ft").ints("perm", 1, 0))
                .let("dot", "MatMul", "f", "ft")
                .linear("l", "dot", 1, 5)
                .weight("gemm_w", 5, 2)
                .let("y", "Gemm", "l", "gemm_w")
                .output("y", FLOAT, 1, 2);
        ModelCharacteristics found = of("rules", builder.build());
        // Fully connected: the second Conv after the pooling, MatMul after Flatten, MatMul with a weight, Gemm.
        assertThat(found.paper()).isEqualTo(new PaperFeatures(2, 2, 4, 10, 108 + 24 + 5 + 10));
        assertThat(found.convLayers()).isEqualTo(2);
        assertThat(found.fcLayers()).as("only products with a constant").isEqualTo(2);
        assertThat(found.parameters()).isEqualTo(147);
        assertThat(found.weightBytes()).isEqualTo(147 * 4);
        assertThat(found.operators()).containsEntry("Conv", 2).containsEntry("MatMul", 2);
    }

    @Test
    void countParametersWhereTheyComeFrom() throws IOException {
        try (OnnxModel model = Parts.load(ConstantTopologies.tiedWeights())) {
            ModelCharacteristics found = model.costs(model.shapes()).characteristics();
            assertThat(found.parameters())
                    .as("once, as it stands and turned")
                    .isEqualTo(model.weightBytes() / Float.BYTES);
            assertThat(found.weightBytes()).as("both are in use").isGreaterThan(model.weightBytes());
        }
        try (OnnxModel model = Parts.load(ConstantTopologies.constantOfShape())) {
            ModelCharacteristics found = model.costs(model.shapes()).characteristics();
            assertThat(found.weightBytes())
                    .as("more than what stands in the file")
                    .isGreaterThan(model.weightBytes());
        }
    }

    @Test
    void characteristicsOfASmallModelEqualThoseComputedByHand() throws IOException {
        ModelBuilder builder = model("hand")
                .input("x", FLOAT, 2, 8)
                .linear("h", "x", 8, 16)
                .let("r", "Relu", "h")
                .linear("y", "r", 16, 4)
                .output("y", FLOAT, 2, 4);
        ModelCharacteristics found = of("hand", builder.build());
        assertThat(found.macs()).hasValue(2 * 8 * 16 + 2 * 16 * 4);
        assertThat(found.flops()).hasValue(2 * (256 + 128) + 32);
        assertThat(found.inputBytes()).hasValue(64);
        assertThat(found.outputBytes()).hasValue(32);
        assertThat(found.activationBytes()).hasValue(128 + 128 + 32);
        assertThat(found.peakActivationBytes()).as("Relu: in and out").hasValue(256);
        assertThat(found.leastPeakActivationBytes()).hasValue(256);
        assertThat(found.weightBytes()).isEqualTo((128 + 64) * 4);
        // Read: x, h, r; made: h, r, y; and weights.
        double moved = 64 + 128 + 128 + 128 + 128 + 32 + 768;
        assertThat(found.arithmeticIntensity().orElseThrow()).isCloseTo(800 / moved, within(1e-12));
    }

    @ParameterizedTest
    @MethodSource("models")
    void characteristicsOfSegmentsAddUpToThoseOfTheModel(TestModel test) throws IOException {
        try (OnnxModel model = Parts.load(test)) {
            ModelCosts costs = model.costs(model.shapes());
            ModelCharacteristics whole = costs.characteristics();
            Partition partition = Partitioner.everyCut().partition(model.cuts());
            int conv = 0;
            int connected = 0;
            long flops = 0;
            long parameters = 0;
            int operators = 0;
            for (Segment segment : partition.segments()) {
                ModelCharacteristics part = costs.characteristics(segment);
                conv += part.convLayers();
                connected += part.fcLayers();
                flops += part.flops().orElse(0);
                parameters += part.parameters();
                operators += part.operators().values().stream()
                        .mapToInt(Integer::intValue)
                        .sum();
                assertThat(part.leastPeakActivationBytes().orElse(0))
                        .isLessThanOrEqualTo(part.peakActivationBytes().orElse(0));
            }
            assertThat(conv).isEqualTo(whole.convLayers());
            assertThat(connected).isEqualTo(whole.fcLayers());
            assertThat(parameters).as("shared weights count in each").isGreaterThanOrEqualTo(whole.parameters());
            assertThat(operators)
                    .isEqualTo(whole.operators().values().stream()
                            .mapToInt(Integer::intValue)
                            .sum());
            if (whole.flops().isPresent()) {
                assertThat(flops).isEqualTo(whole.flops().getAsLong());
            }
        }
    }
}
