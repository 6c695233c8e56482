package io.pepper.distributed.internal.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.onnx.testmodels.Topologies;
import io.pepper.session.Deployed;
import io.pepper.session.Faults;
import io.pepper.session.RunOutputs;
import io.pepper.session.SessionListener;
import io.pepper.session.StageException;
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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Lost nodes: each request is answered once, in order, with the whole model's answer; or it fails with the reason. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FlowRecoveryTest {
    private static final int REQUESTS = 60;
    private static final TestModel MODEL = Topologies.get("inception");

    @TempDir
    Path directory;

    @BeforeEach
    void divide() throws Exception {
        assertThat(Deployed.parts(MODEL, 3, directory).parts()).hasSize(3);
    }

    private interface Accident {
        void happen(int request) throws Exception;
    }

    /** Submits numbered requests, lets an accident happen before some, and checks all answers. */
    private static void answersAll(FlowSession session, Accident accident) throws Exception {
        List<Integer> done = Collections.synchronizedList(new ArrayList<>());
        List<CompletableFuture<Map<String, Object>>> answers = new ArrayList<>();
        List<Map<String, Object>> expected = new ArrayList<>();
        try (OrtSession whole = Deployed.whole(MODEL)) {
            for (int request = 0; request < REQUESTS; request++) {
                accident.happen(request);
                Map<String, OnnxTensor> inputs = Deployed.inputs(MODEL, request);
                expected.add(Deployed.answers(whole, inputs));
                int number = request;
                answers.add(session.submit(inputs).thenApply(outputs -> {
                    done.add(number);
                    return copy(outputs);
                }));
            }
            for (int request = 0; request < REQUESTS; request++) {
                assertThat(answers.get(request).get()).isEqualTo(expected.get(request));
            }
        }
        assertThat(done).hasSize(REQUESTS).isSorted().doesNotHaveDuplicates();
    }

    private static Map<String, Object> copy(RunOutputs outputs) {
        try {
            return Deployed.answers(outputs);
        } catch (OrtException unreadable) {
            throw new IllegalStateException(unreadable);
        }
    }

    @Test
    void aSpareTakesThePartOfANodeThatDies() throws Exception {
        try (FlowCluster cluster = new FlowCluster(directory)) {
            cluster.node("a", 0).node("b", 1).node("c", 2).node("spare", 1);
            FlowSession session = cluster.session();
            assertThat(session.devices()).containsExactly("a", "b", "c");
            answersAll(session, request -> {
                if (request == REQUESTS / 2) {
                    cluster.host("b").close();
                    cluster.lose("b");
                }
            });
            assertThat(session.devices()).containsExactly("a", "spare", "c");
        }
    }

    /** The membership has not noticed yet: the end of the connection is enough. */
    @Test
    void aSpareTakesThePartOfANodeWhoseConnectionsEndWithoutAnyNews() throws Exception {
        try (FlowCluster cluster = new FlowCluster(directory)) {
            cluster.node("a", 0).node("b", 1).node("c", 2).node("spare", 1, 2);
            answersAll(cluster.session(), request -> {
                if (request == 20) {
                    cluster.host("b").close();
                } else if (request == 40) {
                    cluster.host("c").close();
                }
            });
        }
    }

    /** Its connections stay open and its membership, too, but it answers nothing. */
    @Test
    void aSpareTakesThePartOfANodeThatFreezes() throws Exception {
        try (FlowCluster cluster = new FlowCluster(directory)) {
            cluster.node("a", 0).node("b", 1).node("c", 2).node("spare", 1);
            try (Proxy proxy = new Proxy(cluster.host("b").address())) {
                cluster.move("b", proxy.address());
                FlowSession session = cluster.session();
                answersAll(session, request -> {
                    if (request == REQUESTS / 2) {
                        proxy.freeze();
                    }
                });
                assertThat(session.devices()).containsExactly("a", "spare", "c");
            }
        }
    }

    @Test
    void requestsWaitForTheOnlyNodeOfAPartToComeBack() throws Exception {
        try (FlowCluster cluster = new FlowCluster(directory)) {
            cluster.node("a", 0).node("b", 1).node("c", 2);
            try (Proxy proxy = new Proxy(cluster.host("b").address())) {
                cluster.move("b", proxy.address());
                FlowSession session = cluster.session();
                answersAll(session, request -> {
                    if (request == REQUESTS / 2) {
                        proxy.stop();
                        cluster.lose("b");
                        new Thread(() -> cluster.find("b")).start();
                    }
                });
                assertThat(session.devices()).containsExactly("a", "b", "c");
            }
        }
    }

    /** The caller reaches all nodes, but one node does not reach the next one. */
    @Test
    void aBrokenLinkBetweenTwoNodesIsReportedAndAvoided() throws Exception {
        try (FlowCluster cluster = new FlowCluster(directory)) {
            cluster.node("a", 0).node("b", 1).node("c", 2).node("spare", 1);
            FlowSession session = cluster.session();
            answersAll(session, request -> {
                if (request == REQUESTS / 2) {
                    // New connections to b fail; the session's own one goes on.
                    cluster.move("b", new DataAddress("127.0.0.1", 1));
                    cluster.host("a").breakLinks();
                }
            });
            assertThat(session.devices()).containsExactly("a", "spare", "c");
        }
    }

    @Test
    void aNodeThatComesBackIsUsedAgainWithoutLosingWhatIsUnderWay() throws Exception {
        try (FlowCluster cluster = new FlowCluster(directory)) {
            cluster.node("a", 0).node("b", 1).node("c", 2).node("spare", 1);
            FlowSession session = cluster.session();
            answersAll(session, request -> {
                if (request == 10) {
                    cluster.lose("b");
                    FlowCluster.await(() -> session.devices().equals(List.of("a", "spare", "c")));
                } else if (request == 20) {
                    cluster.find("b");
                }
            });
            FlowCluster.await(() -> session.devices().equals(List.of("a", "b", "c")));
        }
    }

    @Test
    void withoutAnotherNodeRequestsFailAfterThePatienceWithTheReason() throws Exception {
        try (FlowCluster cluster = new FlowCluster(directory)) {
            cluster.node("a", 0).node("b", 1).node("c", 2);
            FlowSession session = cluster.session(patient(Duration.ofMillis(300)));
            CountDownLatch stuck = new CountDownLatch(1);
            cluster.stage("b", 1).set((call, cancellation) -> {
                cancellation.onRequest(stuck::countDown);
                await(stuck);
            });
            CompletableFuture<RunOutputs> answer = session.submit(Deployed.inputs(MODEL, 1));
            FlowCluster.await(() -> cluster.stage("b", 1).calls() == 1);
            cluster.lose("b");
            assertThatThrownBy(answer::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(StageException.class)
                    .hasMessageContaining("no reachable node serves part 1 of model version 1")
                    .hasMessageContaining("b is no longer reachable")
                    .satisfies(failed -> assertThat(((StageException) failed.getCause()).kind())
                            .isEqualTo(StageException.Kind.LOST));
            cluster.stage("b", 1).set(Faults.NONE);
            cluster.find("b");
            session.submit(Deployed.inputs(MODEL, 1)).get().close();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static FlowOptions patient(Duration patience) {
        return new FlowOptions(
                Optional.empty(),
                1L << 28,
                Optional.empty(),
                Duration.ofSeconds(1),
                patience,
                10,
                SessionListener.NONE);
    }

    @Test
    void aSessionWithoutNodesIsRefusedAtItsOpening() throws Exception {
        try (FlowCluster cluster = new FlowCluster(directory)) {
            cluster.node("a", 0, 2);
            assertThatThrownBy(() -> cluster.session(patient(Duration.ofMillis(100))))
                    .isInstanceOf(StageException.class)
                    .hasMessageContaining("no reachable node serves part 1 of model version 1; waited 100 ms");
        }
    }

    /** Requests of a caller that dies are forgotten, and their stage is told. */
    @Test
    void aNodeForgetsACallerThatDies() throws Exception {
        try (FlowCluster cluster = new FlowCluster(directory)) {
            cluster.node("a", 0).node("b", 1).node("c", 2);
            CountDownLatch told = new CountDownLatch(1);
            cluster.stage("b", 1).set((call, cancellation) -> {
                cancellation.onRequest(told::countDown);
                await(told);
            });
            try (Proxy proxy = new Proxy(cluster.host("b").address())) {
                cluster.move("b", proxy.address());
                FlowSession session = cluster.session(patient(Duration.ofSeconds(1)));
                CompletableFuture<RunOutputs> answer = session.submit(Deployed.inputs(MODEL, 1));
                FlowCluster.await(() -> cluster.stage("b", 1).calls() == 1);
                proxy.stop();
                told.await();
                FlowCluster.await(() ->
                        cluster.host("b").requests() == 0 && cluster.host("b").heldBytes() == 0);
                assertThatThrownBy(answer::get).hasCauseInstanceOf(StageException.class);
            }
        }
    }

    /** A caller that is frozen is forgotten after the stated time. */
    @Test
    void aNodeForgetsACallerThatIsSilent() throws Exception {
        try (FlowCluster cluster = new FlowCluster(directory)) {
            cluster.node("a", 0)
                    .node(FlowCluster.options("b").withAbandoned(Duration.ofMillis(500)), 1)
                    .node("c", 2);
            CountDownLatch told = new CountDownLatch(1);
            cluster.stage("b", 1).set((call, cancellation) -> {
                cancellation.onRequest(told::countDown);
                await(told);
            });
            try (Proxy proxy = new Proxy(cluster.host("b").address())) {
                cluster.move("b", proxy.address());
                FlowSession session = cluster.session(patient(Duration.ofSeconds(2)));
                CompletableFuture<RunOutputs> answer = session.submit(Deployed.inputs(MODEL, 1));
                FlowCluster.await(() -> cluster.stage("b", 1).calls() == 1);
                proxy.freeze();
                told.await();
                FlowCluster.await(() -> cluster.host("b").requests() == 0);
                assertThatThrownBy(answer::get).hasCauseInstanceOf(StageException.class);
            }
        }
    }
}
