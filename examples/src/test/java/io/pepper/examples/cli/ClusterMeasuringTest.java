package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pepper.distributed.ClusterNode;
import io.pepper.distributed.ClusterNodeOptions;
import io.pepper.predict.LatencyDataset;
import io.pepper.predict.StoredPredictor;
import io.pepper.workload.DevicePredictors;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Campaigns and calibrations on the nodes of a cluster in this process. */
class ClusterMeasuringTest {
    private static final Duration SILENCE = Duration.ofSeconds(1);

    @TempDir
    private Path directory;

    private final List<ClusterNode> nodes = new ArrayList<>();
    private StringWriter out = new StringWriter();
    private StringWriter err = new StringWriter();
    private Path model = Path.of("");
    private Path data = Path.of("");

    @BeforeEach
    void start() throws IOException {
        node("pi");
        node("nano");
        model = directory.resolve("cls.onnx");
        Files.write(
                model,
                ClusterMeasuringTest.class
                        .getResourceAsStream("/models/ch_ppocr_mobile_v2.0_cls_infer.onnx")
                        .readAllBytes());
        data = directory.resolve("all.csv");
    }

    private ClusterNode node(String name) throws IOException {
        ClusterNodeOptions options = ClusterNodeOptions.of(name, directory.resolve("store-" + name))
                .withKind("kind of " + name)
                .withFailureTimes(SILENCE, SILENCE);
        ClusterNode started = ClusterNode.start(
                nodes.isEmpty()
                        ? options
                        : options.withSeeds(List.of(nodes.get(0).address())));
        nodes.add(started);
        return started;
    }

    @AfterEach
    void stop() throws IOException {
        for (ClusterNode node : nodes) {
            node.close();
        }
    }

    private int run(Writer messages, String line) {
        out = new StringWriter();
        List<String> words = new ArrayList<>(List.of(line.split(" ")));
        words.addAll(List.of("--cluster", nodes.get(0).address()));
        return Main.run(new PrintWriter(out, true), new PrintWriter(messages, true), words.toArray(String[]::new));
    }

    private String profile(int rounds) {
        return "profile " + model
                + " --shape x=1x3x48x192 --pieces 1 --loads 0 --threads 1 --seconds 0.01 --quiet-wait 0"
                + " --wait 1s --rounds " + rounds + " --out " + data;
    }

    private static Set<String> devices(LatencyDataset read) {
        return read.records().stream().map(entry -> entry.device().device()).collect(Collectors.toSet());
    }

    private List<Path> tasks() throws IOException {
        List<Path> tasks = new ArrayList<>();
        for (String name : List.of("pi", "nano")) {
            try (Stream<Path> found = Files.walk(directory.resolve("store-" + name + "/tasks"), 2)) {
                found.filter(path -> path.getFileName().toString().contains("-"))
                        .forEach(tasks::add);
            }
        }
        return tasks.stream()
                .filter(path -> path.toString().contains("/tasks/"))
                .toList();
    }

    @Test
    void allNodesMeasureTheSamePiecesForOneDataSet() throws IOException {
        assertThat(run(err, profile(2) + " --json")).as(err.toString()).isZero();
        LatencyDataset read = LatencyDataset.read(data);
        assertThat(devices(read)).containsExactlyInAnyOrder("pi", "nano");
        assertThat(read.records()).hasSize(8);
        assertThat(read.records().stream()
                        .filter(entry -> entry.device().device().equals("pi"))
                        .map(entry -> entry.piece() + entry.execution()))
                .containsExactlyInAnyOrderElementsOf(read.records().stream()
                        .filter(entry -> entry.device().device().equals("nano"))
                        .map(entry -> entry.piece() + entry.execution())
                        .toList());
        assertThat(read.records())
                .allSatisfy(entry -> assertThat(entry.device().platform().kind())
                        .contains("kind of " + entry.device().device()));
        JsonNode document = new ObjectMapper().readTree(out.toString());
        assertThat(document.path("records").asInt()).isEqualTo(8);
        assertThat(document.path("nodes").findValuesAsText("records")).containsExactly("4", "4");
        assertThat(tasks()).isEmpty();

        assertThat(run(err, profile(1) + " --node nano")).as(err.toString()).isZero();
        assertThat(LatencyDataset.read(data).records()).hasSize(6); // The measurements of the other device stay.
    }

