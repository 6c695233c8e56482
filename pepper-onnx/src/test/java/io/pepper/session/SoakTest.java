package io.pepper.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import io.pepper.export.PartitionManifest;
import io.pepper.model.MalformedModelException;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.onnx.testmodels.Topologies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything goes wrong, again and again: stages throw, hang, are slow and run out of memory, requests are cancelled, files are
 * corrupted, pipelines are closed while they run. Each request ends in exactly one way, right answers are right bit by bit, every
 * tensor is closed, and memory does not grow. {@code -Dpepper.soak.rounds=1000} for the long one.
 */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class SoakTest {
    private static final int ROUNDS = Integer.getInteger("pepper.soak.rounds", 12);
    private static final int REQUESTS = 60;
    private static final long SEED = 99;

    @TempDir
    Path directory;

    private final TestModel test = Topologies.get("residual");
    private final Random random = new Random(SEED);
    private int answered;
    private int failed;
    private int cancelled;

    @Test
    void losesNothingAndLeaksNothing() throws Exception {
        PartitionManifest manifest = Deployed.parts(test, 3, directory);
        Path file = directory.resolve(manifest.parts().get(2).file());
        byte[] good = Files.readAllBytes(file);
        long warm = 0;
        try (OrtSession whole = Deployed.whole(test);
                PartitionedSession fallback = PartitionedSession.open(directory, Deployed.EXACT)) {
            for (int round = 0; round < ROUNDS; round++) {
                byte[] bad = good.clone();
                bad[random.nextInt(bad.length)] ^= 0x10;
                Files.write(file, bad);
                assertThatThrownBy(() -> PipelineSession.open(directory))
                        .isInstanceOf(MalformedModelException.class)
                        .hasMessageContaining("sha256");
                Files.write(file, good);
                round(whole, round % 2 == 0 ? FailurePolicy.FAIL : FailurePolicy.FAIL.withFallback(fallback), round);
                if (round == ROUNDS / 2) {
                    warm = Deployed.nativeBytes();
                }
            }
        }
        assertThat(answered + failed + cancelled).isEqualTo(ROUNDS * REQUESTS);
        assertThat(answered).isPositive();
        assertThat(failed).isPositive();
        assertThat(cancelled).isPositive();
        assertThat(Deployed.nativeBytes() - warm).as("bytes more").isLessThan(24L << 20);
    }

    private void round(OrtSession whole, FailurePolicy policy, int round) throws Exception {
        SessionOptions options = Deployed.EXACT.withFailures(policy.withTimeout(Duration.ofSeconds(2))
                .withGrace(Duration.ofSeconds(30))
                .withRetries(round % 3));
        List<Faults> stages = Faults.open(directory, options);
        stages.forEach(stage -> stage.set(this::strike));
        PipelineSession pipeline = PipelineSession.of(
                PartitionManifest.read(directory),
                new ArrayList<>(stages),
                PipelineOptions.DEFAULTS.withRuntime(options).withQueueCapacity(1 + round % 3));
        List<Map<String, OnnxTensor>> inputs = new ArrayList<>();
        List<Map<String, Object>> expected = new ArrayList<>();
        List<CompletableFuture<RunOutputs>> futures = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            inputs.add(Deployed.inputs(test, random.nextInt()));
            expected.add(Deployed.answers(whole, inputs.get(i)));
            futures.add(pipeline.submit(inputs.get(i)));
            if (random.nextInt(10) == 0) {
                futures.get(random.nextInt(futures.size())).cancel(true);
            }
        }
        if (round % 4 != 3) {
            pipeline.drain();
        }
        pipeline.close();
        for (int i = 0; i < REQUESTS; i++) {
            count(futures.get(i), expected.get(i));
        }
        assertThat(inputs).allSatisfy(each -> assertThat(each.values()).allMatch(OnnxTensor::isClosed));
        assertThat(stages).allMatch(Faults::isClosed);
    }

    private void count(CompletableFuture<RunOutputs> future, Map<String, Object> expected) throws Exception {
        assertThat(future.isDone()).as("every request ends").isTrue();
        if (future.isCancelled()) {
            cancelled++;
            return;
        }
        try {
            assertThat(Deployed.answers(future.get())).isEqualTo(expected);
            answered++;
        } catch (ExecutionException why) {
            assertThat(why.getCause()).isInstanceOf(StageException.class);
            failed++;
        }
    }

    /** Throws, hangs until told to stop, is slow, or has no memory, in one of sixteen calls. */
    private void strike(int call, Cancellation cancellation) throws IOException {
        int what;
        synchronized (random) {
            what = random.nextInt(160);
        }
        if (what < 3) {
            throw new IOException("injected");
        } else if (what < 6) {
            throw new IllegalStateException("injected");
        } else if (what < 8) {
            throw new OutOfMemoryError("injected");
        } else if (what < 10) {
            Pause.until(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(15), cancellation);
        } else if (what == 10 && call % 8 == 0) {
            Pause.until(System.nanoTime() + TimeUnit.MINUTES.toNanos(5), cancellation);
        }
    }
}
