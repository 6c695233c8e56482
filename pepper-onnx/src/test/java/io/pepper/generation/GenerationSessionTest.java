package io.pepper.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cut.Cuts;
import io.pepper.export.PartitionManifest;
import io.pepper.export.SubmodelExporter;
import io.pepper.model.TensorInfo;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.testmodels.Topologies;
import io.pepper.partition.OperatorCosts;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import io.pepper.session.Faults;
import io.pepper.session.Stage;
import io.pepper.session.StageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Parts of text generators, which keep their caches, against the whole whose caches the caller hands on. */
class GenerationSessionTest {
    private static final int LAYERS = 4;
    private static final List<Long> PROMPT = List.of(3L, 17L, 0L, 39L, 8L);

    @TempDir
    Path directory;

    private PartitionManifest split(Decoders.Style style, int parts) throws IOException {
        return split(Decoders.bytes(style, LAYERS), parts);
    }

    private PartitionManifest split(byte[] bytes, int parts) throws IOException {
        try (OnnxModel model = OnnxModel.load(bytes, "decoder")) {
            Cuts cuts = model.cuts(model.costs(model.shapes()).cutOptions());
            Partition partition =
                    Partitioner.balanced(parts, OperatorCosts.count()).partition(cuts);
            return SubmodelExporter.export(model, partition, directory);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ATTENTION, 1",
        "ATTENTION, 2",
        "ATTENTION, 4",
        "CONVOLUTION, 2",
        "CONVOLUTION, 3",
        "GROUP_QUERY, 1",
        "GROUP_QUERY, 3",
        "STATE, 2",
        "SHAPE_OF_CACHE, 1",
        "SHAPE_OF_CACHE, 3"
    })
    void tokensAndLogitsAreThoseOfTheWhole(Decoders.Style style, int parts) throws Exception {
        split(style, parts);
        try (WholeDecoder whole = new WholeDecoder(Decoders.bytes(style, LAYERS));
                GenerationSession session = GenerationSession.open(directory, Decoders.EXACT)) {
            WholeDecoder.Continuation expected = whole.greedy(PROMPT, 12);
            assertThat(Set.copyOf(expected.tokens()))
                    .as("a test that says something")
                    .hasSizeGreaterThan(2);
            try (TokenSequence sequence = session.newSequence()) {
                List<Long> next = PROMPT;
                for (int i = 0; i < 12; i++) {
                    assertThat(sequence.append(next))
                            .as("logits of step %s", i)
                            .containsExactly(expected.logits().get(i));
                    next = List.of(expected.tokens().get(i));
                }
            }
            Generated generated = session.generate(PROMPT, Sampling.GREEDY.withMaxNewTokens(12));
            assertThat(generated.tokens()).isEqualTo(expected.tokens());
            assertThat(generated.reason()).isEqualTo(Generated.Reason.LENGTH);
            assertThat(session.replays()).isZero();
        }
    }

    @Test
    void onlyTheHiddenStateAndTheStepTravelBetweenParts() throws Exception {
        PartitionManifest manifest = split(Decoders.Style.ATTENTION, 4);
        PartitionManifest visible =
                DecoderRoles.of(manifest, DecoderRoles.ShapeReaders.NONE).visible(manifest, false);
        assertThat(visible.inputs()).extracting(TensorInfo::name).containsExactly("input_ids", Step.TENSOR);
        assertThat(visible.outputs()).extracting(TensorInfo::name).containsExactly("logits");
        for (int part = 1; part < 4; part++) {
            assertThat(visible.parts().get(part).inputs())
                    .extracting(TensorInfo::name)
                    .as("part %s", part)
                    .containsExactlyInAnyOrder("x" + part, Step.TENSOR);
            assertThat(visible.parts().get(part - 1).outputs())
                    .extracting(TensorInfo::name)
                    .containsExactly("x" + part);
        }
    }

