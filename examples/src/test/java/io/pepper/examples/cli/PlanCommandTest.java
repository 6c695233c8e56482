package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code pepper plan} and {@code pareto} with a roofline, with measurements and with a table of costs. */
class PlanCommandTest extends CommandTest {
    private static Path trained = Path.of("");

    private Path cluster(String yaml) throws IOException {
        return Files.writeString(directory.resolve("cluster.yaml"), yaml);
    }

    /** A camera fifty times slower than the gateway, with an almost perfect link. */
    private Path slowCamera() throws IOException {
        return cluster(
                """
                devices:
                  camera: {timeFactor: 50, idleWatts: 2, busyWatts: 6}
                  gateway: {idleWatts: 9, busyWatts: 28}
                defaultLink: {bytesPerSecond: 1e9, latencySeconds: 1e-6}
                source: camera
                """);
    }

    /** A camera three times slower than the gateway. */
    private Path nearCamera() throws IOException {
        return cluster(
                """
                devices:
                  camera: {timeFactor: 3}
                  gateway: {}
                defaultLink: {bytesPerSecond: 1e8, latencySeconds: 1e-4}
                source: camera
                """);
    }

    /** A predictor that was trained on a few runs of the classifier, for plans whose figures do not matter. */
    @BeforeAll
    static void trainAPredictor(@TempDir Path shared) throws IOException {
        trained = shared.resolve("here.predictor");
        Path data = shared.resolve("data.csv");
        Path classifier = extractTheModel(shared);
        Object[] quickly = {"--quiet-wait", 0, "--loads", 0, "--threads", 1, "--rounds", 1, "--seconds", 0.01};
        assertThat(runAlone(with(quickly, "profile", classifier, "--shape", SIZES, "--pieces", 2, "--out", data)))
                .isZero();
        assertThat(runAlone("train", data, "--out", trained)).isZero();
    }

    private int plan(Path cluster, Object... more) {
        return runSized("plan", with(more, "--cluster", cluster, "--predictor", trained));
    }

    private int planRoughly(Path cluster, Object... more) {
        return runSized("plan", with(more, "--cluster", cluster, "--roofline"));
    }

    private void assertDone(int code) {
        assertThat(code).as(err.toString()).isZero();
    }

    @Test
    void jsonHasThePlacementItsReasonsAndItsCaveats() throws IOException {
        assertDone(plan(slowCamera(), "--json"));
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
        JsonNode stage = json().path("stages").path(0);
        assertThat(names(stage))
                .containsExactly(
                        "part",
                        "device",
                        "beginSeconds",
                        "computeSeconds",
                        "transferSeconds",
                        "bytesOut",
                        "memoryBytes");
        assertThat(stage.path("device").textValue()).isEqualTo("gateway");
    }

    @Test
    void theDeploymentIsWrittenAndVerifies() throws IOException {
        Path deployment = directory.resolve("deployment");
        assertDone(plan(slowCamera(), "--out", deployment));
        assertThat(deployment.resolve("plan.json")).exists();
        assertDone(runSized("verify", deployment));
    }

    @Test
    void aPersonReadsThePartsTheReasonsAndTheCautions() throws IOException {
        assertDone(planRoughly(slowCamera(), "--objective", "throughput", "--min-devices", 2, "--load", "camera=50"));
        assertThat(out.toString())
                .contains("camera", "optimal by these figures", "all on", "alternative")
                .contains("caution: unknown load, predicted as idle: ")
                .contains("is a roofline, whose error is 25 % or more");
    }

    @Test
    void paretoListsTradeOffs() throws IOException {
        assertDone(runSized(
                "pareto", "--cluster", slowCamera(), "--predictor", trained, "--metrics", "latency,energy", "--json"));
        assertThat(json().path("placements").size()).isPositive();
    }

    @Test
    void unmeetableLimitsAreNamedWithTheBestPlanWithoutThem() throws IOException {
        assertThat(plan(slowCamera(), "--max-latency", "1e-9")).isOne();
        assertThat(err.toString())
                .contains("keeps within the limits: without the limit of the latency there is Placement");
    }

