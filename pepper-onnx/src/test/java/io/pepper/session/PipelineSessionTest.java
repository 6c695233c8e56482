package io.pepper.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import io.pepper.export.PartitionManifest;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.onnx.testmodels.Topologies;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import io.pepper.session.internal.CoreAffinity;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(value = 5, unit = TimeUnit.MINUTES)
class PipelineSessionTest {
    private static final PipelineOptions EXACT = PipelineOptions.DEFAULTS.withRuntime(Deployed.EXACT);

    @TempDir
    Path directory;

    static List<TestModel> models() {
        return Topologies.all();
    }

    @ParameterizedTest
    @MethodSource("models")
    void everyPartitionAnswersAsTheWhole(TestModel test) throws Exception {
        try (OnnxModel model = OnnxModel.load(test.bytes(), test.name());
                OrtSession whole = Deployed.whole(test)) {
            List<Partition> partitions = Deployed.partitions(model);
            for (int i = 0; i < partitions.size(); i++) {
                Path parts = directory.resolve("p" + i);
                PartitionManifest manifest = Deployed.export(model, partitions.get(i), parts);
                List<io.pepper.model.TensorInfo> crossing =
                        manifest.cuts().stream().flatMap(List::stream).toList();
                if (crossing.stream()
                        .noneMatch(tensor -> tensor.type().equals(Optional.of("float16"))
                                || tensor.name().codePoints().anyMatch(c -> c > Character.MAX_VALUE))) {
                    check(test, whole, parts); // PartitionedSessionTest says what becomes of the others.
                }
            }
        }
    }

    private static void check(TestModel test, OrtSession whole, Path parts) throws Exception {
        try (PipelineSession pipeline = PipelineSession.open(parts, EXACT)) {
            List<Map<String, Object>> expected = new ArrayList<>();
            List<CompletableFuture<RunOutputs>> futures = new ArrayList<>();
            for (int seed = 0; seed < 4; seed++) {
                Map<String, OnnxTensor> inputs = Deployed.inputs(test, seed);
                expected.add(Deployed.answers(whole, inputs));
                futures.add(pipeline.submit(inputs));
            }
            for (int seed = 0; seed < 4; seed++) {
                assertThat(Deployed.answers(futures.get(seed).get())).isEqualTo(expected.get(seed));
            }
            Map<String, OnnxTensor> inputs = Deployed.inputs(test, 0);
            assertThat(Deployed.answers(pipeline.run(inputs))).isEqualTo(expected.get(0));
            Deployed.close(inputs);
        }
    }

