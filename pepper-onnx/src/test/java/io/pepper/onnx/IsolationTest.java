package io.pepper.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.export.SplitVerifier;
import io.pepper.export.SubmodelExporter;
import io.pepper.export.Verification;
import io.pepper.export.VerificationOptions;
import io.pepper.model.Isolation;
import io.pepper.model.ProgressListener;
import io.pepper.model.ReadOptions;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.onnx.testmodels.Topologies;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A child process answers what this process answers. */
class IsolationTest {
    private static final Isolation ROOMY = Isolation.DEFAULTS.withDeadline(Duration.ofMinutes(10));
    private static final ReadOptions ISOLATED = ReadOptions.DEFAULTS.withIsolation(ROOMY);

    /** One of each kind: a child takes some tenths of a second. */
    private static final Set<String> KINDS = Set.of(
            "residual",
            "ifNested",
            "loop",
            "scan",
            "functions",
            "typedFields",
            "float16",
            "oddNames",
            "overridableInitializer",
            "unsortedOperators",
            "decoderWithCache");

    @TempDir
    Path directory;

    static List<TestModel> models() {
        return Topologies.all().stream()
                .filter(test -> KINDS.contains(test.name()))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("models")
    void infersTheSameShapes(TestModel test) throws IOException {
        try (OnnxModel here = OnnxModel.load(test.bytes(), test.name());
                OnnxModel there = OnnxModel.load(test.bytes(), test.name(), ISOLATED)) {
            TensorShapes expected = here.shapes();
            TensorShapes found = there.shapes();
            assertThat(found.failure()).isEqualTo(expected.failure());
            assertThat(found.unknown()).isEqualTo(expected.unknown());
            for (int tensor = 0; tensor < here.graph().tensorCount(); tensor++) {
                String name = here.graph().tensorName(tensor);
                assertThat(found.of(name)).isEqualTo(expected.of(name));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void verifiesTheSame(TestModel test) throws IOException {
        try (OnnxModel here = OnnxModel.load(test.bytes(), test.name());
                OnnxModel there = OnnxModel.load(test.bytes(), test.name(), ISOLATED)) {
            Partition partition = here.cuts().list().isEmpty()
                    ? Partition.whole(here.graph())
                    : Partition.of(here.graph(), List.of(here.cuts().list().get(0)));
            SubmodelExporter.export(here, partition, directory);
            Verification expected = SplitVerifier.verify(here, directory);
            assertThat(SplitVerifier.verify(there, directory)).isEqualTo(expected);
            assertThat(expected.passed()).isTrue();
        }
    }

    @Test
    void allKindsAreThere() {
        assertThat(models()).hasSameSizeAs(KINDS);
    }

    @Test
    void givenInputsAndSizesReachTheChild() throws IOException {
        TestModel test = Topologies.get("residual");
        try (OnnxModel model = OnnxModel.load(test.bytes(), test.name())) {
            SubmodelExporter.export(
                    model, Partitioner.balanced(2, model.weights()).partition(model.cuts()), directory);
            TensorInfo input = model.inputs().get(0);
            long[] shape = input.shape().orElseThrow().stream()
                    .mapToLong(axis -> axis.size().orElse(3))
                    .toArray();
            int count = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
            VerificationOptions given =
                    VerificationOptions.DEFAULTS.withInput(input.name(), FloatBuffer.wrap(new float[count]), shape);
            Verification found =
                    SplitVerifier.verify(model, directory, given.withIsolation(ROOMY), ProgressListener.NONE);
            assertThat(found).isEqualTo(SplitVerifier.verify(model, directory, given, ProgressListener.NONE));
            assertThat(found.trials()).isEqualTo(VerificationOptions.DEFAULTS.trials());
        }
    }

    @Test
    void mistakesOfTheCallerAreTheSame() throws IOException {
        TestModel test = Topologies.get("residual");
        try (OnnxModel model = OnnxModel.load(test.bytes(), test.name(), ISOLATED)) {
            SubmodelExporter.export(
                    model, Partitioner.balanced(2, model.weights()).partition(model.cuts()), directory);
            VerificationOptions wrong = VerificationOptions.DEFAULTS.withInput("no such", LongBuffer.allocate(1), 1);
            assertThatThrownBy(() -> SplitVerifier.verify(model, directory, wrong, ProgressListener.NONE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no such");
        }
    }
}