    @Test
    void wrongUsageAndWrongClustersAreRefused() throws IOException {
        Path cluster = slowCamera();
        assertThat(runSized("plan", "--cluster", cluster))
                .as("nothing says the times")
                .isEqualTo(2);
        assertThat(plan(cluster, "--load", "moon=5")).isEqualTo(2);
        Path unknownField = cluster("devices: {a: {speed: 5}}");
        assertThat(plan(unknownField)).isOne();
        assertThat(err.toString()).contains("cluster.yaml:1: devices.a.speed: is an unknown field");
    }

    @Test
    void plansForTheWorstOfSeveralScenarios() throws IOException {
        Path cluster = cluster(
                """
                devices:
                  one: {cores: 2}
                  other: {cores: 2, timeFactor: 1.2}
                defaultLink: {bytesPerSecond: 1e9, latencySeconds: 1e-5}
                """);
        Object[] scenarios = {"--scenario", "one=0,other=0", "--scenario", "one=100"};
        Path page = directory.resolve("robust.html");
        assertDone(planRoughly(
                cluster, with(scenarios, "--json", "--out", directory.resolve("robust"), "--report", page)));
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
        assertDone(planRoughly(cluster, scenarios));
        assertThat(out.toString()).contains("one=100").contains("worst, planned for");
        for (String wrong : List.of("one", "one=x", "three=1")) {
            assertThat(planRoughly(cluster, "--scenario", wrong)).as(wrong).isEqualTo(2);
            assertThat(err.toString()).contains("--scenario");
        }
        assertThat(planRoughly(cluster, with(scenarios, "--operators"))).isEqualTo(2);
    }

    @Test
    void plansForAScenarioWithASlowLink() throws IOException {
        Path cluster = slowCamera();
        Object[] fast = {"--scenario", "camera=0", "--scenario", "camera~gateway=1e9", "--json"};
        assertDone(planRoughly(cluster, fast));
        assertThat(json().path("stages").findValuesAsText("device")).contains("gateway");
        Object[] slow = {"--scenario", "camera=0", "--scenario", "camera~gateway=10", "--json"};
        assertDone(planRoughly(cluster, slow));
        assertThat(json().path("stages").findValuesAsText("device")).containsOnly("camera");
        for (String wrong :
                List.of("camera~moon=1", "camera~=1", "~gateway=1", "camera~gateway=0", "camera~gateway=x")) {
            assertThat(planRoughly(cluster, "--scenario", wrong)).as(wrong).isEqualTo(2);
            assertThat(err.toString()).as(wrong).contains("--scenario");
        }
    }