    @Test
    void resultsComeInOrderFromManyThreads() throws Exception {
        TestModel test = Topologies.get("inception");
        try (OnnxModel model = OnnxModel.load(test.bytes(), test.name())) {
            Deployed.export(model, Partitioner.everyCut().partition(model.cuts()), directory);
        }
        List<Faults> stages = Faults.open(directory, Deployed.EXACT);
        stages.get(0).set((call, cancellation) -> pause(call % 3));
        try (PipelineSession pipeline =
                PipelineSession.of(PartitionManifest.read(directory), new ArrayList<>(stages), EXACT)) {
            List<Integer> done = Collections.synchronizedList(new ArrayList<>());
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                int number = i;
                all.add(pipeline.submit(Deployed.inputs(test, i)).thenAccept(outputs -> {
                    outputs.close();
                    done.add(number);
                }));
            }
            pipeline.drain();
            for (CompletableFuture<Void> each : all) {
                each.get();
            }
            assertThat(done).isSorted().hasSize(100);
            assertThat(pipeline.metrics()).allSatisfy(stage -> {
                assertThat(stage.calls()).isEqualTo(100);
                assertThat(stage.queued()).isZero();
                // Two in the queue, one that waits for a place, and one that was just taken.
                assertThat(stage.maxQueued()).isBetween(1, 4);
                assertThat(stage.p50Seconds()).isLessThanOrEqualTo(stage.p99Seconds());
            });
        }
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** No more are under way than may be; whoever asks for one more waits. */
    @Test
    void submitWaitsWhileQueuesAreFull() throws Exception {
        TestModel test = Topologies.get("residual");
        Deployed.parts(test, 2, directory);
        List<Faults> stages = Faults.open(directory, Deployed.EXACT);
        CountDownLatch go = new CountDownLatch(1);
        stages.get(1).set((call, cancellation) -> awaitUninterruptibly(go));
        try (PipelineSession pipeline = PipelineSession.of(
                PartitionManifest.read(directory),
                new ArrayList<>(stages),
                EXACT.withQueueCapacity(1).withMaxUnderWay(3))) {
            List<CompletableFuture<RunOutputs>> futures = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                futures.add(pipeline.submit(Deployed.inputs(test, i)));
            }
            AtomicInteger passed = new AtomicInteger();
            Map<String, OnnxTensor> one = Deployed.inputs(test, 3);
            Thread waiting = new Thread(() -> {
                assertThatThrownBy(() -> pipeline.submit(one)).isInstanceOf(InterruptedIOException.class);
                passed.incrementAndGet();
            });
            waiting.start();
            while (waiting.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            waiting.interrupt();
            waiting.join();
            assertThat(passed).as("it waited, and an interrupt ended that").hasValue(1);
            go.countDown();
            futures.add(pipeline.submit(one));
            for (CompletableFuture<RunOutputs> future : futures) {
                future.get().close();
            }
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean over = false;
        while (!over) {
            try {
                latch.await();
                over = true;
            } catch (InterruptedException again) {
                assertThat(latch.getCount()).isNotNegative();
            }
        }
    }

    @Test
    void cancelledRequestsAreSkippedAndTheirTensorsClosed() throws Exception {
        TestModel test = Topologies.get("residual");
        Deployed.parts(test, 2, directory);
        List<Faults> stages = Faults.open(directory, Deployed.EXACT);
        CountDownLatch go = new CountDownLatch(1);
        stages.get(0).set((call, cancellation) -> awaitUninterruptibly(go));
        try (PipelineSession pipeline =
                PipelineSession.of(PartitionManifest.read(directory), new ArrayList<>(stages), EXACT)) {
            Map<String, OnnxTensor> first = Deployed.inputs(test, 0);
            Map<String, OnnxTensor> second = Deployed.inputs(test, 1);
            CompletableFuture<RunOutputs> running = pipeline.submit(first);
            CompletableFuture<RunOutputs> queued = pipeline.submit(second);
            CompletableFuture<RunOutputs> last = pipeline.submit(Deployed.inputs(test, 2));
            assertThat(queued.cancel(true)).isTrue();
            assertThat(running.cancel(true)).isTrue();
            assertThat(first.values()).noneMatch(OnnxTensor::isClosed);
            go.countDown();
            last.get().close();
            pipeline.drain();
            assertThat(first.values()).allMatch(OnnxTensor::isClosed);
            assertThat(second.values()).allMatch(OnnxTensor::isClosed);
            assertThat(stages.get(1).calls()).isEqualTo(1);
        }
    }

    @Test
    void closingEndsWhatIsUnderWay() throws Exception {
        TestModel test = Topologies.get("residual");
        Deployed.parts(test, 3, directory);
        List<Faults> stages = Faults.open(directory, Deployed.EXACT);
        CountDownLatch inside = new CountDownLatch(1);
        stages.get(1).set((call, cancellation) -> {
            inside.countDown();
            while (!cancellation.isRequested()) {
                Thread.onSpinWait();
            }
        });
        PipelineSession pipeline =
                PipelineSession.of(PartitionManifest.read(directory), new ArrayList<>(stages), EXACT);
        List<CompletableFuture<RunOutputs>> futures = new ArrayList<>();
        List<Map<String, OnnxTensor>> inputs = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            inputs.add(Deployed.inputs(test, i));
            futures.add(pipeline.submit(inputs.get(i)));
        }
        inside.await();
        pipeline.close();
        for (CompletableFuture<RunOutputs> future : futures) {
            assertThatThrownBy(future::get)
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            StageException.class, why -> assertThat(why.kind()).isEqualTo(StageException.Kind.CLOSED));
        }
        assertThat(stages).allMatch(Faults::isClosed);
        assertThat(inputs).allSatisfy(each -> assertThat(each.values()).allMatch(OnnxTensor::isClosed));
        Map<String, OnnxTensor> late = Deployed.inputs(test, 9);
        assertThatThrownBy(() -> pipeline.submit(late)).isInstanceOf(IllegalStateException.class);
        assertThat(late.values()).noneMatch(OnnxTensor::isClosed);
        Deployed.close(late);
    }

    @Test
    void aStreamGivesOneOutcomeForEachRequestInOrder() throws Exception {
        TestModel test = Topologies.get("residual");
        Deployed.parts(test, 3, directory);
        List<Faults> stages = Faults.open(directory, Deployed.EXACT);
        stages.get(1).set((call, cancellation) -> {
            if (call % 5 == 3) {
                throw new java.io.IOException("injected");
            }
        });
        try (PipelineSession pipeline =
                PipelineSession.of(PartitionManifest.read(directory), new ArrayList<>(stages), EXACT)) {
            SubmissionPublisher<Map<String, OnnxTensor>> requests = new SubmissionPublisher<>(Runnable::run, 4);
            Collector collector = new Collector();
            pipeline.process(requests).subscribe(collector);
            for (int i = 0; i < 50; i++) {
                requests.submit(Deployed.inputs(test, i));
            }
            requests.close();
            assertThat(collector.done.get(1, TimeUnit.MINUTES)).isTrue();
            assertThat(collector.outcomes).hasSize(50);
            for (int i = 0; i < 50; i++) {
                assertThat(collector.outcomes.get(i)).isEqualTo(i % 5 == 3 ? -i : i);
            }
        }
    }

    /** Asks for outcomes one by one; failures are noted as negative. */
    private static final class Collector implements Flow.Subscriber<ModelSession.Outcome> {
        private final List<Integer> outcomes = Collections.synchronizedList(new ArrayList<>());
        private final CompletableFuture<Boolean> done = new CompletableFuture<>();
        private Flow.Subscription subscription;

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            given.request(1);
        }

        @Override
        public void onNext(ModelSession.Outcome outcome) {
            outcome.outputs().ifPresent(RunOutputs::close);
            outcomes.add((int) (outcome.failure().isPresent() ? -outcome.index() : outcome.index()));
            subscription.request(1);
        }

        @Override
        public void onError(Throwable thrown) {
            done.completeExceptionally(thrown);
        }

        @Override
        public void onComplete() {
            done.complete(true);
        }
    }

    /** A link of 20 ms and a device of a quarter of the speed take their time; answers stay the same. */
    @Test
    void emulatesDevicesAndLinks() throws Exception {
        TestModel test = Topologies.get("residual");
        Deployed.parts(test, 2, directory);
        Cluster cluster = Cluster.builder()
                .device(Device.of("camera").withTimeFactor(4))
                .device(Device.of("cloud").withThreads(2).withTimeFactor(0.5))
                .link("camera", "cloud", Link.of(1e6, 0.02).withOverheadSeconds(0.01))
                .source("camera")
                .sink("camera")
                .build();
        ClusterEmulation emulation = ClusterEmulation.of(cluster, List.of("camera", "cloud"), CoreAffinity.cores());
        assertThat(emulation.notes()).anyMatch(note -> note.contains("'cloud'") && note.contains("faster"));
        try (OrtSession whole = Deployed.whole(test);
                PipelineSession pipeline = PipelineSession.open(directory, EXACT.withEmulation(emulation))) {
            Map<String, OnnxTensor> inputs = Deployed.inputs(test, 1);
            Map<String, Object> expected = Deployed.answers(whole, inputs);
            long begin = System.nanoTime();
            assertThat(Deployed.answers(pipeline.run(inputs))).isEqualTo(expected);
            assertThat((System.nanoTime() - begin) * 1e-9)
                    .as("there and back: two messages of 30 ms and more")
                    .isGreaterThan(0.06);
            Deployed.close(inputs);
        }
        assertThatThrownBy(() -> PipelineSession.open(
                        directory, EXACT.withEmulation(ClusterEmulation.of(cluster, List.of("camera"), List.of()))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("emulation is of 1 parts");
    }

    @Test
    void remoteStagesExchangeTensorMessages() throws Exception {
        TestModel test = Topologies.get("residual");
        PartitionManifest manifest = Deployed.everyCut(test, directory);
        List<Stage> stages = new ArrayList<>();
        for (Stage stage : StageOpener.open(directory, manifest, Deployed.EXACT)) {
            stages.add(Faults.elsewhere(stage));
        }
        try (OrtSession whole = Deployed.whole(test);
                PipelineSession pipeline = PipelineSession.of(manifest, stages, EXACT)) {
            Map<String, OnnxTensor> inputs = Deployed.inputs(test, 1);
            assertThat(Deployed.answers(pipeline.run(inputs))).isEqualTo(Deployed.answers(whole, inputs));
            Deployed.close(inputs);
        }
    }
}
