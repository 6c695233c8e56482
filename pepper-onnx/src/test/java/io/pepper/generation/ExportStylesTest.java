package io.pepper.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import io.pepper.cut.Cuts;
import io.pepper.export.PartitionManifest;
import io.pepper.export.SubmodelExporter;
import io.pepper.generation.ExportStyle.Extra;
import io.pepper.generation.ExportStyle.Layout;
import io.pepper.generation.ExportStyle.Positions;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.RecognizedInputs;
import io.pepper.partition.OperatorCosts;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Text generators with the inputs and outputs of many exporters are cut and run without options. */
class ExportStylesTest {
    private static final int LAYERS = 6;
    private static final int STEPS = 8;
    private static final List<Long> PROMPT = List.of(3L, 17L, 0L, 39L, 8L);

    @TempDir
    Path directory;

    static Stream<ExportStyle> all() {
        return Stream.concat(ExportStyle.decoders().stream(), ExportStyle.encoderDecoders().stream());
    }

    static List<ExportStyle> encoderDecoders() {
        return ExportStyle.encoderDecoders();
    }

    private static OnnxModel open(ExportStyle style) throws IOException {
        return OnnxModel.load(ExportedDecoder.bytes(style, LAYERS), "decoder");
    }

    private PartitionManifest split(ExportStyle style, int parts) throws IOException {
        try (OnnxModel model = open(style)) {
            Cuts cuts = model.cuts(model.costs(model.shapes()).cutOptions());
            Partition partition =
                    Partitioner.balanced(parts, OperatorCosts.count()).partition(cuts);
            return SubmodelExporter.export(model, partition, directory);
        }
    }