    /** The number of tokens before a step is the shape of the first cache, which every part reads. */
    @Test
    void aPartMayReadTheShapeOfTheCacheOfAnother() throws Exception {
        PartitionManifest manifest = split(Decoders.Style.SHAPE_OF_CACHE, 3);
        assertThat(manifest.parts().get(2).inputs())
                .extracting(TensorInfo::name)
                .contains("past_key_values.0.key");
        PartitionManifest visible =
                DecoderRoles.of(manifest, (part, input) -> true).visible(manifest, false);
        assertThat(visible.parts().get(2).inputs())
                .extracting(TensorInfo::name)
                .doesNotContain("past_key_values.0.key");
        assertThatThrownBy(() -> DecoderRoles.of(manifest, DecoderRoles.ShapeReaders.NONE))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("'past_key_values.0.key' is a cache that another part continues");
    }

    @ParameterizedTest
    @EnumSource(Decoders.Style.class)
    void aPromptMayRunInChunks(Decoders.Style style) throws Exception {
        split(style, 2);
        try (WholeDecoder whole = new WholeDecoder(Decoders.bytes(style, LAYERS));
                GenerationSession session = GenerationSession.open(directory, Decoders.EXACT.withPromptChunk(2))) {
            assertThat(session.generate(PROMPT, Sampling.GREEDY.withMaxNewTokens(8))
                            .tokens())
                    .isEqualTo(whole.greedy(PROMPT, 8).tokens());
        }
    }

