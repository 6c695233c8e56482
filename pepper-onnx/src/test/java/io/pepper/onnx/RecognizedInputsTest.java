package io.pepper.onnx;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.internal.proto.TensorProto.DataType.INT64;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static io.pepper.onnx.testmodels.NodeSpec.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.cut.Cuts;
import io.pepper.export.PartitionManifest;
import io.pepper.export.SplitVerifier;
import io.pepper.export.SubmodelExporter;
import io.pepper.export.VerificationOptions;
import io.pepper.graph.Indices;
import io.pepper.model.InputShapes;
import io.pepper.model.ProgressListener;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.onnx.testmodels.Tensors;
import io.pepper.partition.OperatorCosts;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Text generators are cut between their layers without being told which inputs are caches and masks. */
class RecognizedInputsTest {
    private static final int WIDTH = 8;

    @TempDir
    Path directory;

    /** Layers that attend to a cache of all words before, under a mask that all of them read. */
    private static OnnxModel decoder(int layers, String past, String present, String mask) throws IOException {
        ModelBuilder builder = model("decoder")
                .input("x0", FLOAT, "batch", "seq", WIDTH)
                .input(mask, INT64, "batch", "total")
                .initializer(Tensors.vector("axis", 1L))
                .add(node("Cast").in(mask).out("numbers").with("to", FLOAT.getNumber()))
                .let("bias", "Unsqueeze", "numbers", "axis");
        for (int i = 0; i < layers; i++) {
            String before = past.replace("#", "" + i);
            String after = present.replace("#", "" + i);
            scores(builder, i, before, after)
                    .let("m" + i, "Add", "s" + i, "bias")
                    .add(node("Softmax").in("m" + i).out("p" + i).with("axis", -1))
                    .let("c" + i, "MatMul", "p" + i, after)
                    .let("x" + (i + 1), "Add", "x" + i, "c" + i)
                    .output(after, FLOAT, "batch", "total", WIDTH);
        }
        return loaded(builder, layers, "decoder");
    }

    /** Extends the cache of a layer by the keys of its words, and compares the words with all keys: tensor {@code s}. */
    private static ModelBuilder scores(ModelBuilder builder, int layer, String cache, String extended) {
        return builder.input(cache, FLOAT, "batch", "past", WIDTH)
                .linear("k" + layer, "x" + layer, WIDTH, WIDTH)
                .add(node("Concat").in(cache, "k" + layer).out(extended).with("axis", 1))
                .add(node("Transpose").in(extended).out("t" + layer).ints("perm", 0, 2, 1))
                .let("s" + layer, "MatMul", "x" + layer, "t" + layer);
    }

    private static OnnxModel loaded(ModelBuilder builder, int layers, String name) throws IOException {
        return OnnxModel.load(
                builder.linear("logits", "x" + layers, WIDTH, 16)
                        .output("logits", FLOAT, "batch", "seq", 16)
                        .build()
                        .toByteArray(),
                name);
    }