    private static Map<String, OnnxTensor> contexts(ExportStyle style, long seed) throws Exception {
        return EncoderTensors.of(style, LAYERS, seed);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("all")
    void inputsAreRecognised(ExportStyle style) throws Exception {
        try (OnnxModel model = open(style)) {
            RecognizedInputs found = model.recognizedInputs();
            List<String> kinds = style.layout() == Layout.STACKED ? List.of("") : List.of("key", "value");
            assertThat(found.caches()).hasSize(LAYERS * kinds.size());
            for (int i = 0; i < LAYERS; i++) {
                for (String kind : kinds) {
                    assertThat(found.caches())
                            .contains(new RecognizedInputs.Cache(style.past(i, kind), style.present(i, kind)));
                }
            }
            boolean masked = style.mask() != ExportStyle.Mask.NONE;
            List<String> masks = style.mask().isAdded()
                    ? found.addedMasks()
                    : style.mask().isHiding() ? found.hidingMasks() : found.masks();
            assertThat(masks).isEqualTo(masked ? List.of("attention_mask") : List.of());
            assertThat(found.allMasks()).isEqualTo(masks);
            Set<String> contexts = new HashSet<>(found.readOnlyCaches());
            contexts.addAll(found.contexts());
            assertThat(contexts).isEqualTo(contexts(style, 1).keySet());
            assertThat(found.positions())
                    .hasSize((style.positions() == Positions.NONE ? 0 : 1) + (style.has(Extra.TOKEN_TYPES) ? 1 : 0));
            assertThat(found.names()).hasSize(model.inputs().size() - 1);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("all")
    void equalLayersAreCutEqually(ExportStyle style) throws Exception {
        PartitionManifest manifest = split(style, 3);
        assertThat(manifest.cuts())
                .extracting(cut -> cut.stream().map(TensorInfo::name).toList())
                .containsExactly(List.of("x2"), List.of("x4"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("all")
    void everySplitGivesTheLogitsOfTheWhole(ExportStyle style) throws Exception {
        Map<String, OnnxTensor> contexts = contexts(style, 1);
        List<float[]> expected;
        try (ExportedWhole whole = new ExportedWhole(style, LAYERS, contexts)) {
            expected = whole.greedy(PROMPT, STEPS);
            assertThat(whole.greedy(PROMPT.subList(1, PROMPT.size()), 1).get(0))
                    .as("a test that says something")
                    .isNotEqualTo(expected.get(0));
        }
        for (int parts = 1; parts <= LAYERS; parts++) {
            split(style, parts);
            try (GenerationSession session = GenerationSession.open(directory, Decoders.EXACT);
                    TokenSequence sequence = session.newSequence(contexts)) {
                List<Long> next = PROMPT;
                for (int step = 0; step < STEPS; step++) {
                    assertThat(sequence.append(next))
                            .as("step %s of %s parts", step, parts)
                            .containsExactly(expected.get(step));
                    next = List.of(ExportedWhole.best(expected.get(step)));
                }
                assertThat(session.replays()).isZero();
            }
        }
    }

    static List<ExportStyle> buffers() {
        return ExportStyle.decoders().stream()
                .filter(style -> style.layout() == Layout.BUFFER || style.layout() == Layout.GROUP_QUERY_BUFFER)
                .toList();
    }

    /** In one step, or token by token: there is an error, and no token of a wrong cache. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("buffers")
    void aTokenBeyondTheBufferIsRefused(ExportStyle style) throws Exception {
        String full = "(?s).*(out of data bounds, idx=32|'attention_mask.*' has no room for 33 tokens"
                + "|'present.0.key' .*has shape \\{1,2,32,8\\}).*";
        split(style, 2);
        List<Long> tokens = new ArrayList<>(Collections.nCopies(ExportedDecoder.LONGEST, 3L));
        try (GenerationSession session = GenerationSession.open(directory, Decoders.EXACT);
                TokenSequence sequence = session.newSequence();
                TokenSequence other = session.newSequence()) {
            sequence.append(tokens);
            assertThatThrownBy(() -> sequence.append(List.of(4L)))
                    .isInstanceOf(IOException.class)
                    .hasMessageMatching(full);
            tokens.add(4L);
            assertThatThrownBy(() -> other.append(tokens))
                    .isInstanceOf(IOException.class)
                    .hasMessageMatching(full);
        }
    }

    private static void assertClose(float[] found, float[] expected) {
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).isCloseTo(expected[i], org.assertj.core.data.Offset.offset(1e-4f));
        }
    }

    /** The caller closes the tensors at once; branches, cut sequences and computed again ones still read them. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("encoderDecoders")
    void aSequenceKeepsItsContext(ExportStyle style) throws Exception {
        Map<String, OnnxTensor> one = contexts(style, 1);
        Map<String, OnnxTensor> other = contexts(style, 2);
        split(style, 3);
        long limit = 2L * ExportedDecoder.WIDTH * Float.BYTES * LAYERS / 3 * 24;
        try (ExportedWhole whole = new ExportedWhole(style, LAYERS, one);
                ExportedWhole second = new ExportedWhole(style, LAYERS, other);
                GenerationSession session =
                        GenerationSession.open(directory, Decoders.EXACT.withMaxCacheBytes(limit, true))) {
            Map<String, OnnxTensor> given = contexts(style, 1);
            TokenSequence sequence = session.newSequence(given);
            given.values().forEach(OnnxTensor::close);
            assertThat(sequence.append(PROMPT))
                    .containsExactly(whole.greedy(PROMPT, 1).get(0));
            try (TokenSequence branch = sequence.fork();
                    TokenSequence beside = session.newSequence(other)) {
                assertThat(beside.append(PROMPT))
                        .containsExactly(second.greedy(PROMPT, 1).get(0));
                assertThat(second.greedy(PROMPT, 1).get(0))
                        .isNotEqualTo(whole.greedy(PROMPT, 1).get(0));
                sequence.close();
                assertClose(
                        branch.append(List.of(2L)),
                        whole.greedy(List.of(3L, 17L, 0L, 39L, 8L, 2L), 1).get(0));
                branch.truncate(3);
                assertClose(
                        branch.append(List.of(4L)),
                        whole.greedy(List.of(3L, 17L, 0L, 4L), 1).get(0));
                assertClose(
                        beside.append(List.of(1L)),
                        second.greedy(List.of(3L, 17L, 0L, 39L, 8L, 1L), 1).get(0));
            }
            assertThat(session.replays()).as("the limit was reached").isPositive();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("encoderDecoders")
    void wholeAndPartsAreComparedWithAContext(ExportStyle style) throws Exception {
        split(style, 3);
        try (OnnxModel model = open(style)) {
            GenerationVerification found =
                    GenerationVerification.of(model, directory, contexts(style, 1), PROMPT, STEPS, Decoders.EXACT);
            assertThat(found.identical()).isTrue();
            assertThat(found.tokens()).hasSize(STEPS);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("encoderDecoders")
    void aContextThatDoesNotFitIsRefused(ExportStyle style) throws Exception {
        split(style, 2);
        String name = contexts(style, 1).keySet().stream().sorted().findFirst().orElseThrow();
        try (GenerationSession session = GenerationSession.open(directory, Decoders.EXACT)) {
            assertThat(session.contextInputs()).hasSize(contexts(style, 1).size());
            assertThatThrownBy(session::newSequence)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("which is the same in all its steps");
            Map<String, OnnxTensor> wrong = contexts(style, 1);
            wrong.put(name, OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), new float[2]));
            assertThatThrownBy(() -> session.newSequence(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(name)
                    .hasMessageContaining("cannot be FLOAT[2]");
            wrong.remove(name);
            assertThatThrownBy(() -> session.newSequence(wrong)).hasMessageContaining("a sequence needs '" + name);
            wrong.put("images", OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), new float[2]));
            assertThatThrownBy(() -> session.newSequence(wrong))
                    .hasMessageContaining("'images' is no input that is the same in all steps: the model has [")
                    .hasMessageContaining(name);
        }
    }
}
