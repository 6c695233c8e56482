package io.pepper.generation;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import io.pepper.export.PartitionManifest;
import io.pepper.onnx.OnnxModel;
import io.pepper.session.Cancellation;
import io.pepper.session.Stage;
import io.pepper.session.StageOptions;
import java.io.IOException;
import java.util.List;
import java.util.Map;
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

    /** A stage whose second run waits until it is let go. */
    private static final class Waiting implements Stage {
        private final Stage stage;
        private final CountDownLatch begun = new CountDownLatch(2);
        private final CountDownLatch free = new CountDownLatch(1);

        Waiting(Stage stage) {
            this.stage = stage;
        }

        @Override
        public String name() {
            return stage.name();
        }

        @Override
        public List<String> inputs() {
            return stage.inputs();
        }

        @Override
        public List<String> outputs() {
            return stage.outputs();
        }

        @Override
        public Map<String, OnnxValue> run(Map<String, OnnxTensorLike> inputs, Cancellation cancellation)
                throws IOException {
            begun.countDown();
            try {
                if (begun.getCount() == 0) {
                    free.await();
                }
            } catch (InterruptedException interrupted) {
                throw new IOException(interrupted);
            }
            return stage.run(inputs, cancellation);
        }

        @Override
        public void close() throws IOException {
            stage.close();
        }
    }

    @Test
    @Timeout(120)
    @SuppressWarnings("try") // Closing a sequence early is part of the test, and a failure lets the stage go.
    void anotherSequenceWaitsForTheFirstStepOfOne() throws Exception {
        byte[] bytes = Decoders.bytes(Decoders.Style.ATTENTION, 2);
        long room = CacheMemory.room(PROMPT.size()) * 2 * 2 * Decoders.WIDTH * Float.BYTES;
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (OnnxModel model = OnnxModel.load(bytes, "decoder")) {
            Waiting stage = new Waiting(Stage.open(model, StageOptions.DEFAULTS));
            GenerationOptions options = GenerationOptions.DEFAULTS.withMaxCacheBytes(room * 3 / 2, true);
            try (GenerationSession session =
                            GenerationSession.of(PartitionManifest.ofWhole(model), List.of(stage), options);
                    TokenSequence first = session.newSequence();
                    TokenSequence one = session.newSequence();
                    TokenSequence other = session.newSequence();
                    AutoCloseable letGo = stage.free::countDown) {
                float[] expected = first.append(PROMPT);
                first.close();
                Future<float[]> running = threads.submit(() -> one.append(PROMPT));
                stage.begun.await();
                Future<float[]> waiting = threads.submit(() -> other.append(PROMPT));
                TimeUnit.MILLISECONDS.sleep(300);
                assertThat(waiting.isDone()).isFalse();
                stage.free.countDown();
                assertThat(running.get()).containsExactly(expected);
                assertThat(waiting.get()).containsExactly(expected);
                assertThat(session.cacheBytes().get(0)).isLessThanOrEqualTo(room * 3 / 2);
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
