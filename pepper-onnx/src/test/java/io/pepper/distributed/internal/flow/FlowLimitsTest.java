package io.pepper.distributed.internal.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import io.pepper.distributed.internal.proto.FlowHeader;
import io.pepper.distributed.internal.proto.FlowHello;
import io.pepper.distributed.internal.proto.FlowKind;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.onnx.testmodels.Topologies;
import io.pepper.session.Deployed;
import io.pepper.session.Faults;
import io.pepper.session.ModelSession;
import io.pepper.session.RunOutputs;
import io.pepper.session.SessionListener;
import io.pepper.session.StageException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Failing stages, cancellation, deadlines, and limits of memory: one request suffers, the others go on. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FlowLimitsTest {
    private static final TestModel MODEL = Topologies.get("inception");

    @TempDir
    Path directory;

    @BeforeEach
    void divide() throws Exception {
        assertThat(Deployed.parts(MODEL, 3, directory).parts()).hasSize(3);
    }

    private FlowCluster cluster() throws IOException {
        return new FlowCluster(directory).node("a", 0).node("b", 1).node("c", 2);
    }

    private static FlowOptions options(Optional<Integer> maxUnderWay, long maxBytes, Optional<Duration> timeout) {
        return new FlowOptions(
                maxUnderWay,
                maxBytes,
                timeout,
                Duration.ofSeconds(5),
                Duration.ofSeconds(20),
                10,
                SessionListener.NONE);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aStageThatFailsFailsItsRequestAloneWithItsNameAndReason() throws Exception {
        try (FlowCluster cluster = cluster();
                OrtSession whole = Deployed.whole(MODEL)) {
            FlowSession session = cluster.session();
            cluster.stage("b", 1).set((call, cancellation) -> {
                if (call == 2) {
                    throw new IOException("the disk is on fire");
                }
            });
            List<CompletableFuture<RunOutputs>> answers = new ArrayList<>();
            List<Map<String, Object>> expected = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                Map<String, OnnxTensor> inputs = Deployed.inputs(MODEL, i);
                expected.add(Deployed.answers(whole, inputs));
                answers.add(session.submit(inputs));
            }
            for (int i = 0; i < 5; i++) {
                if (i == 2) {
                    assertThatThrownBy(answers.get(i)::get)
                            .hasCauseInstanceOf(StageException.class)
                            .hasMessageContaining(cluster.stage("b", 1).name() + ": the disk is on fire");
                } else {
                    assertThat(Deployed.answers(answers.get(i).get())).isEqualTo(expected.get(i));
                }
            }
            assertThat(session.metrics().get(1).failures()).isEqualTo(1);
            assertThat(cluster.host("b").measures(FlowCluster.NAME, FlowCluster.VERSION))
                    .singleElement()
                    .satisfies(counts -> {
                        assertThat(counts.getFailures()).isEqualTo(1);
                        assertThat(counts.getRuns()).isEqualTo(4);
                        assertThat(counts.getPart()).isEqualTo(1);
                    });
            assertThat(session.hops()).hasSize(4).allSatisfy(hop -> assertThat(hop.requests())
                    .isEqualTo(4));
        }
    }

    @Test
    void aCancelledRequestReachesItsStageAndLeavesNothingBehind() throws Exception {
        try (FlowCluster cluster = cluster()) {
            FlowSession session = cluster.session();
            CountDownLatch told = new CountDownLatch(1);
            cluster.stage("b", 1).set((call, cancellation) -> {
                cancellation.onRequest(told::countDown);
                await(told);
            });
            Map<String, OnnxTensor> inputs = Deployed.inputs(MODEL, 1);
            CompletableFuture<RunOutputs> answer = session.submit(inputs);
            FlowCluster.await(() -> cluster.stage("b", 1).calls() == 1);
            assertThat(answer.cancel(true)).isTrue();
            told.await();
            FlowCluster.await(
                    () -> cluster.host("b").requests() == 0 && cluster.host("b").heldBytes() == 0);
            assertThat(inputs.values()).allMatch(OnnxTensor::isClosed);
        }
    }

    @Test
    void anInterruptedRunCancelsItsRequestAndLeavesTheInputsOpen() throws Exception {
        try (FlowCluster cluster = cluster()) {
            FlowSession session = cluster.session();
            CountDownLatch told = new CountDownLatch(1);
            cluster.stage("b", 1).set((call, cancellation) -> {
                cancellation.onRequest(told::countDown);
                await(told);
            });
            Map<String, OnnxTensor> inputs = Deployed.inputs(MODEL, 1);
            AtomicInteger stopped = new AtomicInteger();
            Thread caller = new Thread(() -> {
                assertThatThrownBy(() -> session.run(inputs)).isInstanceOf(InterruptedIOException.class);
                stopped.incrementAndGet();
            });
            caller.start();
            FlowCluster.await(() -> cluster.stage("b", 1).calls() == 1);
            caller.interrupt();
            caller.join();
            told.await();
            assertThat(stopped).hasValue(1);
            assertThat(inputs.values()).noneMatch(OnnxTensor::isClosed);
            Deployed.close(inputs);
        }
    }

    /** The deadline travels: the stage is told, and the caller does not wait for it. */
    @Test
    void aRequestFailsAtItsDeadlineAndItsStageIsTold() throws Exception {
        try (FlowCluster cluster = cluster()) {
            FlowSession session =
                    cluster.session(options(Optional.empty(), 1L << 28, Optional.of(Duration.ofMillis(200))));
            CountDownLatch told = new CountDownLatch(1);
            cluster.stage("c", 2).set((call, cancellation) -> {
                cancellation.onRequest(told::countDown);
                await(told);
            });
            assertThatThrownBy(() -> session.submit(Deployed.inputs(MODEL, 1)).get())
                    .hasMessageContaining("the request took longer than 200 ms")
                    .satisfies(failed -> assertThat(((StageException) failed.getCause()).kind())
                            .isEqualTo(StageException.Kind.TIMED_OUT));
            told.await();
            FlowCluster.await(() -> cluster.host("c").requests() == 0);
        }
    }

    @Test
    void closingFailsWhatIsUnderWayAndRefusesMore() throws Exception {
        try (FlowCluster cluster = cluster()) {
            FlowSession session = cluster.session();
            CountDownLatch told = new CountDownLatch(1);
            cluster.stage("a", 0).set((call, cancellation) -> {
                cancellation.onRequest(told::countDown);
                await(told);
            });
            CompletableFuture<RunOutputs> answer = session.submit(Deployed.inputs(MODEL, 1));
            FlowCluster.await(() -> cluster.stage("a", 0).calls() == 1);
            session.close();
            assertThatThrownBy(answer::get)
                    .hasMessageContaining("the session was closed")
                    .satisfies(failed -> assertThat(((StageException) failed.getCause()).kind())
                            .isEqualTo(StageException.Kind.CLOSED));
            Map<String, OnnxTensor> late = Deployed.inputs(MODEL, 1);
            assertThatThrownBy(() -> session.submit(late)).isInstanceOf(IllegalStateException.class);
            assertThat(late.values()).noneMatch(OnnxTensor::isClosed);
            Deployed.close(late);
            told.await();
            FlowCluster.await(() -> cluster.host("a").requests() == 0);
        }
    }

    @Test
    void aMissingInputIsRefusedBeforeAnythingIsSent() throws Exception {
        try (FlowCluster cluster = cluster()) {
            FlowSession session = cluster.session();
            assertThatThrownBy(() -> session.run(Map.of()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is missing");
            assertThat(cluster.stage("a", 0).calls()).isZero();
        }
    }

    /** A node without room refuses a request by name, and answers the next one. */
    @Test
    void aNodeRefusesARequestThatIsLargerThanItsLimit() throws Exception {
        try (FlowCluster cluster = new FlowCluster(directory)
                .node("a", 0)
                .node(FlowCluster.options("b").withMaxHeldBytes(16), 1)
                .node("c", 2)) {
            FlowSession session = cluster.session();
            assertThatThrownBy(() -> session.submit(Deployed.inputs(MODEL, 1)).get())
                    .hasMessageContaining("b: holds 0 bytes of tensors, and may hold 16")
                    .satisfies(failed -> assertThat(((StageException) failed.getCause()).kind())
                            .isEqualTo(StageException.Kind.OUT_OF_MEMORY));
            assertThat(cluster.host("b").requests()).isZero();
            assertThat(cluster.host("b").heldBytes()).isZero();
        }
    }

    /** While the last stage stands still, no process holds more than the session's limits admit. */
    @Test
    void memoryIsBoundedWhileTheLastStageIsSlow() throws Exception {
        try (FlowCluster cluster = cluster()) {
            int under = 4;
            FlowSession session = cluster.session(options(Optional.of(under), 1L << 28, Optional.empty()));
            CountDownLatch go = new CountDownLatch(1);
            cluster.stage("c", 2).set((call, cancellation) -> await(go));
            Map<String, OnnxTensor> one = Deployed.inputs(MODEL, 0);
            long size = one.values().stream().mapToLong(Sizes::bytes).sum();
            Deployed.close(one);
            List<Integer> done = Collections.synchronizedList(new ArrayList<>());
            Thread caller = new Thread(() -> {
                try {
                    for (int i = 0; i < 200; i++) {
                        int number = i;
                        CompletableFuture<Void> counted = session.submit(Deployed.inputs(MODEL, i))
                                .thenAccept(outputs -> {
                                    outputs.close();
                                    done.add(number);
                                });
                        assertThat(counted.isCompletedExceptionally()).isFalse();
                    }
                } catch (Exception failed) {
                    throw new IllegalStateException(failed);
                }
            });
            caller.start();
            FlowCluster.await(() -> cluster.stage("b", 1).calls() == under);
            assertThat(cluster.stage("a", 0).calls()).isEqualTo(under);
            assertThat(cluster.host("a").requests()).isZero();
            go.countDown();
            caller.join();
            FlowCluster.await(() -> done.size() == 200);
            assertThat(done).isSorted();
            assertThat(session.peakBytes()).isLessThanOrEqualTo(under * (size + session.largestBetween()));
            for (String device : List.of("a", "b", "c")) {
                assertThat(cluster.host(device).peakHeldBytes())
                        .isLessThanOrEqualTo(under * (2 * session.largestBetween() + 2 * size));
            }
        }
    }

    @Test
    void bytesLimitTheRequestsUnderWay() throws Exception {
        try (FlowCluster cluster = cluster()) {
            FlowSession session = cluster.session(options(Optional.of(100), 1, Optional.empty()));
            CountDownLatch go = new CountDownLatch(1);
            cluster.stage("a", 0).set((call, cancellation) -> await(go));
            List<CompletableFuture<RunOutputs>> answers = Collections.synchronizedList(new ArrayList<>());
            Thread caller = new Thread(() -> {
                try {
                    for (int i = 0; i < 3; i++) {
                        answers.add(session.submit(Deployed.inputs(MODEL, i)));
                    }
                } catch (Exception failed) {
                    throw new IllegalStateException(failed);
                }
            });
            caller.start();
            FlowCluster.await(() -> cluster.stage("a", 0).calls() == 1 && caller.getState() == Thread.State.WAITING);
            assertThat(answers).hasSize(1);
            go.countDown();
            caller.join();
            for (CompletableFuture<RunOutputs> answer : answers) {
                answer.get().close();
            }
        }
    }

    @Test
    void aStreamOfRequestsGivesOneOutcomeEachInOrder() throws Exception {
        SubmissionPublisher<Map<String, OnnxTensor>> requests = new SubmissionPublisher<>();
        try (FlowCluster cluster = cluster()) {
            FlowSession session = cluster.session();
            cluster.stage("b", 1).set((call, cancellation) -> {
                if (call == 7) {
                    throw new IOException("the seventh");
                }
            });
            List<ModelSession.Outcome> outcomes = Collections.synchronizedList(new ArrayList<>());
            CountDownLatch complete = new CountDownLatch(1);
            session.process(requests, 3).subscribe(new Flow.Subscriber<>() {
                @Override
                public void onSubscribe(Flow.Subscription subscription) {
                    subscription.request(Long.MAX_VALUE);
                }

                @Override
                public void onNext(ModelSession.Outcome outcome) {
                    outcome.outputs().ifPresent(RunOutputs::close);
                    outcomes.add(outcome);
                }

                @Override
                public void onError(Throwable thrown) {
                    complete.countDown();
                }

                @Override
                public void onComplete() {
                    complete.countDown();
                }
            });
            for (int i = 0; i < 20; i++) {
                assertThat(requests.submit(Deployed.inputs(MODEL, i))).isNotNegative();
            }
            requests.close();
            complete.await();
            assertThat(outcomes)
                    .extracting(ModelSession.Outcome::index)
                    .hasSize(20)
                    .isSorted();
            assertThat(outcomes.stream().filter(outcome -> outcome.failure().isPresent()))
                    .singleElement()
                    .satisfies(failed -> assertThat(failed.index()).isEqualTo(7));
        }
    }

    /** Bytes of strangers end their own connection, and nothing else. */
    @Test
    void aNodeSurvivesWhatIsNoFrame() throws Exception {
        try (FlowCluster cluster = cluster()) {
            DataAddress address = cluster.host("a").address();
            for (byte[] hostile : List.of(
                    "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
                    new byte[] {-1, -1, -1, -1},
                    new byte[] {2, 0, 0, 0, 8, 4},
                    Frames.bytes(FrameEncoder.encode(FlowHeader.newBuilder()
                            .setKind(FlowKind.FLOW_HELLO)
                            .setHello(FlowHello.newBuilder().setVersion(99)))))) {
                try (Socket socket = new Socket(address.host(), address.port())) {
                    OutputStream out = socket.getOutputStream();
                    out.write(hostile);
                    out.flush();
                    while (socket.getInputStream().read() >= 0) {
                        // The greeting comes before the end.
                    }
                } catch (SocketException reset) {
                    assertThat(reset).hasMessageContaining("reset");
                }
            }
            cluster.session().submit(Deployed.inputs(MODEL, 1)).get().close();
        }
    }

    /** More connections than a node takes at a time: each must be forgotten, even if it ends before it was noted. */
    @Test
    void connectionsThatEndAtOnceLeaveRoomForCallers() throws Exception {
        try (FlowCluster cluster = cluster()) {
            DataAddress address = cluster.host("a").address();
            for (int i = 0; i < 1_500; i++) {
                try (Socket socket = new Socket(address.host(), address.port())) {
                    socket.setSoLinger(true, 0);
                }
            }
            cluster.session().submit(Deployed.inputs(MODEL, 1)).get().close();
        }
    }

    @Test
    void aPartThatIsNoLongerServedIsTakenFromAnotherNodeAndStoppedOnce() throws Exception {
        try (FlowCluster cluster = cluster().node("d", 1)) {
            FlowSession session = cluster.session();
            session.submit(Deployed.inputs(MODEL, 1)).get().close();
            cluster.stop("b", 1);
            session.submit(Deployed.inputs(MODEL, 1)).get().close();
            assertThat(session.devices()).containsExactly("a", "d", "c");
            assertThatThrownBy(() -> cluster.serveAgain("d", 1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("serves part 1 of model already");
        }
    }

    /** A route to the other node may be on its way when the first one refuses a request of the route before it. */
    @Test
    void aPartThatChangesItsNodeAgainAndAgainLosesNoRequest() throws Exception {
        try (FlowCluster cluster = cluster().node("d", 1)) {
            FlowSession session = cluster.session();
            for (int round = 0; round < 12; round++) {
                List<CompletableFuture<RunOutputs>> answers = new ArrayList<>();
                String now = round % 2 == 0 ? "b" : "d";
                for (int i = 0; i < 4; i++) {
                    answers.add(session.submit(Deployed.inputs(MODEL, i)));
                }
                cluster.stop(now, 1);
                for (int i = 0; i < 4; i++) {
                    answers.add(session.submit(Deployed.inputs(MODEL, i)));
                }
                for (CompletableFuture<RunOutputs> answer : answers) {
                    answer.get().close();
                }
                cluster.start(now, 1);
            }
        }
    }

    /** What is wrong is found before a request. */
    @Test
    void aRequestFailsOnceItsInputIsClosedTooEarly() throws Exception {
        try (FlowCluster cluster = cluster()) {
            FlowSession session = cluster.session();
            CountDownLatch go = new CountDownLatch(1);
            cluster.stage("a", 0).set((call, cancellation) -> await(go));
            Map<String, OnnxTensor> inputs = Deployed.inputs(MODEL, 1);
            CompletableFuture<RunOutputs> answer = session.submit(inputs);
            FlowCluster.await(() -> cluster.stage("a", 0).calls() == 1);
            Deployed.close(inputs);
            cluster.lose("a");
            cluster.stage("a", 0).set(Faults.NONE);
            cluster.find("a");
            assertThatThrownBy(answer::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("was closed before the request was answered");
            go.countDown();
        }
    }
}
