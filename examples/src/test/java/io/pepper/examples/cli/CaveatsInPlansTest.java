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
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A predictor that was trained on a handful of rows: every kind of plan says so, in text, JSON and report. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CaveatsInPlansTest {
    private static final String SHAPE = "x=1x3x48x192";
    private static final String FEW = "was trained on only 6 records of 1 models";
    private static final String UNTRIED = "was not validated on unseen models";

    @TempDir
    static Path directory;

    private Path model = Path.of("");
    private Path predictor = Path.of("");
    private Path cluster = Path.of("");
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    void train() throws IOException {
        model = directory.resolve("classifier.onnx");
        try (InputStream in =
                CaveatsInPlansTest.class.getResourceAsStream("/models/ch_ppocr_mobile_v2.0_cls_infer.onnx")) {
            Files.copy(Objects.requireNonNull(in), model);
        }
        cluster = Files.writeString(
                directory.resolve("cluster.yaml"),
                """
                devices: {camera: {timeFactor: 4}, gateway: {}}
                defaultLink: {bytesPerSecond: 1e9, latencySeconds: 0.0001}
                source: camera
                """);
        Path data = directory.resolve("few.csv");
        predictor = directory.resolve("few.predictor");
        isDone(
                "profile --quiet-wait 0 --pieces 2 --loads 0 --threads 1 --rounds 2 --seconds 0.01",
                model,
                "--shape",
                SHAPE,
                "--out",
                data);
        isDone("train", data, "--out", predictor);
    }

    private void isDone(String command, Object... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        Arrays.stream(args).map(Object::toString).forEach(words::add);
        int code = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), words.toArray(String[]::new));
        assertThat(code).as(words + ": " + err).isZero();
    }

    private void plan(String command, Object... args) {
        List<Object> all =
                new ArrayList<>(List.of(model, "--shape", SHAPE, "--cluster", cluster, "--predictor", predictor));
        all.addAll(List.of(args));
        isDone(command, all.toArray());
    }

    private List<String> caveats() throws IOException {
        JsonNode caveats = new ObjectMapper().readTree(out.toString()).path("caveats");
        return StreamSupport.stream(caveats.spliterator(), false)
                .map(JsonNode::textValue)
                .toList();
    }

    private static void saysAll(List<String> caveats) {
        assertThat(caveats)
                .anyMatch(caveat -> caveat.endsWith(FEW))
                .anyMatch(caveat -> caveat.endsWith(UNTRIED))
                .anyMatch(caveat -> caveat.contains("unknown load, predicted as idle: "));
    }

    /** The words of a page or a picture, whose lines may be broken anywhere. */
    private static String words(Path report) throws IOException {
        return Files.readString(report)
                .replaceAll("<[^>]*>", " ")
                .replace("&gt;", ">")
                .replaceAll("\\s+", " ");
    }

    static Stream<String> shapes() {
        return Stream.of(
                "plan",
                "plan --pessimistic",
                "plan --objective throughput --min-devices 2",
                "plan --branches 2",
                "plan --operators",
                "plan --scenario camera=10 --scenario camera=80");
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void everyKindOfPlanPrintsItsCaveats(String command) throws IOException {
        Path page = directory.resolve("plan.html");
        Path picture = directory.resolve("plan.svg");
        Path parts = directory.resolve("parts of " + command);
        plan(command, "--report", page, "--out", parts);
        List<String> said = out.toString()
                .lines()
                .filter(line -> line.startsWith("caution: "))
                .map(line -> line.substring("caution: ".length()))
                .toList();
        saysAll(said);
        plan(command, "--report", picture, "--json");
        assertThat(caveats()).isEqualTo(said);
        for (Path report : List.of(page, picture)) {
            assertThat(words(report))
                    .contains(said.stream()
                            .map(caveat -> "Caution: " + caveat + ".")
                            .toList());
        }
        isDone("simulate --every 0.01 --count 10 --json", parts);
        assertThat(caveats()).isEqualTo(said);
        isDone("simulate --every 0.01 --count 10", parts);
        assertThat(out.toString().lines())
                .containsAll(said.stream().map(caveat -> "caution: " + caveat).toList());
        isDone("run --json", parts, "--shape", SHAPE);
        assertThat(caveats()).isEqualTo(said);
        isDone("run", parts, "--shape", SHAPE);
        assertThat(out.toString().lines())
                .containsAll(said.stream().map(caveat -> "caution: " + caveat).toList());
    }

    @Test
    void plansForScenariosPrintTheCaveatsOfAllScenarios() throws IOException {
        plan("plan --min-devices 2 --scenario camera=50 --scenario gateway=50 --json");
        assertThat(caveats())
                .filteredOn(caveat -> caveat.contains("unknown load"))
                .hasSize(2)
                .anyMatch(caveat -> caveat.matches("unknown load, predicted as idle: (camera|gateway)"))
                .anyMatch(caveat ->
                        caveat.matches("in the scenario (camera=50|gateway=50): unknown load, predicted as idle: .*"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"pareto", "pareto --branches 2"})
    void paretoPrintsEachCaveatOnce(String command) throws IOException {
        plan(command + " --json");
        List<String> said = caveats();
        saysAll(said);
        assertThat(said).filteredOn(caveat -> caveat.endsWith(FEW)).hasSize(1);
        plan(command);
        assertThat(out.toString().lines())
                .containsAll(said.stream().map(caveat -> "caution: " + caveat).toList());
    }

    @Test
    void predictPrintsCaveats() throws IOException {
        isDone("predict --json", model, "--predictor", predictor, "--shape", SHAPE);
        assertThat(caveats()).contains("the predictor " + FEW, "the predictor " + UNTRIED);
        isDone("predict", model, "--predictor", predictor, "--shape", SHAPE);
        assertThat(out.toString().lines()).contains("caution: the predictor " + FEW);
    }
}
