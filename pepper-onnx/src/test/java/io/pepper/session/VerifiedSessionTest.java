package io.pepper.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import io.pepper.model.OptimizationLevel;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.onnx.testmodels.Topologies;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifiedSessionTest {
    private static final SamplingOptions EXACT = SamplingOptions.DEFAULTS
            .withShare(0.5)
            .withTolerance(0, 0)
            .withStages(StageOptions.DEFAULTS.withOptimization(OptimizationLevel.NONE));

    @TempDir
    Path directory;

    private final TestModel test = Topologies.get("residual");

    @Test
    void reportsThatACorrectPlanPasses() throws Exception {
        Deployed.everyCut(test, directory.resolve("parts"));
        try (VerifiedSession session = VerifiedSession.of(
                PipelineSession.open(directory.resolve("parts"), PipelineOptions.DEFAULTS.withRuntime(Deployed.EXACT)),
                file("model"),
                EXACT)) {
            ask(session);
            VerifiedSession.Report report = session.report();
            assertThat(report.requests()).isEqualTo(80);
            assertThat(report.checked()).isBetween(20L, 60L);
            assertThat(report.identical()).isEqualTo(report.checked());
            assertThat(report.unchecked()).isZero();
            assertThat(report.passed()).isTrue();
        }
    }

    private Path file(String name) throws IOException {
        return Files.write(directory.resolve(name + ".onnx"), test.bytes());
    }

    private void ask(ModelSession session) throws Exception {
        for (int i = 0; i < 40; i++) {
            Map<String, OnnxTensor> inputs = Deployed.inputs(test, i);
            session.run(inputs).close();
            session.submit(inputs).get().close();
        }
    }

    /** The parts are of another model with the same inputs and outputs: other weights. */
    @Test
    void reportsThatAWrongPlanFails() throws Exception {
        TestModel other = Topologies.get("preActivationResidual");
        Deployed.everyCut(other, directory.resolve("parts"));
        List<String> heard = new ArrayList<>();
        SessionListener listener = new SessionListener() {
            @Override
            public void differed(String what) {
                heard.add(what);
            }
        };
        try (VerifiedSession session = VerifiedSession.of(
                PartitionedSession.open(directory.resolve("parts"), Deployed.EXACT),
                file("model"),
                EXACT.withListener(listener).withShare(1))) {
            ask(session);
            VerifiedSession.Report report = session.report();
            assertThat(report.passed()).isFalse();
            assertThat(report.checked()).isEqualTo(80);
            assertThat(report.largestAbsolute()).isPositive();
            assertThat(heard)
                    .hasSize((int) (report.checked() - report.within()))
                    .allMatch(what -> what.startsWith("output y differs"));
        }
    }

    @Test
    void refusesSharesAndTolerancesThatMakeNoSense() {
        assertThatThrownBy(() -> EXACT.withShare(1.1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> EXACT.withTolerance(-1, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
