package io.pepper.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.pepper.export.PartitionManifest;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.internal.proto.TensorProto.DataType;
import io.pepper.onnx.testmodels.ModelBuilder;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.partition.Partition;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Stages that throw or give what they must not, and tensors that are closed too early. With real tensors: ONNX Runtime brings the
 * process down when it is given a closed one.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class HostileStageTest {
    /** What runs the parts. */
    enum Kind {
        SESSION,
        SESSION_WITH_TIMEOUT,
        PIPELINE,
        PIPELINE_WITH_TIMEOUT;

        ModelSession of(Path directory, List<Stage> stages) throws IOException {
            PartitionManifest manifest = PartitionManifest.read(directory);
            boolean timed = this == SESSION_WITH_TIMEOUT || this == PIPELINE_WITH_TIMEOUT;
            SessionOptions options = timed
                    ? Deployed.EXACT.withFailures(FailurePolicy.FAIL.withTimeout(Duration.ofMinutes(4)))
                    : Deployed.EXACT;
            return this == SESSION || this == SESSION_WITH_TIMEOUT
                    ? PartitionedSession.of(manifest, stages, options)
                    : PipelineSession.of(manifest, stages, PipelineOptions.DEFAULTS.withRuntime(options));
        }
    }

    /** What a stage does instead of the real one. */
    @FunctionalInterface
    interface Deed {
        Map<String, OnnxValue> run(Stage real, Map<String, OnnxTensorLike> inputs) throws Throwable;
    }

    private static final Deed RIGHT = (real, inputs) -> real.run(inputs, new Cancellation());

    /** A stage that does as it is told, once, and then what is right. */
    private static final class Hostile implements Stage {
        private final Stage real;
        private Deed deed = RIGHT;

        Hostile(Stage real) {
            this.real = real;
        }

        @Override
        public String name() {
            return real.name();
        }

        @Override
        public List<String> inputs() {
            return real.inputs();
        }

        @Override
        public List<String> outputs() {
            return real.outputs();
        }

        @Override
        public synchronized Map<String, OnnxValue> run(Map<String, OnnxTensorLike> inputs, Cancellation cancellation)
                throws IOException {
            Deed now = deed;
            deed = RIGHT;
            try {
                return now.run(real, inputs);
            } catch (Throwable thrown) {
                throw HostileStageTest.<IOException>undeclared(thrown);
            }
        }

        @Override
        public void close() throws IOException {
            real.close();
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <T extends Throwable> T undeclared(Throwable thrown) throws T {
        throw (T) thrown;
    }

    @TempDir
    Path directory;

    private final List<Hostile> hostile = new ArrayList<>();
    private final TestModel test = ModelBuilder.model("steps")
            .input("x", DataType.FLOAT, 2, 3)
            .let("a", "Relu", "x")
            .let("b", "Relu", "a")
            .let("c", "Add", "b", "x")
            .let("y", "Exp", "c")
            .output("y", DataType.FLOAT, 2, 3)
            .expecting("y");
    private Path parts;

    @BeforeEach
    void divide() throws IOException {
        parts = export(test, 4);
    }

    /** Each operator in a part of its own. */
    private Path export(TestModel model, int operators) throws IOException {
        Path target = directory.resolve(model.name());
        try (OnnxModel opened = OnnxModel.load(model.bytes(), model.name())) {
            Deployed.export(opened, Partition.of(opened.graph(), operator -> operator, operators), target);
        }
        return target;
    }

    private ModelSession open(Kind kind, Path from) throws IOException {
        hostile.clear();
        for (Stage stage : StageOpener.open(from, PartitionManifest.read(from), Deployed.EXACT)) {
            hostile.add(new Hostile(stage));
        }
        return kind.of(from, new ArrayList<>(hostile));
    }

    private static OnnxTensor tensor(float... values) throws OrtException {
        return OnnxTensor.createTensor(
                OrtEnvironment.getEnvironment(), FloatBuffer.wrap(values), new long[] {2, values.length / 2});
    }

    private static OnnxTensor x() throws OrtException {
        return tensor(-1, 2, -3, 4, -5, 6);
    }

    private Map<String, Object> expected(OnnxTensor x) throws Exception {
        try (OrtSession whole = Deployed.whole(test)) {
            return Deployed.answers(whole, Map.of("x", x));
        }
    }

    /** The next request is answered, and what it reads stays open. */
    private void assertGoesOn(ModelSession session) throws Exception {
        try (OnnxTensor x = x()) {
            assertThat(Deployed.answers(session.run(Map.of("x", x)))).isEqualTo(expected(x));
            assertThat(x.isClosed()).isFalse();
        }
    }

    static Stream<Arguments> wrongDeeds() {
        Map<String, Deed> deeds = new LinkedHashMap<>();
        deeds.put("it gives null instead of its outputs", (real, inputs) -> null);
        deeds.put("it does not give its output b, only []", (real, inputs) -> new HashMap<>());
        deeds.put("its output b is null", (real, inputs) -> {
            Map<String, OnnxValue> made = new HashMap<>();
            made.put("b", null);
            return made;
        });
        deeds.put("its output b is closed", (real, inputs) -> {
            Map<String, OnnxValue> made = RIGHT.run(real, inputs);
            made.values().forEach(OnnxValue::close);
            return made;
        });
        deeds.put(
                "it does not give its output b, only [B]",
                (real, inputs) -> Map.of("B", RIGHT.run(real, inputs).get("b")));
        deeds.put("it does not give its output b, only [a]", (real, inputs) -> Map.of("a", inputs.get("a")));
        deeds.put("it returns more, which is not one of its outputs [b]", (real, inputs) -> {
            Map<String, OnnxValue> made = new LinkedHashMap<>(RIGHT.run(real, inputs));
            made.put("more", inputs.get("a"));
            return made;
        });
        deeds.put("injected assertion", (real, inputs) -> {
            throw new AssertionError("injected assertion");
        });
        deeds.put("StackOverflowError", (real, inputs) -> {
            throw new StackOverflowError();
        });
        deeds.put("NoClassDefFoundError: Gone", (real, inputs) -> {
            throw new NoClassDefFoundError("Gone");
        });
        deeds.put("InternalError: injected", (real, inputs) -> {
            throw new InternalError("injected");
        });
        deeds.put("undeclared", (real, inputs) -> {
            throw new ExecutionException("undeclared", null);
        });
        return deeds.entrySet().stream().flatMap(deed -> Stream.of(Kind.values())
                .map(kind -> Arguments.of(kind, deed.getKey(), deed.getValue())));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("wrongDeeds")
    void whateverAStageDoesFailsItsRequestAlone(Kind kind, String words, Deed deed) throws Exception {
        try (ModelSession session = open(kind, parts);
                OnnxTensor x = x()) {
            hostile.get(1).deed = deed;
            assertThatThrownBy(() -> session.run(Map.of("x", x)))
                    .isInstanceOfSatisfying(
                            StageException.class, why -> assertThat(why.kind()).isEqualTo(StageException.Kind.FAILED))
                    .hasMessageContaining(words)
                    .hasMessageContaining(hostile.get(1).name());
            assertThat(x.isClosed()).isFalse();
            assertGoesOn(session);
            hostile.get(1).deed = deed;
            OnnxTensor given = x();
            Future<RunOutputs> answer = session.submit(Map.of("x", given));
            assertThat(catchThrowable(answer::get)).hasCauseInstanceOf(StageException.class);
            assertThat(given.isClosed()).isTrue();
            assertGoesOn(session);
        }
    }

    /** The first part gives the request's own input, the second what it read, and the last, too: nothing is closed too early. */
    @ParameterizedTest
    @EnumSource
    void aStageMayGiveWhatItRead(Kind kind) throws Exception {
        try (ModelSession session = open(kind, parts)) {
            OnnxTensor x = tensor(1, 2, 3, 4, 5, 6); // Relu changes nothing.
            Map<String, Object> expected = expected(x);
            hostile.get(0).deed = (real, inputs) -> Map.of("a", inputs.get("x"));
            hostile.get(1).deed = (real, inputs) -> Map.of("b", inputs.get("a"));
            assertThat(Deployed.answers(session.run(Map.of("x", x)))).isEqualTo(expected);
            assertThat(x.isClosed()).isFalse();
            for (Hostile stage : hostile) {
                stage.deed = (real, inputs) ->
                        Map.of(real.outputs().get(0), inputs.values().iterator().next());
            }
            try (RunOutputs outputs = session.run(Map.of("x", x))) {
                assertThat(outputs.tensor("y")).isSameAs(x);
            }
            assertThat(x.isClosed()).as("the caller's own").isFalse();
            for (Hostile stage : hostile) {
                stage.deed = (real, inputs) ->
                        Map.of(real.outputs().get(0), inputs.values().iterator().next());
            }
            try (RunOutputs outputs = session.submit(Map.of("x", x)).get()) {
                assertThat(outputs.tensor("y")).isSameAs(x);
                assertThat(x.isClosed()).isFalse();
            }
            assertThat(x.isClosed()).as("given away").isTrue();
            assertGoesOn(session);
        }
    }

    @ParameterizedTest
    @EnumSource
    void closedInputsAreRefusedBeforeNativeCodeSeesThem(Kind kind) throws Exception {
        try (ModelSession session = open(kind, parts)) {
            OnnxTensor x = x();
            x.close();
            for (Deed way : List.<Deed>of(
                    (real, inputs) -> session.run(inputs).values(),
                    (real, inputs) -> session.submit(inputs).get().values())) {
                assertThatThrownBy(() -> way.run(hostile.get(0), Map.of("x", x)))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("input x is closed");
            }
            assertGoesOn(session);
        }
        try (Stage stage = Stage.open(parts, PartitionManifest.read(parts), 0, Deployed.EXACT)) {
            OnnxTensor x = x();
            x.close();
            assertThatThrownBy(() -> stage.run(Map.of("x", x), new Cancellation()))
                    .isInstanceOf(StageException.class)
                    .hasMessageContaining("input x is closed");
            assertThatThrownBy(() -> TensorMessages.write("x", x))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("tensor 'x' is closed");
        }
    }

    /** A later part reads x, too. */
    @ParameterizedTest
    @EnumSource
    void anInputThatIsClosedOnTheWayFailsItsRequest(Kind kind) throws Exception {
        try (ModelSession session = open(kind, parts)) {
            OnnxTensor x = x();
            hostile.get(1).deed = (real, inputs) -> {
                x.close();
                return RIGHT.run(real, inputs);
            };
            assertThatThrownBy(() -> session.run(Map.of("x", x)))
                    .isInstanceOf(StageException.class)
                    .hasMessageContaining("input x was closed outside of the session");
            hostile.get(1).deed = (real, inputs) -> {
                inputs.values().forEach(OnnxValue::close);
                return RIGHT.run(real, inputs);
            };
            try (OnnxTensor other = x()) {
                assertThatThrownBy(() -> session.run(Map.of("x", other)))
                        .isInstanceOf(StageException.class)
                        .hasMessageContaining("input a is closed");
                assertThat(other.isClosed()).isFalse();
            }
            assertGoesOn(session);
        }
    }

    /** The last part closes what it gives right after it gave it. */
    @Test
    void anOutputThatIsClosedBeforeTheAnswerFailsItsRequest() throws Exception {
        try (ModelSession session = open(Kind.PIPELINE, export(fork(), 3))) {
            CountDownLatch made = new CountDownLatch(1);
            List<OnnxValue> kept = new ArrayList<>();
            hostile.get(1).deed = (real, inputs) -> {
                Map<String, OnnxValue> answer = RIGHT.run(real, inputs);
                kept.addAll(answer.values());
                made.countDown();
                return answer;
            };
            hostile.get(2).deed = (real, inputs) -> {
                made.await();
                while (session.metrics().get(1).calls() == 0) {
                    Thread.onSpinWait();
                }
                kept.forEach(OnnxValue::close);
                return RIGHT.run(real, inputs);
            };
            try (OnnxTensor x = x()) {
                assertThatThrownBy(() -> session.run(Map.of("x", x))).isInstanceOf(StageException.class);
                session.run(Map.of("x", x)).close();
            }
        }
    }

    private static TestModel fork() {
        return ModelBuilder.model("fork")
                .input("x", DataType.FLOAT, 2, 3)
                .let("a", "Relu", "x")
                .let("y", "Exp", "a")
                .let("z", "Neg", "a")
                .output("y", DataType.FLOAT, 2, 3)
                .output("z", DataType.FLOAT, 2, 3)
                .expecting("a");
    }

    /** Both outputs of the model are one tensor: it is closed once, after both. */
    @ParameterizedTest
    @EnumSource
    void oneTensorMayStandForSeveral(Kind kind) throws Exception {
        try (ModelSession session = open(kind, export(fork(), 3));
                OnnxTensor x = x()) {
            hostile.get(1).deed = (real, inputs) -> Map.of("y", inputs.get("a"));
            hostile.get(2).deed = (real, inputs) -> Map.of("z", inputs.get("a"));
            RunOutputs outputs = session.run(Map.of("x", x));
            assertThat(outputs.tensor("y")).isSameAs(outputs.tensor("z"));
            OnnxTensor only = outputs.tensor("y");
            assertThat(only.isClosed()).isFalse();
            outputs.close();
            assertThat(only.isClosed()).isTrue();
            outputs.close();
        }
        TestModel sum = ModelBuilder.model("sum")
                .input("x", DataType.FLOAT, 2, 3)
                .input("z", DataType.FLOAT, 2, 3)
                .let("s", "Add", "x", "z")
                .let("y", "Mul", "s", "z")
                .output("y", DataType.FLOAT, 2, 3)
                .expecting("y");
        try (ModelSession session = open(kind, export(sum, 2))) {
            OnnxTensor both = tensor(1, 2, 3, 4, 5, 6);
            try (RunOutputs outputs =
                    session.submit(Map.of("x", both, "z", both)).get()) {
                assertThat(outputs.tensor("y").getFloatBuffer().get(5)).isEqualTo(72);
            }
            assertThat(both.isClosed()).isTrue();
        }
    }

    /** Another try gets inputs that the stage has closed: it is refused, not run. */
    @Test
    void aStageThatClosesItsInputsIsNotTriedOnThem() throws Exception {
        PartitionManifest manifest = PartitionManifest.read(parts);
        List<Stage> stages = new ArrayList<>(StageOpener.open(parts, manifest, Deployed.EXACT));
        Hostile wrong = new Hostile(stages.get(1));
        wrong.deed = (real, inputs) -> {
            inputs.values().forEach(OnnxValue::close);
            throw new IOException("injected");
        };
        stages.set(1, wrong);
        SessionOptions options = Deployed.EXACT.withFailures(FailurePolicy.FAIL.withRetries(3));
        try (ModelSession session = PartitionedSession.of(manifest, stages, options)) {
            try (OnnxTensor x = x()) {
                assertThatThrownBy(() -> session.run(Map.of("x", x)))
                        .isInstanceOf(StageException.class)
                        .hasMessageContaining("input a is closed, by the stage or by other code");
            }
            assertGoesOn(session);
        }
    }

    @Test
    void aSampledRequestWithAClosedInputIsRefused() throws Exception {
        Path model = Files.write(directory.resolve("model.onnx"), test.bytes());
        try (VerifiedSession session = VerifiedSession.of(
                PartitionedSession.open(parts, Deployed.EXACT), model, SamplingOptions.DEFAULTS.withShare(1))) {
            OnnxTensor x = x();
            x.close();
            assertThatThrownBy(() -> session.run(Map.of("x", x)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("input x is closed");
            assertThat(session.report().unchecked()).isEqualTo(1);
            assertGoesOn(session);
        }
    }

    /** Stages that throw an Error when they are closed do not keep the others open. */
    @Test
    void allStagesAreClosedThoughOneThrowsAnError() throws Exception {
        List<String> closed = new ArrayList<>();
        PartitionManifest manifest = PartitionManifest.read(parts);
        List<Stage> stages = new ArrayList<>();
        for (Stage real : StageOpener.open(parts, manifest, Deployed.EXACT)) {
            stages.add(new Closing(real, closed));
        }
        ModelSession session = PartitionedSession.of(manifest, stages, Deployed.EXACT);
        assertThatThrownBy(session::close)
                .isInstanceOf(IOException.class)
                .satisfies(thrown -> assertThat(thrown.getSuppressed()).hasSize(4));
        assertThat(closed).hasSize(4);
    }

    private record Closing(Stage real, List<String> closed) implements Stage {
        @Override
        public String name() {
            return real.name();
        }

        @Override
        public List<String> inputs() {
            return real.inputs();
        }

        @Override
        public List<String> outputs() {
            return real.outputs();
        }

        @Override
        public Map<String, OnnxValue> run(Map<String, OnnxTensorLike> inputs, Cancellation cancellation)
                throws IOException {
            return real.run(inputs, cancellation);
        }

        @Override
        public void close() throws IOException {
            real.close();
            closed.add(real.name());
            throw new AssertionError("injected");
        }
    }
}
