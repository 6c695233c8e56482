package io.pepper.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.pepper.export.PartitionManifest;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.TensorProto.DataType;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.onnx.testmodels.Topologies;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Stages that throw, hang, and run out of memory, in both kinds of sessions. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class FailurePolicyTest {
    private static final Faults.Fault THROW = (call, cancellation) -> {
        throw new IOException("injected");
    };

    @TempDir
    Path directory;

    private final TestModel test = Topologies.get("residual");
    private Path parts;

    /** What runs the parts. */
    enum Kind {
        SESSION,
        PIPELINE;

        ModelSession of(Path directory, List<Faults> stages, SessionOptions options) throws IOException {
            PartitionManifest manifest = PartitionManifest.read(directory);
            return this == SESSION
                    ? PartitionedSession.of(manifest, new ArrayList<>(stages), options)
                    : PipelineSession.of(
                            manifest, new ArrayList<>(stages), PipelineOptions.DEFAULTS.withRuntime(options));
        }
    }

    @BeforeEach
    void divide() throws IOException {
        parts = directory.resolve("parts");
        Deployed.parts(test, 3, parts);
    }

    @ParameterizedTest
    @EnumSource
    void aStageThatThrowsFailsItsRequestAlone(Kind kind) throws Exception {
        List<Faults> stages = Faults.open(parts, Deployed.EXACT);
        stages.get(1).set(THROW);
        AtomicInteger heard = new AtomicInteger();
        SessionListener listener = new SessionListener() {
            @Override
            public void failed(Exception failure, boolean fallback) {
                heard.addAndGet(fallback ? 100 : 1);
                throw new IllegalStateException("a listener that throws harms nothing");
            }
        };
        try (ModelSession session = kind.of(parts, stages, Deployed.EXACT.withListener(listener))) {
            Map<String, OnnxTensor> inputs = Deployed.inputs(test, 1);
            assertFails(session, inputs, StageException.Kind.FAILED, "injected");
            stages.get(1).set(Faults.NONE);
            session.run(inputs).close();
            assertThat(session.metrics().get(1).failures()).isEqualTo(1);
            assertThat(heard).hasValue(1);
            Deployed.close(inputs);
        }
    }

    private static void assertFails(
            ModelSession session, Map<String, OnnxTensor> inputs, StageException.Kind kind, String words) {
        assertThatThrownBy(() -> session.run(inputs)).isInstanceOfSatisfying(StageException.class, why -> {
            assertThat(why.kind()).isEqualTo(kind);
            assertThat(why).hasMessageContaining(words).hasMessageContaining(why.stage());
        });
    }

    @ParameterizedTest
    @EnumSource
    void aStageIsTriedAgainWithTheSameInputs(Kind kind) throws Exception {
        List<Faults> stages = Faults.open(parts, Deployed.EXACT);
        stages.get(2).set((call, cancellation) -> {
            if (call < 2) {
                throw new OutOfMemoryError("injected");
            }
        });
        SessionOptions options = Deployed.EXACT.withFailures(FailurePolicy.FAIL.withRetries(2));
        try (OrtSession whole = Deployed.whole(test);
                ModelSession session = kind.of(parts, stages, options)) {
            Map<String, OnnxTensor> inputs = Deployed.inputs(test, 1);
            assertThat(Deployed.answers(session.run(inputs))).isEqualTo(Deployed.answers(whole, inputs));
            assertThat(stages.get(2).calls()).isEqualTo(3);
            Deployed.close(inputs);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRequestThatFailsIsAnsweredByTheFallback(Kind kind) throws Exception {
        List<Faults> stages = Faults.open(parts, Deployed.EXACT);
        stages.get(0).set((call, cancellation) -> {
            if (call % 2 == 0) {
                THROW.strike(call, cancellation);
            }
        });
        try (OrtSession whole = Deployed.whole(test);
                PartitionedSession fallback = PartitionedSession.open(parts, Deployed.EXACT);
                ModelSession session = kind.of(
                        parts, stages, Deployed.EXACT.withFailures(FailurePolicy.FAIL.withFallback(fallback)))) {
            for (int run = 0; run < 10; run++) {
                Map<String, OnnxTensor> inputs = Deployed.inputs(test, run);
                Map<String, Object> expected = Deployed.answers(whole, inputs);
                assertThat(Deployed.answers(session.run(inputs))).isEqualTo(expected);
                assertThat(Deployed.answers(session.submit(inputs).get())).isEqualTo(expected);
                assertThat(inputs.values()).allMatch(OnnxTensor::isClosed);
            }
            assertThat(fallback.metrics().get(0).calls()).isEqualTo(10);
            stages.get(0).set(THROW);
            end(fallback);
            Map<String, OnnxTensor> inputs = Deployed.inputs(test, 1);
            assertThatThrownBy(() -> session.run(inputs))
                    .as("what the fall-back says, with what went before")
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed")
                    .satisfies(thrown ->
                            assertThat(thrown.getSuppressed()).anyMatch(before -> before instanceof StageException));
            Deployed.close(inputs);
        }
    }

    private static void end(ModelSession session) throws IOException {
        session.close();
    }

    @ParameterizedTest
    @EnumSource
    void aHangingStageThatObeysCancellationTimesOut(Kind kind) throws Exception {
        List<Faults> stages = Faults.open(parts, Deployed.EXACT);
        stages.get(1).set((call, cancellation) -> {
            while (call == 0 && !cancellation.isRequested()) {
                Thread.onSpinWait();
            }
        });
        SessionOptions options = Deployed.EXACT.withFailures(FailurePolicy.FAIL.withTimeout(Duration.ofMillis(500)));
        try (ModelSession session = kind.of(parts, stages, options)) {
            Map<String, OnnxTensor> inputs = Deployed.inputs(test, 1);
            assertFails(session, inputs, StageException.Kind.TIMED_OUT, "longer than 500 ms");
            session.run(inputs).close();
            Deployed.close(inputs);
        }
    }

    /** Its inputs are closed only when it has really ended; so many that hang are too many. */
    @ParameterizedTest
    @EnumSource
    void aStageThatIgnoresCancellationIsAbandoned(Kind kind) throws Exception {
        List<Faults> stages = Faults.open(parts, Deployed.EXACT);
        CountDownLatch go = new CountDownLatch(1);
        stages.get(0).set((call, cancellation) -> {
            try {
                go.await();
            } catch (InterruptedException never) {
                throw new IOException(never);
            }
        });
        SessionOptions options = Deployed.EXACT.withFailures(
                FailurePolicy.FAIL.withTimeout(Duration.ofMillis(20)).withGrace(Duration.ofMillis(20)));
        List<Map<String, OnnxTensor>> hanging = new ArrayList<>();
        try (ModelSession session = kind.of(parts, stages, options)) {
            for (int i = 0; i < StageRunner.MAX_STUCK; i++) {
                hanging.add(Deployed.inputs(test, i));
                assertFails(session, hanging.get(i), StageException.Kind.ABANDONED, "left alone");
            }
            assertFails(session, hanging.get(0), StageException.Kind.STUCK, "4 earlier calls hang");
            go.countDown();
            Map<String, OnnxTensor> inputs = Deployed.inputs(test, 9);
            while (!worked(session, inputs)) {
                Thread.onSpinWait();
            }
            Deployed.close(inputs);
        }
        hanging.forEach(Deployed::close);
    }

    private static boolean worked(ModelSession session, Map<String, OnnxTensor> inputs) throws IOException {
        try {
            session.run(inputs).close();
            return true;
        } catch (StageException still) {
            assertThat(still.kind())
                    .isIn(StageException.Kind.STUCK, StageException.Kind.TIMED_OUT, StageException.Kind.ABANDONED);
            return false;
        }
    }

    /** A tensor of 2 TB: the real thing says that it has no memory, and the next request is answered. */
    @ParameterizedTest
    @EnumSource
    void aStageThatRunsOutOfMemorySaysSo(Kind kind) throws Exception {
        ModelProto model = ModelBuilder.model("hungry")
                .input("shape", DataType.INT64, 2)
                .let("zeros", "ConstantOfShape", "shape")
                .let("sum", "ReduceSum", "zeros")
                .let("y", "Neg", "sum")
                .output("y", DataType.FLOAT)
                .build();
        Path hungry = directory.resolve("hungry");
        try (OnnxModel opened = OnnxModel.load(model.toByteArray(), "hungry")) {
            Deployed.export(opened, Partitioner.atTensors("sum").partition(opened.cuts()), hungry);
        }
        List<Faults> stages = Faults.open(hungry, Deployed.EXACT);
        try (ModelSession session = kind.of(hungry, stages, Deployed.EXACT);
                OnnxTensor huge = shape(1L << 20, 1L << 19);
                OnnxTensor small = shape(3, 4)) {
            assertFails(session, Map.of("shape", huge), StageException.Kind.OUT_OF_MEMORY, "part");
            session.run(Map.of("shape", small)).close();
        }
    }

    private static OnnxTensor shape(long... sizes) throws OrtException {
        return OnnxTensor.createTensor(
                OrtEnvironment.getEnvironment(), LongBuffer.wrap(sizes), new long[] {sizes.length});
    }

    /** A run of ONNX Runtime itself ends when it is told to: here by a time-out of a nanosecond. */
    @Test
    void aRunOfOnnxRuntimeObeysCancellation() throws Exception {
        TestModel chain = Topologies.chain(2_000);
        Path whole = directory.resolve("chain");
        Deployed.parts(chain, 1, whole);
        SessionOptions options = Deployed.EXACT.withFailures(FailurePolicy.FAIL.withTimeout(Duration.ofNanos(1)));
        try (PartitionedSession session = PartitionedSession.open(whole, options)) {
            Map<String, OnnxTensor> inputs = Deployed.inputs(chain, 1);
            Throwable stopped = null;
            for (int i = 0; i < 1_000 && stopped == null; i++) { // It may end before this thread looks.
                stopped = catchThrowable(() -> session.run(inputs).close());
            }
            assertThat(stopped)
                    .isInstanceOfSatisfying(StageException.class, why -> assertThat(why.kind())
                            .isEqualTo(StageException.Kind.TIMED_OUT))
                    .hasMessageContaining("longer than");
            Deployed.close(inputs);
        }
    }

    @Test
    void refusesPoliciesThatMakeNoSense() {
        List<Function<FailurePolicy, FailurePolicy>> wrong = Arrays.asList(
                policy -> policy.withRetries(-1),
                policy -> policy.withTimeout(Duration.ZERO),
                policy -> policy.withGrace(Duration.ofSeconds(-1)));
        assertThat(wrong).allSatisfy(change -> assertThatThrownBy(() -> change.apply(FailurePolicy.FAIL))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("out of range"));
    }
}
