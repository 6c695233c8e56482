package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
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
    void tellsCosts() throws IOException {
        assertThat(run("inspect", model, "--shape", "x=1x3x48x192", "--json")).isZero();
        JsonNode document = json();
        assertThat(document.get("paper"))
                .hasToString("{\"convLayers\":0,\"poolLayers\":11,\"fcLayers\":0,\"filters\":0,\"totalParameters\":0}");
        JsonNode costs = document.get("characteristics");
        assertThat(costs.get("convLayers").intValue()).isEqualTo(53);
        assertThat(costs.get("fcLayers").intValue()).isOne();
        assertThat(costs.get("flops").longValue()).isEqualTo(36_619_208);
        assertThat(costs.get("peakActivationBytes").longValue()).isEqualTo(485_376);
        assertThat(costs.get("unknownOperators")).isEmpty();
        assertThat(document.get("openDimensions")).isEmpty();
        JsonNode cut = document.get("cuts").get(0);
        assertThat(cut.get("bytes").longValue())
                .isEqualTo(cut.get("tensors").get(0).get("bytes").longValue())
                .isPositive();
        assertThat(cut.get("carried")).isEmpty();
    }

    @Test
    void leavesOpenWhatTheInputsLeaveOpen() throws IOException {
        assertThat(run("inspect", model, "--json")).isZero();
        assertThat(json().get("characteristics").get("flops").isNull()).isTrue();
        assertThat(json().get("openDimensions")).isNotEmpty();
        assertThat(run("inspect", model)).isZero();
        assertThat(out.toString()).contains("arithmetic unknown").contains("--shape x=1x…");
        assertThat(run("split", model, "--parts", 2, "--balance", "flops", "--out", directory.resolve("none")))
                .isOne();
        assertThat(err.toString())
                .contains("is not known: the inputs leave open x[0]")
                .contains("--shape x=1x…");
        assertThat(directory.resolve("none")).doesNotExist();
        assertThat(run("inspect", model, "--dim", "batch=1")).isOne();
        assertThat(err.toString()).contains("the model has no dimension 'batch'");
    }

    @Test
    void findsWiderCutsAndThoseOfTheOriginal() throws IOException {
        assertThat(run("inspect", model, "--shape", "x=1,3,48,192", "--max-width", 3, "--original", "--json"))
                .isZero();
        JsonNode document = json();
        assertThat(document.get("cuts")).hasSize(102);
        assertThat(document.get("original").get("bridges")).hasSize(43);
        assertThat(document.get("original").get("chosen")).hasSize(8);
        assertThat(run("inspect", model, "--original")).isZero();
        assertThat(out.toString()).contains("The original finds 43 bridges, and would choose 8:");
        assertThat(run("inspect", model, "--max-width", 0)).isEqualTo(2);
        assertThat(run("inspect", model, "--share-input", "y")).isOne();
        assertThat(err.toString()).contains("'y' is no input of the graph; its inputs are [x]");
    }

    @Test
    void splitsByArithmeticAndWithinLimits() throws IOException {
        Path parts = directory.resolve("even");
        assertThat(run(
                        "split",
                        model,
                        "--parts",
                        3,
                        "--balance",
                        "flops",
                        "--shape",
                        "x=1x3x48x192",
                        "--max-width",
                        2,
                        "--out",
                        parts,
                        "--verify",
                        "--json"))
                .isZero();
        assertThat(json().get("parts")).hasSize(3);
        assertThat(json().get("verification").get("identical").booleanValue()).isTrue();
        Path limited = directory.resolve("limited");
        assertThat(run("split", model, "--max-part-bytes", 200_000, "--out", limited, "--json"))
                .isZero();
        assertThat(json().get("parts").size()).isGreaterThan(2);
        json().get("parts")
                .forEach(part -> assertThat(part.get("weightBytes").longValue()).isLessThanOrEqualTo(200_000));
        assertThat(run("split", model, "--max-part-bytes", 10, "--out", limited))
                .isOne();
        assertThat(err.toString()).contains("bytes of weights, where at most 10 are allowed");
        assertThat(run("split", model, "--max-part-bytes", 10, "--min-distance", 3, "--out", limited))
                .isEqualTo(2);
        assertThat(run("split", model, "--max-part-bytes", -1, "--out", limited))
                .isEqualTo(2);
    }

    @Test
    void draws() throws IOException {
        Path page = directory.resolve("page.html");
        assertThat(run("graph", model, "--shape", "x=1x3x48x192", "-o", page)).isZero();
        assertThat(Files.readString(page)).startsWith("<!DOCTYPE html>").contains("60 cuts");
        assertThat(run("graph", model, "--format", "dot", "--parts", 4)).isZero();
        assertThat(out.toString())
                .startsWith("digraph \"classifier\"")
                .contains("s3 ")
                .doesNotContain("s4 ");
        assertThat(run("graph", model, "--format", "svg")).isZero();
        assertThat(out.toString()).startsWith("<svg");
        assertThat(run("graph", model, "--format", "graphml")).isZero();
        assertThat(run("graph", model, "--format", "mermaid")).isZero();
        assertThat(out.toString()).startsWith("flowchart TD");
        assertThat(run("graph", model, "--format", "png")).isEqualTo(2);
        assertThat(run("graph", model, "--parts", 0)).isEqualTo(2);
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
                        "paper",
                        "characteristics",
                        "openDimensions",
                        "shapeFailure",
                        "recognized",
                        "cutSearch",
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
            assertThat(names(cut)).containsExactly("tensors", "carried", "bytes", "operatorsBefore", "operatorsAfter");
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
        assertThat(names(document))
                .containsExactly("model", "partition", "weights", "bytes", "parts", "notes", "verification");
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
    void splitsWithWeightsElsewhere() throws IOException {
        Path parts = directory.resolve("copied");
        assertThat(run("split", model, "--out", parts, "--parts", 2, "--weights", "external", "--verify", "--json"))
                .as(err.toString())
                .isZero();
        assertThat(json().get("weights").textValue()).isEqualTo("external");
        for (JsonNode part : json().get("parts")) {
            JsonNode data = part.get("data").get(0);
            assertThat(data.get("file").textValue()).isEqualTo(part.get("file").textValue() + ".data");
            assertThat(Files.size(Path.of(data.get("file").textValue())))
                    .isEqualTo(data.get("bytes").longValue());
        }
        assertThat(run(
                        "split",
                        model,
                        "--out",
                        directory,
                        "--parts",
                        2,
                        "--weights",
                        "reference",
                        "--verify",
                        "--json"))
                .as(err.toString())
                .isZero();
        JsonNode referring = json().get("parts").get(0);
        assertThat(referring.get("data").get(0).get("file").textValue()).isEqualTo(model.toString());
        assertThat(referring.get("bytes").longValue())
                .isLessThan(referring.get("weightBytes").longValue());
        assertThat(run("split", model, "--out", parts, "--weights", "reference"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("not below");
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
        assertThat(json().get("warnings").toString()).contains("is not the file in the manifest");
        assertThat(run("verify", model, parts)).isEqualTo(3);
        assertThat(out.toString()).contains("NOT verified");
    }

    @Test
    void runsTheDemo() {
        Path demo = directory.resolve("demo");
        assertThat(run("demo", "--out", demo)).as(err.toString()).isZero();
        assertThat(out.toString()).contains("verified: the parts compute exactly the same as the whole model");
        assertThat(out.toString())
                .contains("measured on this machine: 21 runs of 6 segments", "optimal by these figures");
        assertThat(demo.resolve("parts").resolve("partition.json")).exists();
        assertThat(demo.resolve("plan.html")).content().contains("One inference", "camera → here");
        assertThat(demo.resolve("runs")).doesNotExist();
        assertThat(run("simulate", demo.resolve("parts"), "--every", 0.05, "--count", 100))
                .isZero();
        assertThat(out.toString()).contains("100 requests, 0 lost", "device or link");
        assertThat(run("demo", "--out", demo)).as("again").isZero();
    }

    @Test
    void saysItsVersionAndHelp() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).startsWith("pepper 0.");
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("Exit codes:").contains("inspect");
    }

    @Test
    void profilesTrainsAndPredicts() throws IOException {
        Path data = directory.resolve("data.csv");
        Object[] profile = {
            "profile",
            "--quiet-wait",
            0,
            model,
            "--shape",
            "x=1,3,48,192",
            "--pieces",
            2,
            "--loads",
            "0,50",
            "--threads",
            "1",
            "--rounds",
            1,
            "--seconds",
            0.01,
            "--device",
            "here",
            "--out",
            data,
            "--json"
        };
        assertThat(run(profile)).as(err.toString()).isZero();
        assertThat(json().get("records").asInt()).isEqualTo(6);
        assertThat(run(profile)).as("again: all is there already").isZero();
        assertThat(json().get("records").asInt()).isEqualTo(6);
        assertThat(run("profile", "--out", data)).isEqualTo(2);

        Path predictor = directory.resolve("here.predictor");
        assertThat(run("train", data, "--out", predictor, "--json"))
                .as(err.toString())
                .isZero();
        assertThat(names(json()))
                .containsExactly(
                        "predictor",
                        "schema",
                        "records",
                        "dataSha256",
                        "marked",
                        "problems",
                        "heldBack",
                        "choices",
                        "deviceChoices");
        assertThat(json().get("heldBack").get("rows").get("medianApe").asDouble())
                .isNotNegative();
        assertThat(run("train", data, "--schema", "paper", "--out", directory.resolve("paper.predictor")))
                .isZero();
        assertThat(out.toString()).contains("paper version 1, 10 features, trained on 6 records");

        assertThat(run("predict", model, "--predictor", predictor, "--shape", "x=1x3x48x192", "--load", 50, "--json"))
                .as(err.toString())
                .isZero();
        JsonNode device = json().get("pieces").get(0).get("devices").get(0);
        assertThat(device.get("cpuLoadPercent").asDouble()).isEqualTo(50);
        assertThat(device.get("medianSeconds").asDouble()).isPositive();
        assertThat(device.get("p90Seconds").asDouble())
                .isGreaterThanOrEqualTo(device.get("medianSeconds").asDouble());
        assertThat(run("predict", model, "--predictor", predictor)).isEqualTo(1);
        assertThat(err.toString()).contains("--shape x=1x");
        assertThat(run("predict", model, "--predictor", model)).isEqualTo(1);
        assertThat(err.toString()).contains("it does not begin with 'PEPPER-PREDICTOR 1'");
        assertThat(run(
                        "predict",
                        model,
                        "--predictor",
                        predictor,
                        "--prometheus",
                        "http://127.0.0.1:1",
                        "--shape",
                        "x=1x3x48x192"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("http://127.0.0.1:1");
    }

    @Test
    void plansWithATableOfCostsAlone() throws IOException {
        Path cluster = Files.writeString(
                directory.resolve("two.yaml"),
                """
                devices: {pi: {}, cloud: {}}
                defaultLink: {bytesPerSecond: 1e6, latencySeconds: 0.005}
                source: pi
                """);
        Path table = Files.writeString(
                directory.resolve("costs.yaml"),
                """
                cutBytes: [600000, 50000, 9000, 4000]
                devices:
                  pi: {runs: {1: 0.010, 1-2: 0.024, 1-3: 0.080}}
                  cloud: {runs: {1-3: 0.012, 2-3: 0.009, 3: 0.006}}
                """);
        assertThat(run("plan", "--cluster", cluster, "--table", table, "--json"))
                .as(err.toString())
                .isZero();
        assertThat(json().path("latencySeconds").doubleValue()).isEqualTo(0.044, within(1e-12));
        assertThat(json().path("stages").path(1).path("device").textValue()).isEqualTo("cloud");
        assertThat(json().fieldNames()).toIterable().startsWith("model", "objective", "latencySeconds");
        assertThat(run("plan", "--cluster", cluster, "--table", table, "--pin", "3=pi"))
                .isZero();
        assertThat(out.toString()).contains("1–3", "without segment 3 on 'pi'");
        assertThat(run(
                        "plan",
                        "--cluster",
                        cluster,
                        "--table",
                        table,
                        "--keep-off",
                        "2=pi",
                        "--objective",
                        "latency=1,period=2",
                        "--json"))
                .isZero();
        assertThat(json().path("objective").textValue()).isEqualTo("latency=1,period=2");
        assertThat(run("plan", "--cluster", cluster, "--table", table, "--forbid-hop", "pi=cloud"))
                .isZero();
        assertThat(out.toString()).contains("without forbidden hops");
        for (String wrong : List.of("speed", "latency=x", "latency=-1", "latency=0", "joules=1")) {
            assertThat(run("plan", "--cluster", cluster, "--table", table, "--objective", wrong))
                    .as(wrong)
                    .isEqualTo(2);
        }
        assertThat(run("plan", "--cluster", cluster, "--table", table, "--pin", "pi"))
                .isEqualTo(2);
        assertThat(run("plan", "--cluster", cluster, "--table", table, "--pin", "conv=pi"))
                .isOne();
        assertThat(run("pareto", "--cluster", cluster, "--table", table, "--json"))
                .isZero();
        assertThat(json().path("placements").size()).isPositive();
        assertThat(run("pareto", "--cluster", cluster, "--roofline")).isEqualTo(2);
        assertThat(run("plan", "--cluster", cluster, "--roofline")).isEqualTo(2);
        assertThat(err.toString()).contains("without MODEL, planning needs --table");
        assertThat(run("plan", model, "--shape", "x=1x3x48x192", "--cluster", cluster, "--table", table))
                .isEqualTo(1);
        assertThat(err.toString()).contains("is of 3 segments, the model is cut into 23");
    }

    @Test
    void plansFromMeasurementsBranchesAndOperators() throws IOException {
        Path cluster = Files.writeString(
                directory.resolve("near.yaml"),
                """
                devices:
                  camera: {timeFactor: 3, predictor: gateway}
                  gateway: {}
                defaultLink: {bytesPerSecond: 1e8, latencySeconds: 1e-4}
                source: camera
                """);
        Path data = directory.resolve("measured.csv");
        Object[] sizes = {"--shape", "x=1x3x48x192", "--candidates", 2};
        assertThat(run(with(
                        sizes,
                        "profile",
                        "--quiet-wait",
                        0,
                        model,
                        "--loads",
                        0,
                        "--threads",
                        1,
                        "--rounds",
                        1,
                        "--seconds",
                        0.02,
                        "--device",
                        "gateway",
                        "--out",
                        data)))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("6 measurements");
        Path page = directory.resolve("plan.html");
        Path picture = directory.resolve("plan.svg");
        for (Path report : List.of(page, picture)) {
            assertThat(run(with(sizes, "plan", model, "--cluster", cluster, "--measured", data, "--report", report)))
                    .as(err.toString())
                    .isZero();
            assertThat(out.toString()).contains("look at: " + report);
        }
        assertThat(page).content().startsWith("<!DOCTYPE html>").contains("gateway");
        assertThat(picture).content().startsWith("<svg").contains("gateway");
        Path parts = directory.resolve("divided");
        Files.writeString(cluster, Files.readString(cluster).replace(", predictor: gateway", ""));
        for (Object[] shape : new Object[][] {{"--branches", 3}, {"--operators"}}) {
            assertThat(run(with(
                            shape,
                            "plan",
                            model,
                            "--shape",
                            "x=1x3x48x192",
                            "--cluster",
                            cluster,
                            "--roofline",
                            "--out",
                            parts,
                            "--json")))
                    .as(err.toString())
                    .isZero();
            assertThat(json().path("stages").path(0).path("part").textValue()).endsWith("_part1.onnx");
            assertThat(json().path("singleDevice")).hasSize(2);
            assertThat(run("verify", model, parts, "--shape", "x=1x3x48x192")).isZero();
        }
        Object[] pinned = {"--branches", 3, "--pin", "1=camera", "--keep-off", "3=camera", "--json"};
        assertThat(run(with(pinned, "plan", model, "--shape", "x=1x3x48x192", "--cluster", cluster, "--roofline")))
                .as(err.toString())
                .isZero();
        assertThat(json().path("stages").path(0).path("device").textValue()).isEqualTo("camera");
        JsonNode last = json().path("stages").path(json().path("stages").size() - 1);
        assertThat(last.path("device").textValue()).isEqualTo("gateway");
        assertThat(run(with(
                        new Object[] {"--operators", "--pin", "1=camera"},
                        with(sizes, "plan", model, "--cluster", cluster, "--roofline"))))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--operators plans without limits");
        Path side = directory.resolve("branches.html");
        assertThat(run(with(
                        new Object[] {
                            "--branches", 3, "--pin", "1=camera", "--report", side, "--objective", "throughput"
                        },
                        with(sizes, "plan", model, "--cluster", cluster, "--roofline"))))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("all on", "look at: " + side);
        assertThat(side).content().contains("segment 1 on camera", "A pipeline");
    }

    @Test
    void plansForTheWorstOfSeveralScenarios() throws IOException {
        Path cluster = Files.writeString(
                directory.resolve("two.yaml"),
                """
                devices:
                  one: {cores: 2}
                  other: {cores: 2, timeFactor: 1.2}
                defaultLink: {bytesPerSecond: 1e9, latencySeconds: 1e-5}
                """);
        Object[] common = {"plan", model, "--shape", "x=1x3x48x192", "--cluster", cluster, "--roofline"};
        Path out1 = directory.resolve("robust");
        Path page = directory.resolve("robust.html");
        Object[] scenarios = {"--scenario", "one=0,other=0", "--scenario", "one=100"};
        assertThat(run(with(scenarios, with(new Object[] {"--json", "--out", out1, "--report", page}, common))))
                .as(err.toString())
                .isZero();
        JsonNode found = json();
        assertThat(found.path("scenarios")).hasSize(2);
        assertThat(found.path("scenarios").path(1).path("loads").textValue()).isEqualTo("one=100");
        assertThat(found.path("scenarios").path(0).path("latencySeconds").doubleValue())
                .isLessThanOrEqualTo(found.path("latencySeconds").doubleValue());
        assertThat(found.path("optimal").booleanValue()).isTrue();
        assertThat(found.path("stages").findValuesAsText("device"))
                .as("one is never better by more than a fifth, and twice as slow when it is busy")
                .containsOnly("other");
        assertThat(page).content().contains("other");
        assertThat(run(with(scenarios, common))).isZero();
        assertThat(out.toString()).contains("one=100").contains("worst, planned for");
        for (String wrong : List.of("one", "one=x", "three=1")) {
            assertThat(run(with(new Object[] {"--scenario", wrong}, common))).isEqualTo(2);
            assertThat(err.toString()).contains("--scenario");
        }
        assertThat(run(with(new Object[] {"--operators"}, with(scenarios, common))))
                .isEqualTo(2);
    }

    private static Object[] with(Object[] more, Object... arguments) {
        return Stream.concat(Arrays.stream(arguments), Arrays.stream(more)).toArray();
    }

    @Test
    void simulatesATrace() throws IOException {
        Path cluster = Files.writeString(
                directory.resolve("pair.yaml"),
                """
                devices: {gateway: {}, camera: {timeFactor: 50}}
                defaultLink: {bytesPerSecond: 1e9}
                source: camera
                """);
        Path plan = directory.resolve("simulated");
        assertThat(run("plan", model, "--shape", "x=1x3x48x192", "--cluster", cluster, "--roofline", "--out", plan))
                .isZero();
        Path trace = Files.writeString(
                directory.resolve("trace.yaml"),
                """
                requests: {count: 10, everySeconds: 1}
                failures: {gateway: 4.5}
                """);
        assertThat(run("simulate", plan, "--trace", trace, "--json"))
                .as(err.toString())
                .isZero();
        assertThat(json().path("requests").intValue()).isEqualTo(10);
        assertThat(json().path("lost").intValue()).isEqualTo(5);
        assertThat(json().path("latencySeconds").path("p99").isNull()).isTrue();
        assertThat(run("simulate", plan)).isEqualTo(2);
        assertThat(run("simulate", directory.resolve("nothing"), "--every", 1)).isEqualTo(1);
    }

    @Test
    void plansWhatRunsWhere() throws IOException {
        Path cluster = directory.resolve("cluster.yaml");
        Files.writeString(
                cluster,
                """
                devices:
                  camera: {timeFactor: 50, idleWatts: 2, busyWatts: 6}
                  gateway: {idleWatts: 9, busyWatts: 28}
                defaultLink: {bytesPerSecond: 1e9, latencySeconds: 1e-6}
                source: camera
                """);
        Path plan = directory.resolve("deployment");
        assertThat(run(
                        "plan",
                        model,
                        "--shape",
                        "x=1x3x48x192",
                        "--cluster",
                        cluster,
                        "--roofline",
                        "--out",
                        plan,
                        "--json"))
                .as(err.toString())
                .isZero();
        assertThat(names(json()))
                .containsExactly(
                        "model",
                        "objective",
                        "latencySeconds",
                        "p90LatencySeconds",
                        "throughputPerSecond",
                        "energyJoules",
                        "bottleneck",
                        "stages",
                        "optimal",
                        "gap",
                        "singleDevice",
                        "runnerUp",
                        "prices",
                        "flips",
                        "notes",
                        "caveats");
        assertThat(json().path("optimal").booleanValue()).isTrue();
        assertThat(names(json().path("stages").path(0)))
                .containsExactly(
                        "part",
                        "device",
                        "beginSeconds",
                        "computeSeconds",
                        "transferSeconds",
                        "bytesOut",
                        "memoryBytes");
        assertThat(json().path("stages").path(0).path("device").textValue()).isEqualTo("gateway");
        assertThat(plan.resolve("plan.json")).exists();
        assertThat(run("verify", model, plan, "--shape", "x=1x3x48x192")).isZero();

        assertThat(run(
                        "plan",
                        model,
                        "--shape",
                        "x=1x3x48x192",
                        "--cluster",
                        cluster,
                        "--roofline",
                        "--objective",
                        "throughput",
                        "--min-devices",
                        2,
                        "--load",
                        "camera=50"))
                .isZero();
        assertThat(out.toString())
                .contains("camera", "optimal by these figures", "all on", "alternative")
                .contains("caution: load not known, predicted as idle: ")
                .contains("is a roofline, whose error is 25 % or more");
        assertThat(run(
                        "pareto",
                        model,
                        "--shape",
                        "x=1x3x48x192",
                        "--cluster",
                        cluster,
                        "--roofline",
                        "--metrics",
                        "latency,energy",
                        "--json"))
                .isZero();
        assertThat(json().path("placements").size()).isPositive();

        assertThat(run(
                        "plan",
                        model,
                        "--shape",
                        "x=1x3x48x192",
                        "--cluster",
                        cluster,
                        "--roofline",
                        "--max-latency",
                        "1e-9"))
                .isOne();
        assertThat(err.toString())
                .contains("keeps within the limits: without the limit of the latency there is Placement");
        assertThat(run("plan", model, "--shape", "x=1x3x48x192", "--cluster", cluster))
                .isEqualTo(2);
        assertThat(run(
                        "plan",
                        model,
                        "--cluster",
                        cluster,
                        "--roofline",
                        "--load",
                        "moon=5",
                        "--shape",
                        "x=1x3x48x192"))
                .isEqualTo(2);
        Files.writeString(cluster, "devices: {a: {speed: 5}}");
        assertThat(run("plan", model, "--shape", "x=1x3x48x192", "--cluster", cluster, "--roofline"))
                .isOne();
        assertThat(err.toString()).contains("cluster.yaml:1: devices.a.speed: is no field that is known here");
    }

    @Test
    void predictsEachPartOfAPartition() throws IOException {
        Path data = directory.resolve("data.csv");
        Path predictor = directory.resolve("here.predictor");
        Path parts = directory.resolve("parts");
        assertThat(run(
                        "profile",
                        "--quiet-wait",
                        0,
                        model,
                        "--shape",
                        "x=1x3x48x192",
                        "--pieces",
                        1,
                        "--loads",
                        "0",
                        "--threads",
                        "1",
                        "--rounds",
                        1,
                        "--seconds",
                        0.01,
                        "--out",
                        data))
                .as(err.toString())
                .isZero();
        assertThat(run("train", data, "--out", predictor)).isZero();
        assertThat(run("split", model, "--parts", 2, "--out", parts)).isZero();
        assertThat(run("predict", parts, "--predictor", predictor))
                .as("the whole's sizes are open")
                .isEqualTo(1);
        assertThat(err.toString()).contains("is not known");
        assertThat(run("predict", parts, "--predictor", predictor, "--shape", "x=1x3x48x192", "--cores", 4, "--json"))
                .as("a part takes its sizes from the parts before")
                .isZero();
        JsonNode pieces = json().get("pieces");
        assertThat(pieces).hasSize(2).allSatisfy(piece -> {
            JsonNode device = piece.get("devices").get(0);
            assertThat(device.get("medianSeconds").asDouble()).isPositive();
            assertThat(device.get("cores").asInt()).isEqualTo(4);
        });
        assertThat(run("predict", parts, "--predictor", predictor, "--shape", "y=1x3x48x192"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--shape y: no such input");
    }

    @Test
    void tellsTheStateOfThisMachine() throws IOException {
        assertThat(run("devices", "--local", "--json")).isZero();
        JsonNode device = json().get("devices").get(0);
        assertThat(device.get("cores").asDouble())
                .as("a quota may be less than what the JDK rounds it to")
                .isPositive()
                .isLessThanOrEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(device.get("cpuLoadPercent").asDouble()).isBetween(0.0, 100.0);
        assertThat(run("devices")).isZero();
        assertThat(out.toString()).startsWith("device");
        assertThat(run("devices", "--local", "--prometheus", "http://127.0.0.1:1"))
                .isEqualTo(1);
    }
}
