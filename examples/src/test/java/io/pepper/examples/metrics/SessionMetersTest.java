package io.pepper.examples.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.pepper.examples.StageBehind;
import io.pepper.export.PartitionManifest;
import io.pepper.export.SubmodelExporter;
import io.pepper.monitor.NodeExporter;
import io.pepper.monitor.NodeExporterOptions;
import io.pepper.onnx.OnnxModel;
import io.pepper.partition.Partitioner;
import io.pepper.session.PartitionedSession;
import io.pepper.session.SessionOptions;
import io.pepper.session.Stage;
import io.pepper.session.StageException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What sessions do arrives in a registry of Micrometer. */
class SessionMetersTest {
    @TempDir
    Path directory;

    /** Fails at the third call. */
    private static StageBehind.Gate failingAtTheThirdCall() {
        AtomicInteger calls = new AtomicInteger();
        return () -> {
            if (calls.incrementAndGet() == 3) {
                throw new IOException("injected");
            }
        };
    }

    private PartitionManifest twoParts() throws IOException {
        Path file = directory.resolve("classifier.onnx");
        try (InputStream in =
                SessionMetersTest.class.getResourceAsStream("/models/ch_ppocr_mobile_v2.0_cls_infer.onnx")) {
            assertThat(in).isNotNull();
            Files.copy(in, file);
        }
        try (OnnxModel model = OnnxModel.load(file)) {
            SubmodelExporter.export(
                    model, Partitioner.balanced(2, model.weights()).partition(model.cuts()), directory);
        }
        return PartitionManifest.read(directory);
    }

    @Test
    void callsFailuresQueuesAndBusyTimesAreMetered() throws Exception {
        PartitionManifest manifest = twoParts();
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        SessionOptions options =
                SessionOptions.DEFAULTS.withListener(SessionMeters.listener(registry, "model", "classifier"));
        Stage first = Stage.open(directory, manifest, 0, options);
        Stage second = new StageBehind(Stage.open(directory, manifest, 1, options), failingAtTheThirdCall());
        try (PartitionedSession session = PartitionedSession.of(manifest, List.of(first, second), options);
                OnnxTensor image = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), new float[1][3][48][192])) {
            SessionMeters.bind(registry, session, "model", "classifier");
            Map<String, OnnxTensor> inputs = Map.of("x", image);
            session.run(inputs).close();
            session.run(inputs).close();
            assertThatThrownBy(() -> session.run(inputs)).isInstanceOf(StageException.class);

            assertThat(registry.get("pepper.stage")
                            .tags("model", "classifier", "stage", first.name())
                            .timer()
                            .count())
                    .isEqualTo(3);
            assertThat(registry.get("pepper.request")
                            .tag("model", "classifier")
                            .timer()
                            .count())
                    .isEqualTo(2);
            assertThat(registry.get("pepper.stage.failures")
                            .tags("stage", second.name(), "kind", "FAILED")
                            .counter()
                            .count())
                    .isEqualTo(1);
            assertThat(registry.get("pepper.request.failures")
                            .tag("fallback", "false")
                            .counter()
                            .count())
                    .isEqualTo(1);
            assertThat(registry.get("pepper.stage.queued")
                            .tag("stage", first.name())
                            .gauge()
                            .value())
                    .isZero();
            assertThat(registry.get("pepper.stage.busy")
                            .tag("stage", first.name())
                            .functionCounter()
                            .count())
                    .isPositive();
        }
    }

    @Test
    void anAgentInTheSameProcessServesTheMeters() throws Exception {
        PartitionManifest manifest = twoParts();
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        SessionOptions options =
                SessionOptions.DEFAULTS.withListener(SessionMeters.listener(registry, "model", "classifier"));
        NodeExporterOptions node = NodeExporterOptions.DEFAULTS
                .withAddress("127.0.0.1", 0)
                .withName("pi4")
                .withUuidFile(directory.resolve("uuid"))
                .withCollector(registry.getPrometheusRegistry()::scrape);
        Stage first = Stage.open(directory, manifest, 0, options);
        Stage second = Stage.open(directory, manifest, 1, options);
        try (NodeExporter exporter = NodeExporter.start(node);
                PartitionedSession session = PartitionedSession.of(manifest, List.of(first, second), options);
                OnnxTensor image = OnnxTensor.createTensor(OrtEnvironment.getEnvironment(), new float[1][3][48][192])) {
            SessionMeters.bind(registry, session, "model", "classifier");
            session.run(Map.of("x", image)).close();
            try (InputStream in = exporter.metrics().toURL().openStream()) {
                assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                        .contains("pepper_stage_seconds_count{model=\"classifier\",stage=\"" + first.name() + "\"} 1")
                        .contains("pepper_request_seconds_count{model=\"classifier\"} 1")
                        .contains("nodename=\"pi4\"");
            }
        }
    }
}
