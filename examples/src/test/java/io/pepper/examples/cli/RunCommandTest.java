package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OnnxTensor;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pepper.export.PartitionManifest;
import io.pepper.model.InputShapes;
import io.pepper.session.RandomInputs;
import io.pepper.session.TensorFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunCommandTest {
    private static final String SHAPE = "x=1x3x48x192";

    @TempDir
    Path directory;

    private Path model = Path.of("");
    private Path parts = Path.of("");
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void split() throws IOException {
        model = directory.resolve("classifier.onnx");
        parts = directory.resolve("parts");
        try (InputStream in = RunCommandTest.class.getResourceAsStream("/models/ch_ppocr_mobile_v2.0_cls_infer.onnx")) {
            assertThat(in).isNotNull();
            Files.copy(in, model);
        }
        assertThat(run("split", model, "--out", parts, "--parts", 3))
                .as(err.toString())
                .isZero();
    }

    private int run(Object... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        List<String> words = new ArrayList<>();
        for (Object arg : args) {
            words.add(arg.toString());
        }
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), words.toArray(String[]::new));
    }

    private JsonNode json() throws IOException {
        return new ObjectMapper().readTree(out.toString());
    }

    /** The same input from a file of either kind, in a session or a pipeline, gives the same output bit by bit. */
    @Test
    void readsInputsAndWritesOutputsAsFiles() throws Exception {
        InputShapes sizes = InputShapes.NONE.withInputShape("x", 1, 3, 48, 192);
        Map<String, OnnxTensor> inputs =
                RandomInputs.of(PartitionManifest.read(parts).inputs(), sizes, 7);
        Path npy = directory.resolve("x.npy");
        Path pb = directory.resolve("x.pb");
        TensorFiles.write(npy, "x", inputs.get("x"));
        TensorFiles.write(pb, "x", inputs.get("x"));
        inputs.values().forEach(OnnxTensor::close);
        assertThat(run("run", parts, "--input", "x=" + npy, "--out", directory.resolve("a")))
                .as(err.toString())
                .isZero();
        assertThat(out.toString())
                .contains("save_infer_model/scale_0.tmp_1: float[1,2], written: ")
                .contains("one at a time: opened in")
                .contains("classifier_part1.onnx");
        assertThat(run("run", parts, "--input", "x=" + pb, "--out", directory.resolve("b"), "--pipeline", "--json"))
                .as(err.toString())
                .isZero();
        JsonNode output = json().get("outputs").get(0);
        Path second = Path.of(output.get("file").textValue());
        Path first = directory.resolve("a").resolve(String.valueOf(second.getFileName()));
        assertThat(first).hasSameBinaryContentAs(second);
        try (OnnxTensor answer = TensorFiles.read(first)) {
            assertThat(answer.getInfo().getShape()).containsExactly(1, 2);
        }
    }

    @Test
    void repeatsAsAPipelineAndPrintsTheTimesOfStages() throws IOException {
        assertThat(run("run", parts, "--shape", SHAPE, "--repeat", 20, "--pipeline", "--json"))
                .as(err.toString())
                .isZero();
        JsonNode document = json();
        assertThat(document.get("requests").intValue()).isEqualTo(20);
        assertThat(document.get("stages")).hasSize(3).allSatisfy(stage -> {
            assertThat(stage.get("calls").intValue()).isEqualTo(20);
            assertThat(stage.get("failures").intValue()).isZero();
            assertThat(stage.get("device").isNull()).isTrue();
        });
        assertThat(document.get("throughputPerSecond").doubleValue()).isPositive();
        assertThat(document.get("predicted").get("latencySeconds").isNull()).isTrue();
        assertThat(run("run", parts, "--shape", SHAPE, "--repeat", 3)).isZero();
        assertThat(out.toString()).contains("2 more requests: median");
    }

    @Test
    void emulatesTheDevicesOfAPlan() throws IOException {
        Path cluster = Files.writeString(
                directory.resolve("cluster.yaml"),
                """
                devices:
                  a: {}
                  b: {timeFactor: 2}
                links:
                  - {between: [a, b], bytesPerSecond: 50e6, latencySeconds: 0.02}
                source: a
                sink: b
                """);
        Path plan = directory.resolve("plan");
        assertThat(run("plan", model, "--shape", SHAPE, "--cluster", cluster, "--roofline", "--out", plan))
                .as(err.toString())
                .isZero();
        assertThat(run("run", plan, "--shape", SHAPE, "--repeat", 4, "--emulate", cluster, "--json"))
                .as(err.toString())
                .isZero();
        JsonNode document = json();
        assertThat(document.get("mode").textValue()).isEqualTo("one at a time, emulated");
        assertThat(document.get("latencySeconds").get("p50").doubleValue())
                .as("a message of 20 ms at least")
                .isGreaterThan(0.02);
        assertThat(document.get("predicted").get("latencySeconds").doubleValue())
                .isGreaterThan(0.02);
        assertThat(document.get("stages").get(0).get("device").textValue()).isIn("a", "b");
    }

    @Test
    void refusesWhatCannotBeRun() throws IOException {
        assertThat(run("run", parts, "--input", "y=random")).isEqualTo(2);
        assertThat(err.toString()).contains("the model has no input 'y'");
        assertThat(run("run", parts)).isEqualTo(1);
        assertThat(err.toString()).contains("input x").contains("is open");
        assertThat(run("run", parts, "--shape", SHAPE, "--emulate", "cluster.yaml"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("has no plan.json");
        assertThat(run("run", parts, "--shape", SHAPE, "--repeat", 0)).isEqualTo(2);
        Path part = parts.resolve("classifier_part1.onnx");
        byte[] bytes = Files.readAllBytes(part);
        bytes[bytes.length / 2] ^= 1;
        Files.write(part, bytes);
        assertThat(run("run", parts, "--shape", SHAPE)).isEqualTo(1);
        assertThat(err.toString()).contains("classifier_part1.onnx").contains("parts[0].sha256");
    }
}
