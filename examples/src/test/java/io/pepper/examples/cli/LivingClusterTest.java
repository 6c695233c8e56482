package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pepper.cluster.DeviceState;
import io.pepper.cluster.Link;
import io.pepper.cluster.LinkState;
import io.pepper.distributed.ClusterClient;
import io.pepper.distributed.ClusterClientOptions;
import io.pepper.distributed.ClusterNode;
import io.pepper.distributed.ClusterNodeOptions;
import io.pepper.distributed.SplitBrain;
import io.pepper.export.DeploymentPlan;
import io.pepper.monitor.ClusterMonitor;
import io.pepper.monitor.DeviceReading;
import io.pepper.monitor.LinkReading;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands on the nodes of a living cluster: their states, their links, plans for them, and what they do. */
class LivingClusterTest {
    private static final String MODEL = "/models/ch_ppocr_mobile_v2.0_cls_infer.onnx";
    private static final String SHAPE = "x=1x3x48x192";
    private static final Duration SILENCE = Duration.ofSeconds(1);

    @TempDir
    private static Path directory;

    private static final Map<String, ClusterNode> NODES = new LinkedHashMap<>();
    private static Path model;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void start() throws IOException {
        node("pi4", "pi4");
        node("nano", "");
        model = directory.resolve("cls.onnx");
        try (InputStream in = LivingClusterTest.class.getResourceAsStream(MODEL)) {
            Files.copy(in, model);
        }
    }

    private static void node(String name, String kind) throws IOException {
        ClusterNodeOptions options = ClusterNodeOptions.of(name, directory.resolve("store-" + name))
                .withSplitBrain(SplitBrain.KEEP_OLDEST)
                .withFailureTimes(SILENCE, SILENCE);
        options = NODES.isEmpty() ? options : options.withSeeds(List.of(seed()));
        NODES.put(name, ClusterNode.start(kind.isEmpty() ? options : options.withKind(kind)));
    }

    private static String seed() {
        return NODES.values().iterator().next().address();
    }

    @AfterAll
    static void stop() throws IOException {
        for (ClusterNode node : NODES.values()) {
            node.close();
        }
    }

