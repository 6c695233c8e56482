package io.pepper.onnx.testmodels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TopologiesTest {
    private static final long SEED = 20250101;

    static List<TestModel> models() {
        return Topologies.all();
    }

    @ParameterizedTest
    @MethodSource("models")
    void runsInOnnxRuntime(TestModel model) throws OrtException {
        try (SessionOptions options = new SessionOptions()) {
            options.setOptimizationLevel(OptLevel.NO_OPT);
            options.setIntraOpNumThreads(1);
            options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
            try (OrtSession session = OrtEnvironment.getEnvironment().createSession(model.bytes(), options)) {
                List<ByteBuffer> outputs = run(session, model, SEED);
                assertThat(outputs).hasSize(model.model().getGraph().getOutputCount());
                assertThat(run(session, model, SEED)).isEqualTo(outputs);
                if (!model.name().equals("noOperators")) {
                    assertThat(run(session, model, SEED + 1)).isNotEqualTo(outputs);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void handWrittenCutsAreThoseOfTheOracle(TestModel model) {
        assertThat(model.expectedCuts()).isEqualTo(CutOracle.cuts(model.model()));
    }

    @ParameterizedTest
    @MethodSource("models")
    void topologiesAreReproducible(TestModel model) {
        assertThat(Topologies.get(model.name()).bytes()).isEqualTo(model.bytes());
    }

    private static List<ByteBuffer> run(OrtSession session, TestModel model, long seed) throws OrtException {
        List<ByteBuffer> copies = new ArrayList<>();
        try (TestInputs inputs = TestInputs.of(model.model(), seed);
                OrtSession.Result result = session.run(inputs.tensors())) {
            for (Map.Entry<String, OnnxValue> output : result) {
                OnnxTensor tensor = (OnnxTensor) output.getValue();
                copies.add(tensor.getByteBuffer());
                if (tensor.getInfo().type == OnnxJavaType.FLOAT) {
                    assertFinite(output.getKey(), tensor.getFloatBuffer());
                }
            }
        }
        return copies;
    }

    private static void assertFinite(String name, FloatBuffer values) {
        while (values.hasRemaining()) {
            assertThat(values.get()).as(name).isFinite();
        }
    }

    @Test
    void sameOperatorNamesAreRefusedByOnnxRuntime() {
        TestModel model = NameTopologies.sameOperatorNames();
        assertThatThrownBy(() -> OrtEnvironment.getEnvironment()
                        .createSession(model.bytes())
                        .close())
                .isInstanceOf(OrtException.class)
                .hasMessageContaining("same node name");
        assertThat(model.expectedCuts()).isEqualTo(CutOracle.cuts(model.model()));
    }

    @Test
    void namesAreDistinct() {
        assertThat(models()).extracting(TestModel::name).doesNotHaveDuplicates();
    }

    @Test
    void unknownNameIsRefused() {
        assertThatThrownBy(() -> Topologies.get("no such model"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no such model");
    }

    @Test
    void weightsAreAboutAsLargeAsAsked() {
        for (long bytes : new long[] {100_000, 1_000_000, 10_000_000}) {
            TestModel model = Topologies.weights(bytes);
            assertThat((long) model.model().getSerializedSize()).isBetween(bytes * 8 / 10, bytes * 12 / 10);
            assertThat(model.expectedCuts()).isEqualTo(CutOracle.cuts(model.model()));
        }
    }
}
