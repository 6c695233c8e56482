package io.pepper.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cut.Cuts;
import io.pepper.export.SubmodelExporter;
import io.pepper.onnx.OnnxModel;
import io.pepper.partition.OperatorCosts;
import io.pepper.partition.Partitioner;
import io.pepper.session.StageException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Sequences that are saved and restored, against those that simply continue. */
class SavedSequenceTest {
    private static final int LAYERS = 4;
    private static final List<Long> PROMPT = List.of(3L, 17L, 0L, 39L, 8L);

    @TempDir
    Path directory;

    private Path parts(Decoders.Style style, int count) throws IOException {
        Path target = directory.resolve(style + "-" + count);
        try (OnnxModel model = OnnxModel.load(Decoders.bytes(style, LAYERS), "decoder")) {
            Cuts cuts = model.cuts(model.costs(model.shapes()).cutOptions());
            SubmodelExporter.export(
                    model, Partitioner.balanced(count, OperatorCosts.count()).partition(cuts), target);
        }
        return target;
    }

    /** The logits of further steps. */
    private static List<float[]> steps(TokenSequence sequence, long... tokens) throws IOException {
        List<float[]> logits = new ArrayList<>();
        for (long token : tokens) {
            logits.add(sequence.append(List.of(token)));
        }
        return logits;
    }

    private Path saved(Path parts, GenerationOptions options) throws IOException {
        Path file = directory.resolve("saved.sequence");
        try (GenerationSession session = GenerationSession.open(parts, options);
                TokenSequence sequence = session.newSequence()) {
            sequence.append(PROMPT);
            steps(sequence, 9, 1);
            sequence.save(file);
        }
        return file;
    }

    @ParameterizedTest
    @CsvSource({
        "ATTENTION, 1, 1",
        "ATTENTION, 3, 3",
        "ATTENTION, 3, 2",
        "CONVOLUTION, 2, 2",
        "CONVOLUTION, 4, 1",
        "GROUP_QUERY, 3, 3",
        "STATE, 2, 2",
        "SHAPE_OF_CACHE, 2, 2"
    })
    void aRestoredSequenceContinuesWithTheSameBits(Decoders.Style style, int count, int others) throws Exception {
        Path file = directory.resolve("saved.sequence");
        List<float[]> expected;
        try (GenerationSession session = GenerationSession.open(parts(style, count), Decoders.EXACT);
                TokenSequence sequence = session.newSequence()) {
            sequence.append(PROMPT);
            steps(sequence, 9, 1);
            sequence.save(file);
            expected = steps(sequence, 4, 22, 5, 5, 30);
        }
        try (GenerationSession session = GenerationSession.open(parts(style, others), Decoders.EXACT);
                TokenSequence sequence = session.restore(file);
                TokenSequence second = session.restore(file)) {
            assertThat(sequence.tokens()).containsExactly(3L, 17L, 0L, 39L, 8L, 9L, 1L);
            List<float[]> found = steps(sequence, 4, 22, 5, 5, 30);
            List<float[]> again = steps(second, 4, 22, 5, 5, 30);
            for (int i = 0; i < expected.size(); i++) {
                assertThat(found.get(i)).as("step %s", i).containsExactly(expected.get(i));
                assertThat(again.get(i)).as("step %s", i).containsExactly(expected.get(i));
            }
            assertThat(session.replays()).isZero();
        }
    }

    /** Caches can be cut back only if it is known along which axis they grow, which no step of this session has shown. */
    @Test
    void theAxisOfGrowthIsRestored() throws Exception {
        Path parts = parts(Decoders.Style.ATTENTION, 2);
        Path file = saved(parts, Decoders.EXACT);
        try (GenerationSession session = GenerationSession.open(parts, Decoders.EXACT);
                TokenSequence restored = session.restore(file);
                TokenSequence branch = restored.fork();
                GenerationSession another = GenerationSession.open(parts, Decoders.EXACT);
                TokenSequence plain = another.newSequence()) {
            plain.append(PROMPT);
            List<Long> caches = session.cacheBytes();
            assertThat(caches).allMatch(bytes -> bytes == LAYERS * 16L * Decoders.WIDTH * Float.BYTES);
            branch.append(List.of(2L));
            restored.truncate(PROMPT.size());
            assertThat(restored.append(List.of(7L))).containsExactly(plain.append(List.of(7L)));
            assertThat(session.replays()).isZero();
        }
    }