    /** Three segments; the cloud is faster and half a second of sending away. */
    private Object[] withCostTable() throws IOException {
        Path cluster = cluster(
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
        return new Object[] {"--cluster", cluster, "--table", table};
    }

    @Test
    void aTableOfCostsIsPlannedWithoutAModel() throws IOException {
        Object[] typed = withCostTable();
        assertDone(run(with(typed, "plan", "--json")));
        assertThat(json().path("latencySeconds").doubleValue())
                .as("0.024 s on pi, 9,000 bytes and 5 ms of the link, 0.006 s on the cloud")
                .isEqualTo(0.044, within(1e-12));
        assertThat(json().path("stages").path(1).path("device").textValue()).isEqualTo("cloud");
        assertThat(json().fieldNames()).toIterable().startsWith("model", "objective", "latencySeconds");
        assertDone(run(with(typed, "pareto", "--json")));
        assertThat(json().path("placements").size()).isPositive();
    }

    @Test
    void limitsOnATableArePricedInTheExplanation() throws IOException {
        Object[] typed = withCostTable();
        assertDone(run(with(typed, "plan", "--pin", "3=pi")));
        assertThat(out.toString()).contains("1–3", "without segment 3 on 'pi'");
        assertDone(run(with(typed, "plan", "--forbid-hop", "pi=cloud")));
        assertThat(out.toString()).contains("without forbidden hops");
        assertDone(run(with(typed, "plan", "--keep-off", "2=pi", "--objective", "latency=1,period=2", "--json")));
        assertThat(json().path("objective").textValue()).isEqualTo("latency=1,period=2");
    }

    @Test
    void wrongUsageOfATableIsRefused() throws IOException {
        Object[] typed = withCostTable();
        for (String wrong : List.of("speed", "latency=x", "latency=-1", "latency=0", "joules=1")) {
            assertThat(run(with(typed, "plan", "--objective", wrong))).as(wrong).isEqualTo(2);
        }
        assertThat(run(with(typed, "plan", "--pin", "pi"))).isEqualTo(2);
        assertThat(run(with(typed, "plan", "--pin", "conv=pi")))
                .as("a table has no operators")
                .isOne();
        assertThat(run("pareto", "--cluster", typed[1], "--roofline")).isEqualTo(2);
        assertThat(run("plan", "--cluster", typed[1], "--roofline")).isEqualTo(2);
        assertThat(err.toString()).contains("without MODEL, planning needs --table");
        assertThat(runSized("plan", typed)).isEqualTo(1);
        assertThat(err.toString()).contains("is of 3 segments, the model is cut into ");
    }

    @Test
    void measurementsOfEachRunArePlannedWithAndReported() throws IOException {
        Path cluster = cluster(
                """
                devices:
                  camera: {timeFactor: 3, predictor: gateway}
                  gateway: {}
                defaultLink: {bytesPerSecond: 1e8, latencySeconds: 1e-4}
                source: camera
                """);
        Path data = directory.resolve("measured.csv");
        Object[] quickly = {
            "--quiet-wait", 0, "--loads", 0, "--threads", 1, "--rounds", 1, "--seconds", 0.02, "--device", "gateway"
        };
        assertDone(runSized("profile", with(quickly, "--candidates", 2, "--out", data)));
        assertThat(out.toString()).contains("6 measurements");
        Path page = directory.resolve("plan.html");
        Path picture = directory.resolve("plan.svg");
        for (Path report : List.of(page, picture)) {
            assertDone(
                    runSized("plan", "--candidates", 2, "--cluster", cluster, "--measured", data, "--report", report));
            assertThat(out.toString()).contains("look at: " + report);
        }
        assertThat(page).content().startsWith("<!DOCTYPE html>").contains("gateway");
        assertThat(picture).content().startsWith("<svg").contains("gateway");
    }

    @Test
    void branchesAndOperatorsAreWrittenAndVerify() throws IOException {
        Path cluster = nearCamera();
        Path parts = directory.resolve("divided");
        for (Object[] shape : new Object[][] {{"--branches", 3}, {"--operators"}}) {
            assertDone(plan(cluster, with(shape, "--out", parts, "--json")));
            assertThat(json().path("stages").path(0).path("part").textValue()).endsWith("_part1.onnx");
            assertThat(json().path("singleDevice")).hasSize(2);
            assertDone(runSized("verify", parts));
        }
    }

    @Test
    void branchesKeepPinsAndOperatorsRefuseThem() throws IOException {
        Path cluster = nearCamera();
        assertDone(plan(cluster, "--branches", 3, "--pin", "1=camera", "--keep-off", "3=camera", "--json"));
        JsonNode stages = json().path("stages");
        assertThat(stages.path(0).path("device").textValue()).isEqualTo("camera");
        assertThat(stages.path(stages.size() - 1).path("device").textValue()).isEqualTo("gateway");
        assertThat(plan(cluster, "--operators", "--pin", "1=camera")).isEqualTo(2);
        assertThat(err.toString()).contains("--operators plans without limits");
    }

    @Test
    void branchesAreReportedAsAPipeline() throws IOException {
        Path page = directory.resolve("branches.html");
        assertDone(plan(
                nearCamera(), "--branches", 3, "--pin", "1=camera", "--report", page, "--objective", "throughput"));
        assertThat(out.toString()).contains("all on", "look at: " + page);
        assertThat(page).content().contains("segment 1 on camera", "A pipeline");
    }
}
