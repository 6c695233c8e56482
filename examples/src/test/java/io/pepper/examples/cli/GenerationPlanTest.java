package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.pepper.export.DeploymentPlan;
import io.pepper.predict.LatencyDataset;
import io.pepper.predict.LatencyRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Plans of a text generator from the command line. */
class GenerationPlanTest extends DecoderCommands {
    @BeforeEach
    void writeBoth() throws IOException {
        write(
                """
                devices:
                  pi: {predictor: 'starter:raspberry-pi-5'}
                  desk: {predictor: 'starter:rk3588s'}
                links:
                  - {between: [pi, desk], bytesPerSecond: 12e6, latencySeconds: 0.001}
                source: pi
                """);
    }

    private int plan(Object... args) {
        List<Object> words = new ArrayList<>(List.of("plan", model, "--cluster", cluster));
        words.addAll(List.of(args));
        return run(words.toArray());
    }

    @Test
    void theTimeOfTheTaskIsThatOfItsPhases() throws IOException {
        Path parts = directory.resolve("parts");
        assertThat(plan(
                        "--generate",
                        "prompt=6,new=5,context=20,sequences=3",
                        "--min-devices",
                        2,
                        "--out",
                        parts,
                        "--json"))
                .as(err.toString())
                .isZero();
        JsonNode figures = json().path("generation");
        double seconds = figures.path("seconds").asDouble();
        assertThat(seconds)
                .isPositive()
                .isCloseTo(
                        figures.path("firstTokenSeconds").asDouble()
                                + 4 * figures.path("secondsPerToken").asDouble(),
                        within(1e-9));
        assertThat(seconds).isCloseTo(5 * json().path("latencySeconds").asDouble(), within(1e-9));

        DeploymentPlan written = DeploymentPlan.read(parts);
        assertThat(written.phases()).extracting(DeploymentPlan.Phase::name).containsExactly("prompt", "token");
        assertThat(written.phases()).extracting(DeploymentPlan.Phase::times).containsExactly(1.0, 4.0);
        DeploymentPlan.Phase token = written.phases().get(1);
        assertThat(token.partSeconds()).hasSize(written.devices().size());
        assertThat(token.latencySeconds())
                .isGreaterThan(token.partSeconds().stream()
                        .mapToDouble(Double::doubleValue)
                        .sum());
        assertThat(written.devices()).contains("pi", "desk");
    }

    /** A prompt and a token have times of their own, and the longest context, which never runs, needs none. */
    @Test
    void aPlanOfMeasuredPhasesHasTheMeasuredTimes() throws IOException {
        Path times = directory.resolve("times.csv");
        String load = "prompt=64,new=5,context=100";
        assertThat(run(
                        "profile",
                        model,
                        "--generate",
                        load,
                        "--candidates",
                        2,
                        "--loads",
                        0,
                        "--threads",
                        1,
                        "--rounds",
                        1,
                        "--seconds",
                        0.01,
                        "--quiet-wait",
                        0,
                        "--device",
                        "here",
                        "--out",
                        times))
                .as(err.toString())
                .isZero();
        List<LatencyRecord> records = LatencyDataset.read(times).records();
        assertThat(records).hasSizeBetween(6, 12);
        assertThat(records).anyMatch(each -> each.piece().startsWith("prompt-"));
        assertThat(records).anyMatch(each -> each.piece().startsWith("token-"));
        Path twins = Files.writeString(
                directory.resolve("twins.yaml"),
                """
                devices:
                  one: {predictor: here, busyWatts: 5, idleWatts: 2}
                  two: {predictor: here, busyWatts: 5, idleWatts: 2}
                defaultLink: {bytesPerSecond: 12e6, latencySeconds: 0.001}
                source: one
                """);
        assertThat(run(
                        "plan",
                        model,
                        "--cluster",
                        twins,
                        "--measured",
                        times,
                        "--generate",
                        load,
                        "--candidates",
                        2,
                        "--max-devices",
                        1,
                        "--json"))
                .as(err.toString())
                .isZero();
        for (String phase : List.of("prompt", "token")) {
            double measured = records.stream()
                    .filter(each -> each.piece().equals(phase + "-segments-1-3"))
                    .mapToDouble(each -> each.timing().medianSeconds())
                    .findFirst()
                    .orElseThrow();
            JsonNode planned = json().path("generation").path("phases").path(phase.equals("prompt") ? 0 : 1);
            assertThat(planned.path("latencySeconds").asDouble()).isCloseTo(measured, within(1e-12));
        }
        assertThat(json().path("energyJoules").asDouble()).isPositive();
    }

