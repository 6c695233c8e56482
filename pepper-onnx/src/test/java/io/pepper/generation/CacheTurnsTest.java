package io.pepper.generation;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.export.PartitionManifest;
import io.pepper.onnx.OnnxModel;
import io.pepper.session.Faults;
import io.pepper.session.Stage;
import io.pepper.session.StageOptions;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A sequence whose first step is running has no caches yet, but their memory is taken. */
class CacheTurnsTest {
    private static final List<Long> PROMPT = List.of(3L, 17L, 0L);

    /** Lets a stage's second run wait until it is let go. */
    private static Faults.Fault waiting(CountDownLatch begun, CountDownLatch free) {
        return (call, cancellation) -> {
            begun.countDown();
            try {
                if (begun.getCount() == 0) {
                    free.await();
                }
            } catch (InterruptedException interrupted) {
                throw new IOException(interrupted);
            }
        };
    }

    @Test
    @Timeout(120)
    @SuppressWarnings("try") // Closing a sequence early is part of the test, and a failure lets the stage go.
    void anotherSequenceWaitsForTheFirstStepOfOne() throws Exception {
        byte[] bytes = Decoders.bytes(Decoders.Style.ATTENTION, 2);
        long room = CacheMemory.room(PROMPT.size()) * 2 * 2 * Decoders.WIDTH * Float.BYTES;
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (OnnxModel model = OnnxModel.load(bytes, "decoder")) {
            CountDownLatch begun = new CountDownLatch(2);
            CountDownLatch free = new CountDownLatch(1);
            Stage stage = new Faults(Stage.open(model, StageOptions.DEFAULTS)).set(waiting(begun, free));
            GenerationOptions options = GenerationOptions.DEFAULTS.withMaxCacheBytes(room * 3 / 2, true);
            try (GenerationSession session =
                            GenerationSession.of(PartitionManifest.ofWhole(model), List.of(stage), options);
                    TokenSequence first = session.newSequence();
                    TokenSequence one = session.newSequence();
                    TokenSequence other = session.newSequence();
                    AutoCloseable letGo = free::countDown) {
                float[] expected = first.append(PROMPT);
                first.close();
                Future<float[]> running = threads.submit(() -> one.append(PROMPT));
                begun.await();
                Future<float[]> waiting = threads.submit(() -> other.append(PROMPT));
                TimeUnit.MILLISECONDS.sleep(300);
                assertThat(waiting.isDone()).isFalse();
                free.countDown();
                assertThat(running.get()).containsExactly(expected);
                assertThat(waiting.get()).containsExactly(expected);
                assertThat(session.cacheBytes().get(0)).isLessThanOrEqualTo(room * 3 / 2);
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