    /** Interrupts its own thread at the first measurement. */
    private static final class InterruptingWriter extends StringWriter {
        private final Thread command = Thread.currentThread();

        @Override
        public void write(String text, int offset, int length) {
            super.write(text, offset, length);
            if (text.contains("round ")) {
                command.interrupt();
            }
        }
    }

    @Test
    void aStoppedCampaignStopsOnAllNodesAndContinues() throws IOException {
        Writer messages = new InterruptingWriter();
        assertThat(run(messages, profile(45))).isEqualTo(130);
        assertThat(messages.toString())
                .contains("pepper: stopped; the nodes keep their measurements (")
                .contains("run the same command again to go on");
        boolean unused = Thread.interrupted();
        assertThat(data).doesNotExist();
        assertThat(tasks()).hasSize(2);
        assertThat(run(err, profile(45) + " --node pi")).as(err.toString()).isZero();
        assertThat(LatencyDataset.read(data).records()).hasSize(90);
        assertThat(tasks()).hasSize(1);
    }

    @Test
    void aNodeThatDoesNotComeBackIsNamedAndItsPartIsMeasuredLater() throws IOException {
        Thread caller = Thread.currentThread();
        ClusterNode leaving = nodes.remove(1);
        Writer messages = new StringWriter() {
            private boolean left;

            @Override
            public void write(String text, int offset, int length) {
                super.write(text, offset, length);
                if (!left
                        && Thread.currentThread() != caller
                        && text.contains("nano: cls")
                        && text.contains("round ")) {
                    left = true;
                    Thread closing = new Thread(() -> leave(leaving));
                    closing.start();
                }
            }
        };
        int code = run(messages, profile(45));
        assertThat(code).as(messages.toString()).isEqualTo(1);
        assertThat(messages.toString()).contains("pepper: nano is missing: ").contains("; it was at: cls ");
        assertThat(devices(LatencyDataset.read(data))).containsExactly("pi");
        node("nano");
        assertThat(run(err, profile(45))).as(err.toString()).isZero();
        assertThat(LatencyDataset.read(data).records()).hasSize(180);
        assertThat(tasks()).isEmpty();
    }

    private static void leave(ClusterNode node) {
        try {
            node.close();
        } catch (IOException failed) {
            throw new AssertionError(failed);
        }
    }

    @Test
    void aFileThatIsNoDataSetIsRefusedBeforeNodesMeasure() throws IOException {
        Files.write(directory.resolve("bad.csv"), List.of("a,b", "1,2"));
        assertThat(run(
                        err,
                        profile(1)
                                .replace(
                                        data.toString(),
                                        directory.resolve("bad.csv").toString())))
                .isEqualTo(1);
        assertThat(err.toString()).contains("bad.csv");
        assertThat(directory.resolve("bad.csv")).hasContent("a,b\n1,2\n");
    }

    @Test
    void eachNodeIsCalibratedForOneFileThatPlansUse() throws IOException {
        Path predictors = directory.resolve("predictors.json");
        Path kept = directory.resolve("kept.csv");
        String line = "calibrate --seconds 1 --predictor starter:all --keep " + kept + " --out " + predictors;
        assertThat(run(err, line + " --json")).as(err.toString()).isZero();
        assertThat(StoredPredictor.load(predictors))
                .isInstanceOfSatisfying(DevicePredictors.class, read -> assertThat(read.byName())
                        .containsOnlyKeys("nano", "pi"));
        assertThat(devices(LatencyDataset.read(kept))).containsExactlyInAnyOrder("pi", "nano");
        JsonNode document = new ObjectMapper().readTree(out.toString());
        assertThat(document.path("nodes").findValuesAsText("name")).containsExactly("nano", "pi");
        assertThat(document.path("nodes").findValuesAsText("kind")).containsExactly("kind of nano", "kind of pi");
        assertThat(document.path("nodes").findValues("heldOutError")).hasSize(2);
        assertThat(run(err, line + " --node pi")).as(err.toString()).isZero();
        assertThat(out.toString()).contains("plan --predictor " + predictors);
        assertThat(StoredPredictor.load(predictors))
                .isInstanceOfSatisfying(DevicePredictors.class, read -> assertThat(read.byName())
                        .containsOnlyKeys("nano", "pi"));
    }
}