    @Test
    void measuringPhasesTakesTheSizesFromTheirNumbers() {
        assertThat(run("profile", model, "--generate", "prompt=6,new=5", "--dim", "past=3", "--out", "x.csv"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--generate measures models, whose inputs follow from its numbers");
    }

    @Test
    void partsOfAPlanContinuePrompts() throws IOException {
        Path parts = directory.resolve("parts");
        assertThat(plan("--generate", "prompt=3,new=8", "--min-devices", 2, "--out", parts))
                .as(err.toString())
                .isZero();
        assertThat(out.toString())
                .contains("phase   tokens  times  latency", "first token after ", "8 new tokens in ")
                .contains("figures of parts are means of 8 steps");
        assertThat(run("verify", model.toString(), parts.toString(), "--generate", "5"))
                .as(err.toString())
                .isZero();
    }

    @Test
    void aRehearsalMeasuresThePhasesOfThePlan() throws IOException {
        Path parts = directory.resolve("parts");
        assertThat(plan("--generate", "prompt=3,new=8", "--min-devices", 2, "--out", parts))
                .as(err.toString())
                .isZero();
        Object[] rehearsal = {
            "generate",
            parts.toString(),
            "--prompt-tokens",
            "1,2,3",
            "--max-new",
            "8",
            "--rehearse",
            cluster.toString(),
            "--warm-up",
            "100ms",
            "--json"
        };
        assertThat(run(rehearsal)).as(err.toString()).isZero();
        JsonNode phases = json().path("phases");
        assertThat(phases).hasSize(2);
        double hop = 0.001;
        assertThat(phases).allSatisfy(phase -> {
            assertThat(phase.path("plannedSeconds").asDouble()).isGreaterThan(hop);
            assertThat(phase.path("measuredSeconds").asDouble()).isGreaterThan(hop);
        });
        assertThat(json().path("stages")).isNotEmpty().allSatisfy(stage -> assertThat(
                        stage.path("calls").asLong())
                .as("calls without those of the warm-up")
                .isEqualTo(8));
        rehearsal[rehearsal.length - 2] = "soon";
        assertThat(run(rehearsal)).isEqualTo(2);
        assertThat(err.toString()).contains("--warm-up takes a number and a unit");
        Files.delete(parts.resolve(DeploymentPlan.FILE_NAME));
        rehearsal[rehearsal.length - 2] = "0s";
        assertThat(run(rehearsal)).isEqualTo(2);
        assertThat(err.toString()).contains("--emulate needs a plan");
    }

    @Test
    void eachObjectiveCountsItsPhases() throws IOException {
        for (String objective : List.of("latency", "throughput", "first-token", "token")) {
            assertThat(plan("--generate", "prompt=6,new=5,sequences=2", "--objective", objective, "--json"))
                    .as(err.toString())
                    .isZero();
            List<String> counted = json().path("generation").path("phases").findValuesAsText("name");
            switch (objective) {
                case "first-token" -> assertThat(counted).containsExactly("prompt");
                case "token" -> assertThat(counted).containsExactly("token");
                default -> assertThat(counted).containsExactly("prompt", "token");
            }
        }
    }

    @Test
    void refusesWhatHasNoMeaning() {
        assertThat(plan("--generate", "prompt=6,new=5,context=10")).isEqualTo(2);
        assertThat(err.toString()).contains("a context of 10 tokens is too short for 6 of the prompt and 5 new ones");
        assertThat(plan("--generate", "prompt=6,tokens=5")).isEqualTo(2);
        assertThat(err.toString()).contains("'tokens=5': give numbers such as prompt=512,new=128");
        assertThat(plan("--generate", "prompt=6")).isEqualTo(2);
        assertThat(err.toString()).contains("'prompt=6' has no prompt or no new tokens");
        assertThat(plan("--generate", "prompt=6,new=5", "--max-latency", 1)).isEqualTo(2);
        assertThat(err.toString()).contains("--generate takes no limits on latency, period or energy");
        assertThat(plan("--generate", "prompt=6,new=5", "--branches", 2)).isEqualTo(2);
        assertThat(err.toString()).contains("--generate plans a chain of predicted parts");
        assertThat(plan("--objective", "token")).isEqualTo(2);
        assertThat(err.toString()).contains("--objective token is for text generators: give --generate");
    }

    @Test
    void refusesAPlanWhosePhasesHaveOtherParts() throws IOException {
        Path parts = directory.resolve("parts");
        assertThat(plan("--generate", "prompt=3,new=8", "--min-devices", 2, "--out", parts))
                .isZero();
        Path file = parts.resolve(DeploymentPlan.FILE_NAME);
        String text = Files.readString(file);
        String changed = text.replaceFirst("\"partSeconds\" : \\[", "\"partSeconds\" : [ 1.0,");
        assertThat(changed).isNotEqualTo(text);
        Files.writeString(file, changed);
        assertThat(run("simulate", "--every=1", parts.toString())).isNotZero();
        assertThat(err.toString()).contains("phases[0]", "partSeconds", "are 3, where partition.json has 2 parts");
    }
}
