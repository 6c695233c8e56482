package io.pepper.examples.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensorLike;
import io.javalin.http.HttpResponseException;
import io.pepper.distributed.Deployment;
import io.pepper.model.TensorInfo;
import io.pepper.session.ModelSession;
import io.pepper.session.RunOutputs;
import io.pepper.session.StageException;
import io.pepper.session.StageMetrics;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A service runs the version that serves, as many requests as it may, and says what a cluster cannot do. */
class DeploymentSessionsTest {
    private final FakeCluster cluster = new FakeCluster();
    private Instant now = Instant.EPOCH;

    private DeploymentSessions<ModelSession> sessions(int requests) {
        return new DeploymentSessions<>(
                cluster, new RunLimits(1000, requests, Duration.ofSeconds(1), Duration.ofSeconds(1)), () -> now);
    }

    private static Deployment deployment(String version, List<List<String>> nodes) {
        return new Deployment("ocr", version, "model", nodes);
    }

    /** Deployments that a test writes, and sessions that do nothing. */
    private static final class FakeCluster implements DeploymentSessions.Source<ModelSession> {
        private final List<FakeSession> opened = new ArrayList<>();
        private List<Deployment> deployments = List.of(deployment("v1", List.of(List.of("a"), List.of("b"))));
        private int asked;

        @Override
        public List<Deployment> deployments() {
            asked++;
            return deployments;
        }

        @Override
        public ModelSession open(String name) {
            FakeSession session = new FakeSession();
            opened.add(session);
            return session;
        }
    }

    private static final class FakeSession implements ModelSession {
        private boolean closed;

        @Override
        public List<TensorInfo> inputs() {
            return List.of();
        }

        @Override
        public List<TensorInfo> outputs() {
            return List.of();
        }

        @Override
        public RunOutputs run(Map<String, ? extends OnnxTensorLike> inputs) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<RunOutputs> submit(Map<String, ? extends OnnxTensorLike> inputs) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<StageMetrics> metrics() {
            return List.of();
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private static int status(Throwable failed) {
        return ((HttpResponseException) failed).getStatus();
    }

    @Test
    void requestsShareASessionUntilAnotherVersionServes() throws IOException {
        try (DeploymentSessions<ModelSession> sessions = sessions(4)) {
            sessions.run("ocr", session -> assertThat(session).isSameAs(cluster.opened.get(0)));
            sessions.run("ocr", session -> assertThat(session).isSameAs(cluster.opened.get(0)));
            assertThat(cluster.asked).as("within a second").isEqualTo(1);
            cluster.deployments = List.of(deployment("v2", List.of(List.of("a"), List.of("b"))));
            now = now.plusSeconds(2);
            sessions.run("ocr", session -> assertThat(session).isSameAs(cluster.opened.get(1)));
            assertThat(cluster.opened.get(0).closed).isTrue();
            assertThat(cluster.opened.get(1).closed).isFalse();
        }
        assertThat(cluster.opened.get(1).closed).isTrue();
    }

    @Test
    void aRequestEndsOnTheVersionOnWhichItBegan() throws IOException {
        DeploymentSessions<ModelSession> sessions = sessions(4);
        sessions.run("ocr", first -> {
            cluster.deployments = List.of(deployment("v2", List.of(List.of("a"), List.of("b"))));
            now = now.plusSeconds(2);
            sessions.run("ocr", second -> assertThat(second).isNotSameAs(first));
            assertThat(cluster.opened.get(0).closed).isFalse();
        });
        assertThat(cluster.opened.get(0).closed).isTrue();
    }

    @Test
    void whatIsUndeployedIsNotFoundAndItsSessionIsClosed() throws IOException {
        DeploymentSessions<ModelSession> sessions = sessions(4);
        assertThatThrownBy(() -> sessions.run("other", session -> {}))
                .satisfies(failed -> assertThat(status(failed)).isEqualTo(404))
                .hasMessageContaining("no reachable node has a deployment 'other'");
        sessions.run("ocr", session -> {});
        cluster.deployments = List.of();
        now = now.plusSeconds(2);
        assertThatThrownBy(() -> sessions.run("ocr", session -> {}))
                .satisfies(failed -> assertThat(status(failed)).isEqualTo(404));
        assertThat(cluster.opened.get(0).closed).isTrue();
    }

    @Test
    void aLostNodeIsNamedByItsPart() {
        cluster.deployments = List.of(deployment("v1", List.of(List.of("a"), List.of())));
        assertThatThrownBy(() -> sessions(4).run("ocr", session -> {}))
                .satisfies(failed -> assertThat(status(failed)).isEqualTo(503))
                .hasMessage("no reachable node serves part 1 of 'ocr', of 2");
    }

    @Test
    void requestsBeyondTheLimitAreRefusedAndThePlaceIsFreeAgainAfterAFailure() throws IOException {
        DeploymentSessions<ModelSession> sessions = sessions(1);
        sessions.run("ocr", first -> assertThatThrownBy(() -> sessions.run("ocr", second -> {}))
                .satisfies(failed -> assertThat(status(failed)).isEqualTo(503))
                .hasMessageContaining("at most 1 run at the same time"));
        assertThatThrownBy(() -> sessions.run("ocr", session -> {
                    throw new IOException("broken");
                }))
                .hasMessage("broken");
        sessions.run("ocr", session -> {});
    }

    @ParameterizedTest
    @CsvSource({
        "LOST, 503",
        "STUCK, 503",
        "OUT_OF_MEMORY, 503",
        "CLOSED, 503",
        "CANCELLED, 503",
        "STATE_LOST, 503",
        "TIMED_OUT, 504",
        "ABANDONED, 504",
        "FAILED, 422"
    })
    void theFailureOfAStageHasItsStatus(StageException.Kind kind, int expected) {
        assertThatThrownBy(() -> sessions(4).run("ocr", session -> {
                    throw new StageException(kind, "b", "its reason", null);
                }))
                .satisfies(failed -> assertThat(status(failed)).isEqualTo(expected))
                .hasMessage("b: its reason");
    }
}