    @Test
    void sequencesAtTheSameTimeDoNotDisturbEachOther() throws Exception {
        split(Decoders.Style.CONVOLUTION, 3);
        Random random = new Random(5);
        List<List<Long>> prompts = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            prompts.add(random.longs(1 + random.nextInt(9), 0, Decoders.VOCABULARY)
                    .boxed()
                    .toList());
        }
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (WholeDecoder whole = new WholeDecoder(Decoders.bytes(Decoders.Style.CONVOLUTION, LAYERS));
                GenerationSession session = GenerationSession.open(directory, Decoders.EXACT)) {
            List<Future<Generated>> running = new ArrayList<>();
            for (List<Long> prompt : prompts) {
                running.add(threads.submit(() -> session.generate(prompt, Sampling.GREEDY.withMaxNewTokens(20))));
            }
            for (int i = 0; i < 8; i++) {
                assertThat(running.get(i).get().tokens())
                        .isEqualTo(whole.greedy(prompts.get(i), 20).tokens());
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @ParameterizedTest
    @EnumSource(Decoders.Style.class)
    @SuppressWarnings("try") // Closing the trunk early is part of the test.
    void aBranchSharesTheTokensAndGoesOnByItself(Decoders.Style style) throws Exception {
        split(style, 2);
        try (WholeDecoder whole = new WholeDecoder(Decoders.bytes(style, LAYERS));
                GenerationSession session = GenerationSession.open(directory, Decoders.EXACT);
                TokenSequence trunk = session.newSequence()) {
            trunk.append(PROMPT);
            long shared = total(session);
            try (TokenSequence left = trunk.fork();
                    TokenSequence right = trunk.fork()) {
                trunk.append(List.of(1L));
                assertClose(left.append(List.of(2L)), whole.logits(List.of(3L, 17L, 0L, 39L, 8L, 2L)));
                assertClose(right.append(List.of(4L)), whole.logits(List.of(3L, 17L, 0L, 39L, 8L, 4L)));
                assertClose(left.append(List.of(5L)), whole.logits(List.of(3L, 17L, 0L, 39L, 8L, 2L, 5L)));
                assertThat(left.tokens()).containsExactly(3L, 17L, 0L, 39L, 8L, 2L, 5L);
            }
            assertThat(trunk.tokens()).containsExactly(3L, 17L, 0L, 39L, 8L, 1L);
            assertThat(total(session)).isGreaterThan(shared);
            trunk.append(List.of(9L));
            assertThat(session.cacheBytes()).as("branches are released").hasSize(2);
            try (TokenSequence late = trunk.fork()) {
                trunk.close();
                assertClose(late.append(List.of(6L)), whole.logits(List.of(3L, 17L, 0L, 39L, 8L, 1L, 9L, 6L)));
            }
        }
    }

    private static long total(GenerationSession session) {
        return session.cacheBytes().stream().mapToLong(Long::longValue).sum();
    }

    /** A step of one token and a run over all tokens differ by the order of additions. */
    private static void assertClose(float[] found, float[] expected) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).isCloseTo(expected[i], org.assertj.core.data.Offset.offset(1e-4f));
        }
    }

    @ParameterizedTest
    @EnumSource(Decoders.Style.class)
    void aSequenceMayBeCutBack(Decoders.Style style) throws Exception {
        split(style, 3);
        try (WholeDecoder whole = new WholeDecoder(Decoders.bytes(style, LAYERS));
                GenerationSession session = GenerationSession.open(directory, Decoders.EXACT);
                TokenSequence sequence = session.newSequence()) {
            sequence.append(PROMPT);
            sequence.append(List.of(1L));
            sequence.append(List.of(2L));
            sequence.truncate(3);
            assertClose(sequence.append(List.of(5L)), whole.logits(List.of(3L, 17L, 0L, 5L)));
            boolean keepsAllTokens = style != Decoders.Style.CONVOLUTION && style != Decoders.Style.STATE;
            assertThat(session.replays())
                    .as("a state of a fixed size is computed again")
                    .isEqualTo(keepsAllTokens ? 0 : 1);
            sequence.truncate(3);
            assertClose(sequence.append(List.of(6L)), whole.logits(List.of(3L, 17L, 0L, 6L)));
            assertThat(session.replays()).isEqualTo(keepsAllTokens ? 0 : 2);
            sequence.truncate(0);
            assertClose(sequence.append(List.of(6L)), whole.logits(List.of(6L)));
            assertThatThrownBy(() -> sequence.truncate(2))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a sequence of 1 tokens cannot be cut back to 2");
        }
    }

    /** Lets a stage fail once, after the stages before it have extended their caches. */
    private static Faults.Fault once() {
        AtomicBoolean fails = new AtomicBoolean(true);
        return (call, cancellation) -> {
            if (fails.getAndSet(false)) {
                throw new IOException("the board has no power");
            }
        };
    }

    @ParameterizedTest
    @EnumSource(value = Decoders.Style.class, mode = EnumSource.Mode.EXCLUDE, names = "SHAPE_OF_CACHE")
    void aStepThatFailedHalfWayMayBeRepeated(Decoders.Style style) throws Exception {
        PartitionManifest manifest = split(style, 3);
        List<Stage> stages = new ArrayList<>();
        for (int part = 0; part < 3; part++) {
            stages.add(new Faults(Stage.open(
                    directory, manifest, part, Decoders.EXACT.pipeline().runtime())));
        }
        try (WholeDecoder whole = new WholeDecoder(Decoders.bytes(style, LAYERS));
                GenerationSession session = GenerationSession.of(manifest, stages, Decoders.EXACT);
                TokenSequence sequence = session.newSequence()) {
            WholeDecoder.Continuation expected = whole.greedy(PROMPT, 4);
            List<Long> next = PROMPT;
            for (int i = 0; i < 4; i++) {
                ((Faults) stages.get(2)).set(once());
                List<Long> added = next;
                assertThatThrownBy(() -> sequence.append(added)).hasMessageContaining("the board has no power");
                assertThat(sequence.append(added))
                        .containsExactly(expected.logits().get(i));
                next = List.of(expected.tokens().get(i));
            }
            assertThat(session.replays()).isZero();
        }
    }

    @Test
    void cachesAreAsLargeAsTheirTokensAndAreReleased() throws Exception {
        split(Decoders.Style.ATTENTION, 2);
        long perToken = 2L * LAYERS * Decoders.WIDTH * Float.BYTES;
        try (GenerationSession session = GenerationSession.open(directory, Decoders.EXACT);
                TokenSequence last = session.newSequence()) {
            for (int i = 0; i < 20; i++) {
                try (TokenSequence sequence = session.newSequence()) {
                    sequence.append(PROMPT);
                    sequence.append(List.of(1L));
                    assertThat(total(session)).isEqualTo(perToken * CacheMemory.room(6));
                }
            }
            last.append(List.of(1L));
            assertThat(total(session)).isEqualTo(perToken * CacheMemory.room(1));
        }
    }

    /** Returns the tokens from 1 to a number. */
    private static List<Long> numbers(int count) {
        return LongStream.rangeClosed(1, count).boxed().toList();
    }

    @Test
    @SuppressWarnings("try") // Closing a sequence early is part of the test.
    void aStepBeyondTheLimitOfCachesIsRefused() throws Exception {
        split(Decoders.Style.ATTENTION, 2);
        long perToken = LAYERS * Decoders.WIDTH * Float.BYTES;
        try (GenerationSession session =
                        GenerationSession.open(directory, Decoders.EXACT.withMaxCacheBytes(perToken * 40, false));
                TokenSequence one = session.newSequence();
                TokenSequence other = session.newSequence()) {
            one.append(PROMPT);
            other.append(List.of(1L, 2L));
            assertThatThrownBy(() -> other.append(numbers(15)))
                    .isInstanceOfSatisfying(StageException.class, refused -> assertThat(refused.kind())
                            .isEqualTo(StageException.Kind.OUT_OF_MEMORY))
                    .hasMessageContaining("the caches of 2 sequences take")
                    .hasMessageContaining("the next 15 tokens would exceed the limit of");
            other.append(List.of(3L));
            one.close();
            other.append(numbers(15));
            assertThat(other.tokens()).hasSize(18).startsWith(1L, 2L, 3L, 1L);
        }
    }

    @ParameterizedTest
    @EnumSource(Decoders.Style.class)
    void cachesThatWereDroppedAreComputedAgain(Decoders.Style style) throws Exception {
        split(style, 2);
        long limit;
        try (GenerationSession session = GenerationSession.open(directory, Decoders.EXACT);
                TokenSequence sequence = session.newSequence()) {
            sequence.append(PROMPT);
            sequence.append(List.of(1L));
            limit = session.cacheBytes().stream()
                    .mapToLong(Long::longValue)
                    .max()
                    .orElseThrow();
        }
        try (WholeDecoder whole = new WholeDecoder(Decoders.bytes(style, LAYERS));
                GenerationSession session =
                        GenerationSession.open(directory, Decoders.EXACT.withMaxCacheBytes(limit, true));
                TokenSequence one = session.newSequence();
                TokenSequence other = session.newSequence()) {
            one.append(PROMPT);
            other.append(PROMPT);
            assertClose(one.append(List.of(1L)), whole.logits(List.of(3L, 17L, 0L, 39L, 8L, 1L)));
            assertClose(other.append(List.of(2L)), whole.logits(List.of(3L, 17L, 0L, 39L, 8L, 2L)));
            boolean grows = style != Decoders.Style.STATE;
            assertThat(session.replays() > 0).isEqualTo(grows);
        }
    }

    private static boolean together(CyclicBarrier steps) {
        try {
            steps.await();
            return true;
        } catch (InterruptedException | BrokenBarrierException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** Room for one sequence of two: each waits while the other one's step is running, and drops it afterwards. */
    @Test
    void sequencesThatExceedTheLimitTogetherTakeTurns() throws Exception {
        split(Decoders.Style.ATTENTION, 2);
        long perToken = LAYERS * Decoders.WIDTH * Float.BYTES;
        CyclicBarrier steps = new CyclicBarrier(2);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (WholeDecoder whole = new WholeDecoder(Decoders.bytes(Decoders.Style.ATTENTION, LAYERS));
                GenerationSession session =
                        GenerationSession.open(directory, Decoders.EXACT.withMaxCacheBytes(perToken * 32, true))) {
            List<Future<Generated>> running = new ArrayList<>();
            for (long i = 0; i < 2; i++) {
                List<Long> prompt = List.of(i, 2 * i, 9L);
                running.add(threads.submit(() ->
                        session.generate(prompt, Sampling.GREEDY.withMaxNewTokens(20), token -> together(steps))));
            }
            for (int i = 0; i < 2; i++) {
                List<Long> prompt = List.of((long) i, 2L * i, 9L);
                assertThat(running.get(i).get().tokens())
                        .isEqualTo(whole.greedy(prompt, 20).tokens());
                assertThat(session.cacheBytes()).allMatch(bytes -> bytes <= perToken * 32);
            }
            assertThat(session.replays()).isPositive();
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void generationEndsAtAStopTokenOrWhenTheListenerWantsNoMore() throws Exception {
        split(Decoders.Style.ATTENTION, 2);
        try (GenerationSession session = GenerationSession.open(directory, Decoders.EXACT)) {
            List<Long> all = session.generate(PROMPT, Sampling.GREEDY.withMaxNewTokens(9))
                    .tokens();
            long stop = all.get(all.size() - 1);
            Generated stopped = session.generate(
                    PROMPT, Sampling.GREEDY.withMaxNewTokens(99).withStopTokens(Set.of(stop)));
            assertThat(stopped.tokens()).isEqualTo(all.subList(0, all.indexOf(stop) + 1));
            assertThat(stopped.reason()).isEqualTo(Generated.Reason.STOP_TOKEN);
            List<Long> heard = new ArrayList<>();
            Generated ended = session.generate(PROMPT, Sampling.GREEDY, token -> {
                heard.add(token);
                return heard.size() < 2;
            });
            assertThat(ended.reason()).isEqualTo(Generated.Reason.ENDED);
            assertThat(heard).isEqualTo(ended.tokens()).isEqualTo(all.subList(0, 2));
        }
    }

    @Test
    void theSameSeedGivesTheSameTokens() throws Exception {
        split(Decoders.Style.ATTENTION, 2);
        Sampling warm = Sampling.GREEDY.withTemperature(2).withMaxNewTokens(16);
        try (GenerationSession session = GenerationSession.open(directory, Decoders.EXACT)) {
            List<Long> first = session.generate(PROMPT, warm.withSeed(1)).tokens();
            assertThat(session.generate(PROMPT, warm.withSeed(1)).tokens()).isEqualTo(first);
            assertThat(session.generate(PROMPT, warm.withSeed(2)).tokens()).isNotEqualTo(first);
        }
    }

    @Test
    void logitsOfAllTokensAreThoseOfEachStep() throws Exception {
        split(Decoders.Style.ATTENTION, 2);
        try (GenerationSession session = GenerationSession.open(directory, Decoders.EXACT);
                TokenSequence all = session.newSequence();
                TokenSequence each = session.newSequence()) {
            float[][] rows = all.appendWithAllLogits(PROMPT);
            assertThat(rows).hasDimensions(PROMPT.size(), Decoders.VOCABULARY);
            for (int i = 0; i < rows.length; i++) {
                assertClose(rows[i], each.append(PROMPT.subList(i, i + 1)));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Decoders.Style.class)
    void wholeAndPartsAreComparedStepByStep(Decoders.Style style) throws Exception {
        split(style, 3);
        try (OnnxModel model = OnnxModel.load(Decoders.bytes(style, LAYERS), "decoder");
                WholeDecoder whole = new WholeDecoder(Decoders.bytes(style, LAYERS))) {
            GenerationVerification found = GenerationVerification.of(model, directory, PROMPT, 9, Decoders.EXACT);
            assertThat(found.identical()).isTrue();
            assertThat(found.sameTokens()).isTrue();
            assertThat(found.largestDifference()).isZero();
            assertThat(found.tokens()).isEqualTo(whole.greedy(PROMPT, 9).tokens());
        }
        try (OnnxModel other = OnnxModel.load(Decoders.bytes(style, LAYERS + 1), "decoder")) {
            GenerationVerification found = GenerationVerification.of(other, directory, PROMPT, 9, Decoders.EXACT);
            assertThat(found.identical()).isFalse();
            assertThat(found.firstDifferentStep()).hasValue(0);
            assertThat(found.sameTokens()).isFalse();
            assertThat(found.largestDifference()).isGreaterThan(1e-3);
        }
    }

    @Test
    void anImageModelIsRefused() throws Exception {
        split(Topologies.get("residual").bytes(), 2);
        assertThatThrownBy(() -> GenerationSession.open(directory))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("the model has no caches: a text generator has an input of tokens");
    }
}
