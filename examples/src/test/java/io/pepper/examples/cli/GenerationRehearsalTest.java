package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.examples.DeployedPart;
import io.pepper.examples.metrics.PlanMetrics;
import io.pepper.export.DeploymentPlan;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Commands that read a plan of a text generator: its figures are those of a mean step, and its inputs are tokens. */
class GenerationRehearsalTest extends DecoderCommands {
    private static final double HOP = 0.002;

    private Path parts = Path.of("");

    @BeforeEach
    void plan() throws IOException {
        write(
                """
                devices:
                  pi: {predictor: 'starter:raspberry-pi-5'}
                  desk: {predictor: 'starter:rk3588s'}
                links:
                  - {between: [pi, desk], bytesPerSecond: 12e6, latencySeconds: 0.002}
                source: pi
                """);
        parts = directory.resolve("parts");
        succeeds(
                "plan",
                model,
                "--cluster",
                cluster,
                "--generate",
                "prompt=7,new=5,context=20,sequences=3",
                "--min-devices",
                2,
                "--out",
                parts);
    }

    private void succeeds(Object... args) {
        assertThat(run(args)).as(err.toString()).isZero();
    }

    @Test
    void rehearsesTheTaskOfThePlan() throws IOException {
        succeeds("run", parts, "--rehearse", cluster, "--warm-up", "100ms", "--json");
        JsonNode document = json();
        assertThat(document.path("mode").asText()).isEqualTo("1 sequence of 7 prompt tokens and 5 new ones, emulated");
        assertThat(document.path("sequences")).hasSize(1);
        JsonNode sequence = document.path("sequences").get(0);
        assertThat(sequence.path("tokens")).hasSize(5);
        assertThat(document.path("stages"))
                .allSatisfy(stage -> assertThat(stage.path("calls").asInt())
                        .as("the prompt, then each token but the last")
                        .isEqualTo(5));
        DeploymentPlan plan = DeploymentPlan.read(parts);
        assertThat(document.path("phases")).hasSize(2);
        for (int i = 0; i < 2; i++) {
            JsonNode phase = document.path("phases").get(i);
            assertThat(phase.path("plannedSeconds").asDouble())
                    .isEqualTo(plan.phases().get(i).latencySeconds());
            assertThat(phase.path("measuredSeconds").asDouble()).isGreaterThan(HOP);
        }
        assertThat(document.path("caveats")).isNotEmpty();
        assertThat(document.has("notes")).isTrue();
        assertThat(document.path("notes").toString()).doesNotContain("no planned times");
    }

    @Test
    void aPipelineRehearsesAllSequencesAtOnce() throws IOException {
        succeeds("run", parts, "--emulate", cluster, "--pipeline", "--repeat", 2, "--warm-up", "0s", "--json");
        assertThat(json().path("mode").asText()).startsWith("3 sequences at once of 7 prompt tokens");
        assertThat(json().path("sequences")).as("two rounds").hasSize(6);
        succeeds("run", parts, "--rehearse", cluster, "--warm-up", "0s");
        assertThat(out.toString())
                .startsWith("1 sequence of 7 prompt tokens and 5 new ones, emulated")
                .contains("phase", "planned", "measured", "caution: ");
    }

    @Test
    void refusesInputsThatTheTaskDoesNotTake() {
        assertThat(run("run", parts, "--warm-up", "1s")).isEqualTo(2);
        assertThat(err.toString()).contains("--warm-up is for rehearsals of a plan by plan --generate");
        for (List<Object> more : List.<List<Object>>of(
                List.of("--input", "input_ids=random"), List.of("--dim", "past=3"), List.of("--out", directory))) {
            List<Object> words = new ArrayList<>(List.of("run", parts, "--rehearse", cluster));
            words.addAll(more);
            assertThat(run(words.toArray())).isEqualTo(2);
            assertThat(err.toString())
                    .contains("is of a text generator")
                    .contains("generate " + parts + " --prompt-tokens 1,2,3 --rehearse " + cluster);
        }
    }

    @Test
    void aSingleStepIsNotComparedWithTheMeanStep() throws IOException {
        Object[] step = {
            "run", parts, "--dim", "batch=1", "--dim", "seq=1", "--dim", "past=3", "--dim", "total=4", "--json"
        };
        succeeds(step);
        assertThat(json().path("predicted").path("latencySeconds").isNull()).isTrue();
        assertThat(json().path("notes").toString()).contains("mean step (prompt 1 × ", "token 4 × ", "run --rehearse");
    }

    @Test
    void aSimulationSaysThatItsRequestsAreSteps() throws IOException {
        succeeds("simulate", "--every=1", parts);
        assertThat(out.toString()).contains("note: a request is one step, and the figures of the plan are of its mean");
        succeeds("simulate", "--every=1", parts, "--json");
        assertThat(json().path("phases").findValuesAsText("name")).containsExactly("prompt", "token");
    }

    @Test
    void theStateOfADeploymentHasItsPhases() throws IOException {
        DeploymentPlan plan = DeploymentPlan.read(parts);
        DeployedPart part = new DeployedPart(
                "story",
                "1",
                0,
                Optional.empty(),
                "pi",
                true,
                Optional.empty(),
                OptionalDouble.empty(),
                OptionalDouble.empty());
        DeployedPartsPrinter printer = new DeployedPartsPrinter(List.of(part), Map.of("story", plan));
        StringWriter text = new StringWriter();
        printer.print(new PrintWriter(text, true));
        assertThat(text.toString()).contains("predicted prompt 1 × ", "token 4 × ", "; the mean step ");
        ObjectNode document = Json.object();
        printer.addTo(document);
        assertThat(document.at("/deployments/0/predicted/phases/1/latencySeconds")
                        .asDouble())
                .isEqualTo(plan.phases().get(1).latencySeconds());
        assertThat(PlanMetrics.of(plan).collect().stream()
                        .map(metric -> String.valueOf(metric.getMetadata().getHelp())))
                .anyMatch(help -> help.contains("of the mean step"));
    }

    @Test
    void aPlanOfSingleStepsSaysThatCachesTravel() {
        Object[] sizes = {"--dim", "batch=1", "--dim", "seq=1", "--dim", "past=3", "--dim", "total=4"};
        for (String command : List.of("plan", "pareto")) {
            List<Object> words = new ArrayList<>(List.of(command, model, "--cluster", cluster));
            words.addAll(List.of(sizes));
            succeeds(words.toArray());
            assertThat(out.toString())
                    .contains("caches are inputs and outputs that travel: plan --generate keeps them");
        }
    }
}
