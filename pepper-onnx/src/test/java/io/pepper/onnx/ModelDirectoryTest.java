package io.pepper.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.cut.Cuts;
import io.pepper.export.SplitVerifier;
import io.pepper.export.SubmodelExporter;
import io.pepper.export.VerificationOptions;
import io.pepper.model.InputShapes;
import io.pepper.model.ProgressListener;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models that are larger or rarer than those that tests bring along: the system property {@code pepper.models} says where. */
@Tag("models")
class ModelDirectoryTest {
    @TempDir
    Path directory;

    private static OnnxModel open(String name) throws IOException {
        String models = Objects.requireNonNull(
                System.getProperty("pepper.models"),
                "the system property pepper.models is the directory of the models");
        return OnnxModel.load(Path.of(models, name + ".onnx"));
    }

    /** Counted by the original, run unchanged on the same files. */
    @ParameterizedTest
    @CsvSource({
        "minilm, 692, 0, 0, 37, 0, 22713728",
        "ppocr3-det, 712, 0, 8, 0, 0, 0",
        "ppocr3-rec, 732, 0, 3, 0, 0, 0",
        "ppocr4-det, 672, 0, 10, 0, 0, 0",
        "ppocr4-rec, 860, 0, 3, 0, 0, 0",
        "ppocr2-cls, 566, 0, 11, 0, 0, 0",
        "light-alexnet, 40, 0, 3, 3, 0, 36",
        "light-densenet121, 1746, 0, 5, 0, 0, 1967",
        "light-inceptionv1, 237, 0, 14, 1, 0, 1343",
        "light-inceptionv2, 916, 0, 13, 1, 0, 5417",
        "light-resnet50, 415, 0, 2, 1, 0, 2194",
        "light-shufflenet, 446, 0, 5, 1, 0, 657",
        "light-squeezenet, 105, 0, 4, 0, 0, 757",
        "light-vgg19, 82, 0, 5, 3, 0, 217",
        "light-zfnet512, 38, 0, 3, 3, 0, 37"
    })
    void countsAsTheOriginalDoes(
            String name, int operators, int conv, int pool, int connected, long filters, long parameters)
            throws IOException {
        try (OnnxModel model = open(name)) {
            assertThat(model.operatorCount()).isEqualTo(operators);
            assertThat(model.costs(model.shapes()).characteristics().paper())
                    .isEqualTo(new PaperFeatures(conv, pool, connected, filters, parameters));
        }
    }

    /** With computed weights made initializers, as the original counts them; three shapes or fewer are no parameters. */
    @ParameterizedTest
    @CsvSource({
        "light-resnet50, 53, 2, 1, 26560, 25610155",
        "light-vgg19, 16, 5, 3, 5504, 143667242",
        "light-densenet121, 121, 5, 1, 11240, 8146152",
        "light-squeezenet, 26, 4, 0, 3944, 1235496",
        "light-alexnet, 5, 3, 3, 1376, 60965226"
    })
    void countsComputedWeights(String name, int conv, int pool, int connected, long filters, long parameters)
            throws IOException {
        try (OnnxModel model = open(name)) {
            ModelCharacteristics found = model.costs(model.shapes()).characteristics();
            assertThat(found.convLayers()).isEqualTo(conv);
            assertThat(found.poolLayers()).isEqualTo(pool);
            boolean convolutionForAll = name.equals("light-densenet121");
            assertThat(found.fcLayers())
                    .as("there the original also counts the convolution that a pooling feeds")
                    .isEqualTo(convolutionForAll ? connected - 1 : connected);
            assertThat(found.filters()).hasValue(filters);
            assertThat(parameters - found.parameters()).isBetween(0L, 3L);
        }
    }

    @ParameterizedTest
    @CsvSource({"minilm, 64", "minilm-q8, 64", "tinybert, 14"})
    void cutsTransformersBetweenTheirLayers(String name, int cuts) throws IOException {
        try (OnnxModel model = open(name)) {
            InputShapes sizes = InputShapes.NONE
                    .withInputShape("input_ids", 1, 16)
                    .withInputShape("attention_mask", 1, 16)
                    .withInputShape("token_type_ids", 1, 16);
            ModelCosts costs = model.costs(model.shapes(sizes));
            Cuts shared = model.cuts(costs.cutOptions().withShared("attention_mask"));
            assertThat(shared.size()).isEqualTo(cuts);
            Partition partition = Partitioner.balanced(6, costs.flops()).partition(shared);
            SubmodelExporter.export(model, partition, directory);
            VerificationOptions options =
                    VerificationOptions.DEFAULTS.withTrials(1).withSizes(sizes);
            assertThat(SplitVerifier.verify(model, directory, options, ProgressListener.NONE)
                            .identical())
                    .isTrue();
        }
    }

    @Test
    void weighsASentenceEncoder() throws IOException {
        try (OnnxModel model = open("minilm")) {
            InputShapes sizes = InputShapes.NONE
                    .withInputShape("input_ids", 1, 128)
                    .withInputShape("attention_mask", 1, 128)
                    .withInputShape("token_type_ids", 1, 128);
            long width = 384;
            long tokens = 128;
            long layer = 4 * tokens * width * width + 2 * tokens * tokens * width + 2 * 4 * tokens * width * width;
            long pooler = width * width;
            assertThat(model.costs(model.shapes(sizes)).characteristics().macs())
                    .as("six layers: four projections, scores and sums, two layers of four times the width")
                    .hasValue(6 * layer + pooler);
        }
    }
}
