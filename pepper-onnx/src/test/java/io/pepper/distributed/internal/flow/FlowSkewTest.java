package io.pepper.distributed.internal.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import io.pepper.distributed.internal.proto.FlowHeader;
import io.pepper.export.PartitionManifest;
import io.pepper.export.WeightStorage;
import io.pepper.model.Dimension;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.RecognizedInputs;
import io.pepper.session.HopMetrics;
import io.pepper.session.RunOutputs;
import io.pepper.session.SessionListener;
import io.pepper.session.StageException;
import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes whose clock or release is another one. */
@Timeout(120)
class FlowSkewTest {
    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    private static PartitionManifest manifest() {
        TensorInfo x = new TensorInfo("x", Optional.of("float"), Optional.of(List.of(Dimension.of("n"))));
        TensorInfo y = new TensorInfo("y", x.type(), x.shape());
        return new PartitionManifest(
                "test",
                "one",
                Optional.empty(),
                WeightStorage.INLINE,
                List.of(x),
                List.of(y),
                List.of(new PartitionManifest.Part(
                        "one.onnx", Optional.empty(), 0, 1, 0, 0, 0, List.of(x), List.of(y), List.of())),
                List.of(),
                0,
                List.of(),
                Map.of(),
                RecognizedInputs.NONE);
    }

    private record Only(DataAddress node) implements Members {
        @Override
        public Optional<DataAddress> address(String device) {
            return Optional.of(node);
        }

        @Override
        public List<String> holders(String deployment, String version, int part) {
            return List.of("skewed");
        }

        @Override
        public Registration listen(Listener listener) {
            return () -> {};
        }
    }

    private static FlowSession session(SkewedNode node, Duration patience) throws Exception {
        return FlowSession.open(
                new FlowTarget("d", "1", manifest(), new Only(node.address()), Optional.empty()),
                new FlowOptions(
                        Optional.empty(),
                        1 << 20,
                        Optional.of(TIMEOUT),
                        Duration.ofSeconds(20),
                        patience,
                        10,
                        SessionListener.NONE));
    }

    /** Deadlines travel as the time that is left, so that no node compares its clock with another one's. */
    @ParameterizedTest
    @ValueSource(longs = {0, 3_600_000_000_000L, -3_600_000_000_000L, 1L << 61, -(1L << 61)})
    void aClockThatIsWrongChangesNeitherAnswersNorDeadlines(long skewNanos) throws Exception {
        try (SkewedNode node = new SkewedNode(FrameConnection.VERSION, skewNanos, "y");
                FlowSession session = session(node, TIMEOUT);
                OnnxTensor x = OnnxTensor.createTensor(
                        OrtEnvironment.getEnvironment(), FloatBuffer.wrap(new float[] {1, 2, 3}), new long[] {3})) {
            for (int i = 0; i < 5; i++) {
                try (RunOutputs outputs = session.run(Map.of("x", x))) {
                    assertThat(outputs.tensor("y").getFloatBuffer().array()).containsExactly(1, 2, 3);
                }
            }
            assertThat(node.requests()).hasSize(5).allSatisfy(header -> assertThat(header.getRemainingMillis())
                    .isBetween(1L, TIMEOUT.toMillis()));
            assertThat(session.metrics().get(0).busySeconds()).isBetween(4e-6, 6e-6);
            assertThat(session.hops()).allSatisfy(hop -> {
                assertThat(hop.wireSeconds()).isBetween(0.0, (double) TIMEOUT.toSeconds());
                assertThat(hop.queueSeconds()).isBetween(0.0, (double) TIMEOUT.toSeconds());
            });
        }
    }

    @Test
    void theTimeOfAnswersOnTheWireIsThatOfAnswersOnly() throws Exception {
        try (SkewedNode node = new SkewedNode(FrameConnection.VERSION, 0, "y");
                FlowSession session = session(node, TIMEOUT);
                OnnxTensor x = OnnxTensor.createTensor(
                        OrtEnvironment.getEnvironment(), FloatBuffer.wrap(new float[] {1, 2, 3}), new long[] {3})) {
            node.delayAnswers(100);
            for (int i = 0; i < 3; i++) {
                session.run(Map.of("x", x)).close();
            }
            HopMetrics toTheCaller = session.hops().get(1);
            assertThat(toTheCaller.stage()).isEmpty();
            assertThat(toTheCaller.p50WireSeconds()).isGreaterThan(0.05);
        }
    }

    @Test
    void aNodeOfAnotherReleaseIsNamedWithBothVersions() throws Exception {
        try (SkewedNode node = new SkewedNode(FrameConnection.VERSION + 1, 0, "y")) {
            assertThatThrownBy(() -> session(node, Duration.ofMillis(500)))
                    .isInstanceOf(StageException.class)
                    .hasMessageContaining("sends frames of version " + (FrameConnection.VERSION + 1)
                            + ", this side reads version " + FrameConnection.VERSION)
                    .hasMessageContaining("run the same version of PEPPER on both");
            assertThat(node.requests()).extracting(FlowHeader::getRequest).isEmpty();
        }
    }
}