    private static List<String> crossing(Cuts cuts) {
        return cuts.list().stream()
                .flatMap(cut -> cut.tensors().stream().mapToObj(cuts.graph()::tensorName))
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "past_key_values.#.key, present.#.key, attention_mask",
        "past_#, present_#, input_mask",
        "cache_in_#, cache_out_#, attention_mask",
        "memory.#.a, kept.#.b, attention_mask"
    })
    void equalLayersAreCutEquallyAndCachesStayWithThem(String past, String present, String mask) throws IOException {
        try (OnnxModel model = decoder(6, past, present, mask)) {
            RecognizedInputs found = model.recognizedInputs();
            assertThat(found.caches()).hasSize(6);
            assertThat(found.caches().get(2))
                    .isEqualTo(new RecognizedInputs.Cache(past.replace("#", "2"), present.replace("#", "2")));
            assertThat(found.masks()).containsExactly(mask);
            Cuts cuts = model.cuts(model.costs(model.shapes()).cutOptions());
            assertThat(crossing(cuts)).contains("x1", "x2", "x3", "x4", "x5").hasSizeLessThanOrEqualTo(6);
            Partition partition = Partitioner.balanced(3, OperatorCosts.count()).partition(cuts);
            PartitionManifest manifest = SubmodelExporter.export(model, partition, directory);
            for (int part = 0; part < 3; part++) {
                assertThat(manifest.parts().get(part).inputs())
                        .extracting(TensorInfo::name)
                        .contains(past.replace("#", "" + 2 * part), past.replace("#", "" + (2 * part + 1)))
                        .doesNotContain(past.replace("#", "" + (2 * part + 2) % 6));
            }
            VerificationOptions sizes = VerificationOptions.DEFAULTS.withSizes(InputShapes.NONE
                    .withDimension("batch", 1)
                    .withDimension("seq", 2)
                    .withDimension("past", 3)
                    .withDimension("total", 5));
            assertThat(SplitVerifier.verify(model, directory, sizes, ProgressListener.NONE)
                            .identical())
                    .isTrue();
        }
    }

    /** Layers that attend to their own cache, and to keys of an encoder that no output extends. */
    private static OnnxModel crossDecoder(int layers) throws IOException {
        ModelBuilder builder = model("cross").input("x0", FLOAT, "batch", "seq", WIDTH);
        for (int i = 0; i < layers; i++) {
            String own = "past_key_values." + i + ".decoder.key";
            String encoders = "past_key_values." + i + ".encoder.key";
            String after = "present." + i + ".decoder.key";
            scores(builder, i, own, after)
                    .input(encoders, FLOAT, "batch", "encoded", WIDTH)
                    .let("c" + i, "MatMul", "s" + i, after)
                    .let("y" + i, "Add", "x" + i, "c" + i)
                    .add(node("Transpose").in(encoders).out("u" + i).ints("perm", 0, 2, 1))
                    .let("v" + i, "MatMul", "y" + i, "u" + i)
                    .let("w" + i, "MatMul", "v" + i, encoders)
                    .let("x" + (i + 1), "Add", "y" + i, "w" + i)
                    .output(after, FLOAT, "batch", "total", WIDTH);
        }
        return loaded(builder, layers, "cross");
    }

    @Test
    void cachesOfAnEncoderStayWithTheLayersThatReadThem() throws IOException {
        try (OnnxModel model = crossDecoder(6)) {
            RecognizedInputs found = model.recognizedInputs();
            assertThat(found.caches()).hasSize(6);
            assertThat(found.readOnlyCaches()).hasSize(6).allSatisfy(name -> assertThat(name)
                    .endsWith(".encoder.key"));
            Cuts cuts = model.cuts(model.costs(model.shapes()).cutOptions());
            assertThat(crossing(cuts)).contains("x1", "x2", "x3", "x4", "x5");
            Partition partition = Partitioner.balanced(3, OperatorCosts.count()).partition(cuts);
            PartitionManifest manifest = SubmodelExporter.export(model, partition, directory);
            for (int part = 0; part < 3; part++) {
                List<String> inputs = manifest.parts().get(part).inputs().stream()
                        .map(TensorInfo::name)
                        .toList();
                assertThat(inputs).contains("past_key_values." + 2 * part + ".encoder.key");
                assertThat(inputs.stream().filter(name -> name.endsWith(".encoder.key")))
                        .hasSize(2);
            }
            VerificationOptions sizes = VerificationOptions.DEFAULTS.withSizes(InputShapes.NONE
                    .withDimension("batch", 1)
                    .withDimension("seq", 2)
                    .withDimension("past", 3)
                    .withDimension("encoded", 4));
            assertThat(SplitVerifier.verify(model, directory, sizes, ProgressListener.NONE)
                            .identical())
                    .isTrue();
        }
    }

    /** A small model of a test may return the state of a convolution unchanged: it is a state all the same. */
    @Test
    void statesThatArePassedOnAreCachesAndKeysOfAnEncoderAreNot() throws IOException {
        try (OnnxModel model = OnnxModel.load(
                model("states")
                        .input("x", FLOAT, "batch", "seq", WIDTH)
                        .input("past_conv.0", FLOAT, "batch", WIDTH, 4)
                        .input("past_key_values.1.key", FLOAT, "batch", "past", WIDTH)
                        .input("past_key_values.1.encoder.key", FLOAT, "batch", "encoded", WIDTH)
                        .let("present_conv.0", "Identity", "past_conv.0")
                        .let("present.1.encoder.key", "Identity", "past_key_values.1.encoder.key")
                        .add(node("Concat")
                                .in("past_key_values.1.key", "x")
                                .out("present.1.key")
                                .with("axis", 1))
                        .let("y", "Tanh", "x")
                        .output("y", FLOAT, "batch", "seq", WIDTH)
                        .output("present_conv.0", FLOAT, "batch", WIDTH, 4)
                        .output("present.1.key", FLOAT, "batch", "total", WIDTH)
                        .output("present.1.encoder.key", FLOAT, "batch", "encoded", WIDTH)
                        .build()
                        .toByteArray(),
                "states")) {
            assertThat(model.recognizedInputs().caches())
                    .extracting(RecognizedInputs.Cache::past)
                    .containsExactly("past_conv.0", "past_key_values.1.key");
            assertThat(model.recognizedInputs().readOnlyCaches()).containsExactly("past_key_values.1.encoder.key");
        }
    }

    @Test
    void sharingCanBeTurnedOff() throws IOException {
        try (OnnxModel model = decoder(3, "past.#", "present.#", "attention_mask")) {
            ModelCosts costs = model.costs(model.shapes());
            assertThat(model.cuts(costs.cutOptions()
                                    .withShared()
                                    .withLayerMarks(Indices.of())
                                    .withMaxWidth(1))
                            .list())
                    .isEmpty();
        }
    }

    @Test
    void aMaskOfAnEncoderIsSharedSoThatItsLayersAreCut() throws IOException {
        ModelBuilder builder = model("encoder")
                .input("x0", FLOAT, 1, 4)
                .input("attention_mask", INT64, 1, 4)
                .add(node("Cast").in("attention_mask").out("bias").with("to", FLOAT.getNumber()));
        for (int i = 0; i < 3; i++) {
            builder.linear("h" + i, "x" + i, 4, 4).let("x" + (i + 1), "Add", "h" + i, "bias");
        }
        try (OnnxModel model =
                OnnxModel.load(builder.output("x3", FLOAT, 1, 4).build().toByteArray(), "encoder")) {
            assertThat(model.recognizedInputs().masks()).containsExactly("attention_mask");
            assertThat(crossing(model.cuts(model.costs(model.shapes()).cutOptions())))
                    .contains("x1", "x2");
            assertThat(crossing(model.cuts())).doesNotContain("x1", "x2");
        }
    }

    @Test
    void imagesAreNoCaches() throws IOException {
        try (OnnxModel one = OnnxModel.load(
                        model("filter")
                                .input("input", FLOAT, 1, 3, 8, 8)
                                .conv("output", "input", 3, 3)
                                .output("output", FLOAT, 1, 3, 8, 8)
                                .build()
                                .toByteArray(),
                        "filter");
                OnnxModel two = OnnxModel.load(
                        model("pair")
                                .input("left", FLOAT, 1, 3, 8, 8)
                                .input("right", FLOAT, 1, 3, 8, 8)
                                .conv("a", "left", 3, 3)
                                .conv("b", "right", 3, 3)
                                .output("a", FLOAT, 1, 3, 8, 8)
                                .output("b", FLOAT, 1, 3, 8, 8)
                                .build()
                                .toByteArray(),
                        "pair")) {
            assertThat(one.recognizedInputs().names()).isEmpty();
            assertThat(two.recognizedInputs().names()).isEmpty();
        }
    }

    @Test
    void randomOperatorsAreNotRecomputed() throws IOException {
        try (OnnxModel model = OnnxModel.load(
                model("noisy")
                        .input("x", FLOAT, 1, 4)
                        .input("attention_mask", FLOAT, 1, 4)
                        .let("noise", "RandomNormalLike", "attention_mask")
                        .let("a", "Add", "x", "noise")
                        .let("y", "Add", "a", "noise")
                        .output("y", FLOAT, 1, 4)
                        .build()
                        .toByteArray(),
                "noisy")) {
            Cuts cuts = model.cuts(model.costs(model.shapes()).cutOptions());
            assertThat(cuts.sharing().recomputed().isEmpty()).isTrue();
            assertThat(cuts.list()).isEmpty();
        }
    }
}
