package io.pepper.generation;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxJavaType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** The buffers of caches: how large they are, and which of them are kept. */
class CacheMemoryTest {
    private static final int WIDTH = 8;
    private static final long TOKEN = WIDTH * Float.BYTES;

    private static CacheTensor cache(CacheMemory memory, long tokens) throws Exception {
        CacheMemory.Form form =
                new CacheMemory.Form(OnnxJavaType.FLOAT, OptionalInt.of(1), List.of(1L, tokens, (long) WIDTH));
        return memory.tensors(Map.of("cache", form)).get("cache");
    }

    @Test
    void roomIsAtMostFifteenTokensOrAThirtySecondMore() {
        for (long tokens = 1; tokens < 100_000; tokens++) {
            long room = CacheMemory.room(tokens);
            assertThat(room).isBetween(tokens, tokens + Math.max(15, tokens / 32));
            assertThat(CacheMemory.room(room)).isEqualTo(room);
        }
        assertThat(CacheMemory.room(0)).isZero();
    }

    @Test
    void tensorsHaveTheirExactShapeInALargerBuffer() throws Exception {
        try (CacheMemory memory = new CacheMemory()) {
            CacheTensor cache = cache(memory, 5);
            assertThat(cache.tensor().getInfo().getShape()).containsExactly(1, 5, WIDTH);
            assertThat(cache.contentBytes()).isEqualTo(5 * TOKEN);
            assertThat(cache.bytes()).isEqualTo(16 * TOKEN);
            cache.release();
        }
    }

    /** Steps of a sequence: each writes into new memory, and releases that of the step before. */
    @Test
    void aSpareIsKeptForEachStepThatRunsAtTheSameTime() throws Exception {
        try (CacheMemory memory = new CacheMemory()) {
            List<CacheTensor> sequences = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                sequences.add(cache(memory, 20).written());
            }
            for (int step = 21; step < 32; step++) {
                for (int i = 0; i < 8; i++) {
                    CacheTensor next = cache(memory, step).written();
                    sequences.set(i, next).release();
                    assertThat(memory.spareBytes()).isEqualTo(32 * TOKEN);
                }
            }
            CacheTensor one = cache(memory, 32);
            CacheTensor other = cache(memory, 32);
            sequences.set(0, one.written()).release();
            sequences.set(1, other.written()).release();
            assertThat(memory.spareBytes()).as("two steps at once").isEqualTo(2 * 32 * TOKEN);
            sequences.forEach(CacheTensor::release);
            assertThat(memory.spareBytes()).as("no sequence is left").isZero();
        }
    }

    @Test
    void memoryOfAnotherLengthIsFreedWithItsLastSequence() throws Exception {
        try (CacheMemory memory = new CacheMemory()) {
            CacheTensor first = cache(memory, 16).written();
            CacheTensor second = cache(memory, 16).written();
            first.release();
            assertThat(memory.spareBytes()).isEqualTo(16 * TOKEN);
            CacheTensor longer = cache(memory, 17).written();
            second.release();
            assertThat(memory.spareBytes()).isZero();
            longer.release();
        }
    }

    @Test
    void theContentOfASpareIsThatOfItsNewOwner() throws Exception {
        try (CacheMemory memory = new CacheMemory()) {
            CacheTensor kept = cache(memory, 3).written();
            CacheTensor old = cache(memory, 3).written();
            old.content().asFloatBuffer().put(0, 7);
            old.release();
            CacheTensor next = cache(memory, 4).written();
            next.content().asFloatBuffer().put(0, 9);
            assertThat(next.tensor().getFloatBuffer().get(0)).isEqualTo(9);
            kept.release();
            next.release();
        }
    }
}
