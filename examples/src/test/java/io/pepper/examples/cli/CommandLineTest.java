package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandLineTest {
    private static final String CLASSIFIER = "ch_ppocr_mobile_v2.0_cls_infer.onnx";

    @TempDir
    Path directory;

    private Path model = Path.of("");
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void extractTheModel() throws IOException {
        model = directory.resolve("classifier.onnx");
        try (InputStream in = CommandLineTest.class.getResourceAsStream("/models/" + CLASSIFIER)) {
            assertThat(in).isNotNull();
            Files.copy(in, model);
        }
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

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @Test
    void inspectsAsJson() throws IOException {
        assertThat(run("inspect", model, "--json")).isZero();
        JsonNode document = json();
        assertThat(names(document))
                .containsExactly(
                        "model",
                        "sha256",
                        "irVersion",
                        "opsets",
                        "operators",
                        "constantOperators",
                        "tensors",
                        "weightBytes",
                        "inputs",
                        "outputs",
                        "cuts");
        assertThat(document.get("sha256").textValue())
                .isEqualTo("e47acedf663230f8863ff1ab0e64dd2d82b838fceb5957146dab185a89d6215c");
        assertThat(document.get("irVersion").intValue()).isEqualTo(7);
        assertThat(document.get("opsets")).hasToString("{\"ai.onnx\":11}");
        assertThat(document.get("operators").intValue()).isEqualTo(566);
        assertThat(document.get("constantOperators").intValue()).isEqualTo(327);
        assertThat(document.get("inputs"))
                .hasToString("[{\"name\":\"x\",\"type\":\"float\",\"shape\":[null,3,null,null]}]");
        assertThat(document.get("cuts")).hasSize(60);
        int before = 0;
        for (JsonNode cut : document.get("cuts")) {
            assertThat(names(cut)).containsExactly("tensors", "operatorsBefore", "operatorsAfter");
            assertThat(names(cut.get("tensors").get(0))).containsExactly("name", "type", "shape", "bytes");
            assertThat(cut.get("operatorsBefore").intValue()).isGreaterThan(before);
            before = cut.get("operatorsBefore").intValue();
            assertThat(before + cut.get("operatorsAfter").intValue()).isEqualTo(566 - 327);
        }
    }

    @Test
    void inspectsForAPerson() {
        assertThat(run("inspect", model)).isZero();
        assertThat(out.toString())
                .contains("classifier: IR version 7, operator sets ai.onnx 11")
                .contains("cuts       60 at a single tensor")
                .contains("operators before");
    }

    @Test
    void splitsAndVerifiesAsJson() throws IOException {
        Path parts = directory.resolve("parts");
        assertThat(run("split", model, "--out", parts, "--parts", 3, "--balance", "bytes", "--verify", "--json"))
                .as(err.toString())
                .isZero();
        JsonNode document = json();
        assertThat(names(document)).containsExactly("model", "partition", "parts", "verification");
        assertThat(Path.of(document.get("partition").textValue())).exists();
        assertThat(document.get("parts")).hasSize(3);
        long weights = 0;
        for (JsonNode part : document.get("parts")) {
            assertThat(names(part)).contains("file", "bytes", "operators", "weightBytes", "inputs", "outputs");
            assertThat(Files.size(Path.of(part.get("file").textValue())))
                    .isEqualTo(part.get("bytes").longValue());
            weights += part.get("weightBytes").longValue();
        }
        assertThat(document.get("verification").get("identical").booleanValue()).isTrue();
        assertThat(document.get("verification").get("maxAbsDiff").doubleValue()).isZero();
        assertThat(run("inspect", model, "--json")).isZero();
        assertThat(json().get("weightBytes").longValue()).isEqualTo(weights);
        assertThat(run("verify", model, parts, "--json", "--shape", "x=1x3x48x96"))
                .isZero();
        assertThat(json().get("inputs").get(0).get("shape")).hasToString("[1,3,48,96]");
    }

    @Test
    void splitsWithoutVerifying() throws IOException {
        assertThat(run("split", model, "--out", directory.resolve("d"), "--json"))
                .isZero();
        assertThat(json().get("verification").isNull()).isTrue();
        assertThat(json().get("parts").size()).isGreaterThan(2);
    }

    @Test
    void splitsAtNamedTensors() throws IOException {
        assertThat(run("inspect", model, "--json")).isZero();
        String first =
                json().get("cuts").get(10).get("tensors").get(0).get("name").textValue();
        String second =
                json().get("cuts").get(20).get("tensors").get(0).get("name").textValue();
        Path parts = directory.resolve("parts");
        assertThat(run("split", model, "--at", second, first, "--out", parts, "--verify", "--json"))
                .isZero();
        assertThat(json().get("parts")).hasSize(3);
        assertThat(run("split", model, "--at", second, "--at", first, "--out", parts, "--json"))
                .isZero();
        assertThat(json().get("parts")).hasSize(3);
        assertThat(run("split", model, "--min-distance", 20, "--out", parts, "--json"))
                .isZero();
        assertThat(json().get("parts").size()).isBetween(2, 12);
    }

    @Test
    void refusesWhatCannotBeDone() throws IOException {
        Path parts = directory.resolve("parts");
        assertThat(run("split", model, "--out", parts, "--parts", 100)).isEqualTo(1);
        assertThat(err.toString()).contains("100 parts asked, 61 possible");
        assertThat(run("split", model, "--out", parts, "--at", "nowhere")).isEqualTo(1);
        assertThat(err.toString()).contains("nowhere");
        assertThat(parts).doesNotExist();
        assertThat(run("inspect", directory.resolve("missing.onnx"), "--json")).isEqualTo(1);
        assertThat(err.toString()).contains("missing.onnx: no such file").doesNotContain("Exception");
        assertThat(out.toString()).isEmpty();
        assertThat(run("inspect", directory)).isEqualTo(1);
        assertThat(err.toString()).doesNotContain("\tat ");
        Path broken = Files.writeString(directory.resolve("broken.onnx"), "this is no model");
        assertThat(run("split", broken, "--out", parts)).isEqualTo(1);
        assertThat(err.toString()).contains("broken.onnx").doesNotContain("\tat ");
        assertThat(run("split", model, "--out", parts, "--verify", "--shape", "z=1x3"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("z");
        assertThat(run("verify", model, directory.resolve("nothing"))).isEqualTo(1);
    }

    @Test
    void saysWhatIsWrongUsage() {
        Path parts = directory.resolve("parts");
        assertThat(run()).isEqualTo(2);
        assertThat(run("nonsense")).isEqualTo(2);
        assertThat(run("inspect")).isEqualTo(2);
        assertThat(run("split", model)).isEqualTo(2);
        assertThat(err.toString()).contains("--out");
        assertThat(run("split", model, "--out", parts, "--parts", "many")).isEqualTo(2);
        assertThat(run("split", model, "--out", parts, "--parts", 0)).isEqualTo(2);
        assertThat(run("split", model, "--out", parts, "--min-distance", -1)).isEqualTo(2);
        assertThat(run("split", model, "--out", parts, "--parts", 2, "--min-distance", 3))
                .isEqualTo(2);
        assertThat(run("split", model, "--out", parts, "--balance", "bytes")).isEqualTo(2);
        assertThat(run("split", model, "--out", parts, "--shape", "x")).isEqualTo(2);
        assertThat(run("split", model, "--out", parts, "--shape", "x=1xtwo")).isEqualTo(2);
        assertThat(run("split", model, "--out", parts, "--dim", "n=-1")).isEqualTo(2);
        assertThat(parts).doesNotExist();
    }

    @Test
    void noticesPartsThatDiffer() throws IOException {
        Path parts = directory.resolve("parts");
        assertThat(run("split", model, "--out", parts, "--parts", 2)).isZero();
        Path part = parts.resolve("classifier_part1.onnx");
        byte[] bytes = Files.readAllBytes(part);
        for (int i = bytes.length / 2; i < bytes.length / 2 + 64; i += 4) {
            bytes[i] ^= 0x3f;
        }
        Files.write(part, bytes);
        int code = run("verify", model, parts, "--json");
        assertThat(code).as("%s %s", out, err).isEqualTo(3);
        assertThat(json().get("identical").booleanValue()).isFalse();
        assertThat(json().get("warnings").toString()).contains("is not the file that the manifest speaks of");
        assertThat(run("verify", model, parts)).isEqualTo(3);
        assertThat(out.toString()).contains("NOT verified");
    }

    @Test
    void runsTheDemo() {
        Path demo = directory.resolve("demo");
        assertThat(run("demo", "--out", demo)).as(err.toString()).isZero();
        assertThat(out.toString()).contains("verified: the parts compute exactly what the whole computes");
        assertThat(demo.resolve("parts").resolve("partition.json")).exists();
        assertThat(run("demo", "--out", demo)).as("again").isZero();
    }

    @Test
    void saysItsVersionAndHelp() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).startsWith("pepper 0.");
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("Exit codes:").contains("inspect");
    }
}