    private int run(Object... arguments) {
        out.getBuffer().setLength(0);
        List<String> words = new ArrayList<>();
        for (Object each : arguments) {
            words.add(String.valueOf(each));
        }
        words.addAll(List.of("--cluster", seed(), "--split-brain", "keep-oldest"));
        return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), words.toArray(String[]::new));
    }

    private JsonNode json() throws IOException {
        return new ObjectMapper().readTree(out.toString());
    }

    private static ClusterClient client() throws IOException {
        return ClusterClient.join(ClusterClientOptions.of(List.of(seed()))
                .withSplitBrain(SplitBrain.KEEP_OLDEST)
                .withFailureTimes(SILENCE, SILENCE));
    }

    @Test
    void nodesTellTheirStatesAndTheLinksBetweenThem() throws IOException {
        try (ClusterClient client = client()) {
            ClusterMonitor monitor = ClusterMonitor.of(client);
            Map<String, DeviceReading> readings = monitor.read();
            assertThat(readings).containsOnlyKeys("nano", "pi4");
            assertThat(readings.get("pi4").state().platform().kind()).contains("pi4");
            assertThat(readings.values()).allSatisfy(reading -> {
                DeviceState state = reading.state();
                assertThat(state.cores()).isPresent();
                assertThat(state.cpuLoadPercent().orElseThrow()).isBetween(0.0, 100.0);
                assertThat(state.memoryFreeBytes().orElseThrow()).isPositive();
                assertThat(reading.problems()).isEmpty();
            });
            assertThat(monitor.states()).extracting(DeviceState::device).containsExactly("nano", "pi4");
            List<LinkReading> links = monitor.readLinks();
            assertThat(links)
                    .extracting(reading ->
                            reading.state().from() + ">" + reading.state().to())
                    .containsExactly("nano>pi4", "pi4>nano");
            assertThat(links).allSatisfy(reading -> {
                LinkState state = reading.state();
                assertThat(state.bytesPerSecond().orElseThrow()).isGreaterThan(1e5);
                assertThat(state.latencySeconds().orElseThrow()).isBetween(0.0, 1.0);
                assertThat(reading.problems()).isEmpty();
                assertThat(reading.stale()).isFalse();
            });
            assertThat(monitor.absent(Set.of("pi4", "moon"))).containsExactly("moon");
        }
    }

    @Test
    void devicesPrintsTheNodesAndTheirLinks() throws IOException {
        assertThat(run("devices", "--json")).as(err.toString()).isZero();
        assertThat(json().get("devices")).hasSize(2);
        assertThat(json().get("links")).hasSize(2);
        assertThat(run("devices", "--local")).isEqualTo(2);
        assertThat(err.toString()).contains("--cluster, --prometheus, --agents and --local exclude each other");
    }

    @Test
    void aPlanForTheNodesDeploysAsItIsAndStatusComparesWithIt() throws IOException {
        Path parts = directory.resolve("parts");
        assertThat(run(
                        "plan",
                        model,
                        "--shape",
                        SHAPE,
                        "--roofline",
                        "--source",
                        "pi4",
                        "--min-devices",
                        2,
                        "--out",
                        parts))
                .as(err.toString())
                .isZero();
        assertThat(out.toString()).contains("link from nano to pi4").contains("measured");
        DeploymentPlan plan = DeploymentPlan.read(parts);
        assertThat(plan.devices()).containsExactlyInAnyOrder("pi4", "nano");
        assertThat(plan.states()).extracting(DeviceState::device).containsExactlyInAnyOrder("pi4", "nano");
        assertThat(plan.placement().cluster().source()).isPresent();
        Link measured = plan.placement().transfers().get(0).link();
        assertThat(measured.bytesPerSecond()).isNotCloseTo(12.5e6, within(1.0));

        assertThat(run("deploy", parts, "--name", "cls")).as(err.toString()).isZero();
        assertThat(run("run", "cls", "--shape", SHAPE, "--repeat", 5, "--json"))
                .as(err.toString())
                .isZero();
        assertThat(json().get("stages").get(0).get("devices")).hasSize(1);
        assertThat(run("status", "--json")).as(err.toString()).isZero();
        JsonNode deployment = json().get("deployments").get(0);
        assertThat(deployment.get("deployment").asText()).isEqualTo("cls");
        assertThat(deployment.get("parts")).hasSize(2).allSatisfy(part -> {
            assertThat(part.get("runs").asInt()).isEqualTo(5);
            assertThat(part.get("predictedSeconds").asDouble()).isPositive();
            assertThat(part.get("measuredPerPredicted").asDouble()).isPositive();
        });
        assertThat(run("status")).isZero();
        assertThat(out.toString()).contains("cls version").contains("on the wire");
        assertThat(run("undeploy", "cls")).isZero();
    }

    @Test
    void adaptRunsRequestsOnTheNodes() throws IOException {
        assertThat(run(
                        "adapt",
                        model,
                        "--shape",
                        SHAPE,
                        "--roofline",
                        "--min-devices",
                        2,
                        "--repeat",
                        10,
                        "--every",
                        "500ms",
                        "--json"))
                .as(err.toString())
                .isZero();
        assertThat(json().get("answers").asInt()).isEqualTo(10);
        assertThat(json().get("failures").asInt()).isZero();
        assertThat(json().get("ordered").asBoolean()).isTrue();
    }

    @Test
    void aNodeThatLeftIsNamedWithTheAgeOfItsLastValues() throws IOException {
        node("guest", "pi5");
        try (ClusterClient client = client()) {
            ClusterMonitor monitor = ClusterMonitor.of(client);
            assertThat(monitor.read()).containsKey("guest");
            assertThat(monitor.readLinks()).hasSize(6);
            NODES.remove("guest").close();
            DeviceReading gone = monitor.read().get("guest");
            assertThat(gone.isKnown()).isFalse();
            assertThat(gone.problems()).singleElement().asString().contains("its last values are");
            assertThat(monitor.states()).extracting(DeviceState::device).doesNotContain("guest");
            assertThat(monitor.readLinks().stream()
                            .filter(link -> link.state().from().equals("guest")))
                    .hasSize(2)
                    .allSatisfy(link -> assertThat(link.problems().get(0)).contains("'guest'"));
            assertThat(monitor.absent(Set.of("guest"))).containsExactly("guest");
        }
    }

    @Test
    void aFileIsToldFromNodesAndOptionsOfTheOtherAreRefused() throws IOException {
        String[] file = {"plan", model.toString(), "--shape", SHAPE, "--roofline", "--cluster", "missing.yaml"};
        assertThat(Main.run(new PrintWriter(out, true), new PrintWriter(err, true), file))
                .isEqualTo(1);
        assertThat(err.toString()).contains("missing.yaml");
        String[] source = {
            "plan", model.toString(), "--shape", SHAPE, "--roofline", "--cluster", "missing.yaml", "--source", "a"
        };
        assertThat(Main.run(new PrintWriter(out, true), new PrintWriter(err, true), source))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--source is for a living cluster");
        assertThat(run("plan", model, "--shape", SHAPE, "--roofline", "--source", "moon"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("--source moon is no node that can be used; there are nano, pi4");
        String[] adapt = {"adapt", model.toString(), "--shape", SHAPE, "--roofline", "--cluster", "missing.yaml"};
        assertThat(Main.run(new PrintWriter(out, true), new PrintWriter(err, true), adapt))
                .isEqualTo(2);
        assertThat(err.toString()).contains("nodes of a living cluster are needed");
    }
}