    @Test
    void theTokenThatWasChosenLastIsRestored() throws Exception {
        Path parts = parts(Decoders.Style.CONVOLUTION, 3);
        Path file = directory.resolve("saved.sequence");
        try (GenerationSession session = GenerationSession.open(parts, Decoders.EXACT);
                TokenSequence sequence = session.newSequence()) {
            List<Long> all = session.generate(PROMPT, Sampling.GREEDY.withMaxNewTokens(12))
                    .tokens();
            assertThat(sequence.chosen()).isEmpty();
            List<Long> first = sequence.generate(PROMPT, Sampling.GREEDY.withMaxNewTokens(5), token -> true)
                    .tokens();
            assertThat(sequence.chosen()).isEqualTo(OptionalLong.of(first.get(4)));
            sequence.save(file);
            sequence.truncate(3);
            assertThat(sequence.chosen()).isEmpty();
            try (TokenSequence restored = session.restore(file)) {
                List<Long> next = List.of(restored.chosen().orElseThrow());
                assertThat(restored.generate(next, Sampling.GREEDY.withMaxNewTokens(7), token -> true)
                                .tokens())
                        .isEqualTo(all.subList(5, 12));
            }
        }
    }

    @Test
    @SuppressWarnings("try") // Closing the sequence early is part of the test.
    void aSequenceWithoutTokensIsSaved() throws Exception {
        Path file = directory.resolve("saved.sequence");
        try (GenerationSession session = GenerationSession.open(parts(Decoders.Style.ATTENTION, 2), Decoders.EXACT);
                TokenSequence sequence = session.newSequence()) {
            sequence.save(file);
            try (TokenSequence restored = session.restore(file)) {
                assertThat(restored.tokens()).isEmpty();
                assertThat(restored.append(PROMPT)).containsExactly(sequence.append(PROMPT));
            }
            sequence.close();
            assertThatThrownBy(() -> sequence.save(file)).isInstanceOf(IllegalStateException.class);
        }
    }

    /** A branch that did not continue has the caches of its trunk; one that was cut back, their first tokens. */
    @ParameterizedTest
    @EnumSource(Decoders.Style.class)
    void branchesAndShortenedSequencesAreSavedAsTheyAre(Decoders.Style style) throws Exception {
        Path parts = parts(style, 2);
        Path file = directory.resolve("saved.sequence");
        try (GenerationSession session = GenerationSession.open(parts, Decoders.EXACT);
                TokenSequence trunk = session.newSequence()) {
            trunk.append(PROMPT);
            trunk.append(List.of(6L));
            try (TokenSequence branch = trunk.fork()) {
                trunk.append(List.of(1L));
                branch.save(file);
                assertSame(parts, file, branch.append(List.of(2L)), 2);
                branch.truncate(4);
                branch.save(file);
                assertSame(parts, file, branch.append(List.of(3L)), 3);
                assertThat(branch.tokens()).containsExactly(3L, 17L, 0L, 39L, 3L);
            }
        }
    }

    private static void assertSame(Path parts, Path file, float[] expected, long token) throws IOException {
        try (GenerationSession session = GenerationSession.open(parts, Decoders.EXACT);
                TokenSequence restored = session.restore(file)) {
            assertThat(restored.append(List.of(token))).containsExactly(expected);
        }
    }

