package io.pepper.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.pepper.export.PartitionManifest;
import io.pepper.onnx.testmodels.TestModel;
import io.pepper.onnx.testmodels.Topologies;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuntimeMetersTest {
    @TempDir
    Path directory;

    @Test
    void countsAndTimes() throws Exception {
        TestModel test = Topologies.get("residual");
        PartitionManifest manifest = Deployed.parts(test, 2, directory);
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        SessionOptions options = Deployed.EXACT.withListener(RuntimeMeters.listener(registry, "model", "residual"));
        List<Faults> stages = Faults.open(directory, options);
        stages.get(1).set((call, cancellation) -> {
            if (call == 2) {
                throw new IOException("injected");
            }
        });
        try (PartitionedSession session = PartitionedSession.of(manifest, new ArrayList<>(stages), options)) {
            RuntimeMeters.bind(registry, session, "model", "residual");
            Map<String, OnnxTensor> inputs = Deployed.inputs(test, 1);
            session.run(inputs).close();
            session.run(inputs).close();
            assertThatThrownBy(() -> session.run(inputs)).isInstanceOf(StageException.class);
            String first = manifest.parts().get(0).file();
            String second = manifest.parts().get(1).file();
            assertThat(registry.get("pepper.stage").tag("stage", first).timer().count())
                    .isEqualTo(3);
            assertThat(registry.get("pepper.request")
                            .tag("model", "residual")
                            .timer()
                            .count())
                    .isEqualTo(2);
            assertThat(registry.get("pepper.stage.failures")
                            .tags("stage", second, "kind", "FAILED")
                            .counter()
                            .count())
                    .isEqualTo(1);
            assertThat(registry.get("pepper.request.failures")
                            .tag("fallback", "false")
                            .counter()
                            .count())
                    .isEqualTo(1);
            assertThat(registry.get("pepper.stage.queued")
                            .tag("stage", first)
                            .gauge()
                            .value())
                    .isZero();
            assertThat(registry.get("pepper.stage.busy")
                            .tag("stage", first)
                            .functionCounter()
                            .count())
                    .isPositive();
            Deployed.close(inputs);
        }
    }
}