    @Test
    void cachesThatWereDroppedAreLeftOutAndComputedAgain() throws Exception {
        Path parts = parts(Decoders.Style.ATTENTION, 2);
        Path whole = saved(parts, Decoders.EXACT);
        long size = Files.size(whole);
        long limit = LAYERS * 16L * Decoders.WIDTH * Float.BYTES;
        try (GenerationSession session = GenerationSession.open(parts, Decoders.EXACT.withMaxCacheBytes(limit, true));
                TokenSequence restored = session.restore(whole);
                TokenSequence other = session.newSequence()) {
            other.append(PROMPT);
            other.append(List.of(1L));
            restored.save(whole);
            assertThat(Files.size(whole)).isLessThan(size / 4);
            try (TokenSequence third = session.restore(whole)) {
                assertThat(third.append(List.of(4L))).containsExactly(restored.append(List.of(4L)));
                assertThat(session.replays()).isEqualTo(2);
            }
        }
    }

    @Test
    void restoredCachesCountAgainstTheLimit() throws Exception {
        Path parts = parts(Decoders.Style.ATTENTION, 2);
        Path file = saved(parts, Decoders.EXACT);
        long one = LAYERS * 16L * Decoders.WIDTH * Float.BYTES;
        try (GenerationSession session = GenerationSession.open(parts, Decoders.EXACT.withMaxCacheBytes(one, false));
                TokenSequence restored = session.restore(file)) {
            assertThat(session.cacheBytes()).containsExactly(one, one);
            assertThatThrownBy(() -> session.restore(file))
                    .isInstanceOfSatisfying(StageException.class, failed -> assertThat(failed.kind())
                            .isEqualTo(StageException.Kind.OUT_OF_MEMORY));
            assertThat(session.cacheBytes()).containsExactly(one, one);
            restored.append(List.of(1L));
        }
    }

    /** The second process has nothing of the first one but the parts and the file. */
    @Test
    void anotherProcessContinuesWithTheSameBits() throws Exception {
        Path parts = parts(Decoders.Style.CONVOLUTION, 2);
        Path file = saved(parts, Decoders.EXACT);
        String expected = continued(parts, file);
        Path log = directory.resolve("log");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Continuing.class.getName(),
                        parts.toString(),
                        file.toString(),
                        directory.resolve("logits").toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(process.waitFor()).as(Files.readString(log)).isZero();
        assertThat(Files.readString(directory.resolve("logits"))).isEqualTo(expected);
    }

    private static String continued(Path parts, Path file) throws IOException {
        StringBuilder all = new StringBuilder();
        try (GenerationSession session = GenerationSession.open(parts, Decoders.EXACT);
                TokenSequence restored = session.restore(file)) {
            for (float[] logits : steps(restored, 4, 22, 5)) {
                for (float logit : logits) {
                    all.append(Float.floatToIntBits(logit)).append(' ');
                }
            }
        }
        return all.toString();
    }

    /** Another process. */
    static final class Continuing {
        private Continuing() {}

        /** Takes the parts, a saved sequence, and the file for the bits of its next logits. */
        public static void main(String... args) throws IOException {
            Files.write(
                    Path.of(args[2]),
                    continued(Path.of(args[0]), Path.of(args[1])).getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void aWholeModelAndItsPartsShareSequences() throws Exception {
        Path parts = parts(Decoders.Style.ATTENTION, 3);
        Path file = saved(parts, Decoders.EXACT);
        try (OnnxModel model = OnnxModel.load(Decoders.bytes(Decoders.Style.ATTENTION, LAYERS), "decoder");
                GenerationSession whole = GenerationSession.open(model, Decoders.EXACT);
                TokenSequence there = whole.restore(file);
                GenerationSession session = GenerationSession.open(parts, Decoders.EXACT);
                TokenSequence here = session.restore(file)) {
            assertThat(there.append(List.of(12L))).containsExactly(here.append(List.of(12L)));
        }
    }

    @Test
    void anExistingFileStaysIfItCannotBeReplaced() throws Exception {
        Path parts = parts(Decoders.Style.ATTENTION, 1);
        try (GenerationSession session = GenerationSession.open(parts, Decoders.EXACT);
                TokenSequence sequence = session.newSequence()) {
            sequence.append(PROMPT);
            Path nowhere = directory.resolve("absent").resolve("file");
            assertThatThrownBy(() -> sequence.save(nowhere))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(nowhere.toString());
            assertThat(sequence.append(List.of(1L))).as("nothing is held").isNotEmpty();
        }
    }
}
