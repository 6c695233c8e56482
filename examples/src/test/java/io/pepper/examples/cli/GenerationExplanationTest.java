package io.pepper.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.export.DeploymentPlan;
import io.pepper.export.GenerationPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Why the plan of a text generator is the best, in text, in JSON, in {@code plan.json} and in a report. */
class GenerationExplanationTest extends DecoderCommands {
    private static final String LOAD = "prompt=64,new=9,context=100,sequences=3";

    @BeforeEach
    void writeBoth() throws IOException {
        write(
                """
                devices:
                  pi: {predictor: 'starter:raspberry-pi-5'}
                  desk: {predictor: 'starter:rk3588s', timeFactor: 0.2}
                  nano: {predictor: 'starter:raspberry-pi-5', timeFactor: 3}
                links:
                  - {between: [pi, desk], bytesPerSecond: 12e6, latencySeconds: 0.0001}
                  - {between: [pi, nano], bytesPerSecond: 1e6, latencySeconds: 0.00001}
                  - {between: [desk, nano], bytesPerSecond: 12e6, latencySeconds: 0.0001}
                source: pi
                """);
    }

    private int plan(Object... args) {
        List<Object> words = new ArrayList<>(List.of("plan", model, "--cluster", cluster, "--generate", LOAD));
        words.addAll(List.of(args));
        return run(words.toArray());
    }

    private JsonNode generation(Object... args) throws IOException {
        List<Object> words = new ArrayList<>(List.of(args));
        words.add("--json");
        assertThat(plan(words.toArray())).as(err.toString()).isZero();
        return json().path("generation");
    }

    private static double sum(JsonNode numbers) {
        return StreamSupport.stream(numbers.spliterator(), false)
                .mapToDouble(JsonNode::asDouble)
                .sum();
    }

    @Test
    void textSaysWhatTakesTheTimeAndWhatWouldChangeTheDecision() {
        assertThat(plan("--min-devices", 2)).as(err.toString()).isZero();
        assertThat(out.toString())
                .contains("part or link", "share of the time", "caches", " limits it: ", "of the time of a sequence")
                .contains("the best trade-offs of first token and tokens per second:", "this plan")
                .contains("× the time of ", "× the bandwidth between ", " load ");
    }

    @Test
    void eachPhaseIsTheSumOfItsPartsAndTransfers() throws IOException {
        JsonNode figures = generation("--min-devices", 2);
        double seconds = 0;
        for (JsonNode phase : figures.path("phases")) {
            double sum = sum(phase.path("partSeconds")) + sum(phase.path("transferSeconds"));
            assertThat(phase.path("transferSeconds")).isNotEmpty();
            assertThat(sum).isCloseTo(phase.path("latencySeconds").asDouble(), within(1e-12));
            seconds += phase.path("times").asDouble() * sum;
        }
        assertThat(seconds).isCloseTo(figures.path("seconds").asDouble(), within(1e-9));
        assertThat(figures.path("limitingShare").asDouble()).isBetween(0.2, 1.0);
        assertThat(figures.path("limitedBy").asText()).isNotEmpty();
    }

    /** The ends of the front are the plans for each phase alone, and the plan for both lies on it. */
    @Test
    void theFrontGoesFromTheBestFirstTokenToTheBestRate() throws IOException {
        JsonNode both = generation("--min-devices", 2);
        JsonNode front = both.path("front").path("tradeOffs");
        assertThat(both.path("front").path("exact").asBoolean()).isTrue();
        assertThat(front).isNotEmpty();
        double first = generation("--min-devices", 2, "--objective", "first-token")
                .path("firstTokenSeconds")
                .asDouble();
        double token = generation("--min-devices", 2, "--objective", "token")
                .path("secondsPerToken")
                .asDouble();
        assertThat(front.get(0).path("firstTokenSeconds").asDouble()).isCloseTo(first, within(1e-12));
        assertThat(front.get(front.size() - 1).path("tokensPerSecond").asDouble())
                .isCloseTo(1 / token, within(1e-6));
        List<JsonNode> chosen = StreamSupport.stream(front.spliterator(), false)
                .filter(each -> each.path("chosen").asBoolean())
                .toList();
        assertThat(chosen).hasSize(1);
        assertThat(chosen.get(0).path("firstTokenSeconds").asDouble())
                .isCloseTo(both.path("firstTokenSeconds").asDouble(), within(1e-12));
        assertThat(chosen.get(0).path("parts")).hasSize(both.path("cacheBytes").size());
    }

    @Test
    void theFrontOfThroughputIsOfAllSequences() throws IOException {
        JsonNode one = generation().path("front");
        JsonNode all = generation("--objective", "throughput").path("front");
        assertThat(one.path("sequences").asInt()).isEqualTo(1);
        assertThat(all.path("sequences").asInt()).isEqualTo(3);
        assertThat(best(all)).isGreaterThan(best(one));
    }

    private static double best(JsonNode front) {
        JsonNode list = front.path("tradeOffs");
        return list.get(list.size() - 1).path("tokensPerSecond").asDouble();
    }

    @Test
    void aWrittenPlanIsReadBack() throws IOException {
        Path parts = directory.resolve("parts");
        JsonNode said = generation("--min-devices", 2, "--out", parts);
        DeploymentPlan plan = DeploymentPlan.read(parts);
        GenerationPlan task = plan.generation().orElseThrow();
        assertThat(List.of(task.promptTokens(), task.newTokens(), task.contextTokens(), task.sequences()))
                .containsExactly(64, 9, 100, 3);
        assertThat(task.cacheBytes().stream().mapToDouble(each -> each).sum())
                .isCloseTo(sum(said.path("cacheBytes")), within(1e-9))
                .isPositive();
        assertThat(task.front().tradeOffs())
                .hasSize(said.path("front").path("tradeOffs").size());
        assertThat(task.front().tradeOffs())
                .filteredOn(GenerationPlan.TradeOff::chosen)
                .singleElement()
                .satisfies(each -> assertThat(each.parts())
                        .extracting(GenerationPlan.Run::device)
                        .containsExactlyElementsOf(plan.devices()));
        assertThat(task.changes()).isNotEmpty();
        assertThat(plan.phases()).allSatisfy(phase -> {
            assertThat(phase.bottleneck()).isNotEmpty();
            assertThat(phase.transferSeconds()).hasSameSizeAs(plan.placement().transfers());
        });
        assertThat(plan.tensors().stream().flatMap(List::stream))
                .as("caches and masks do not travel")
                .isNotEmpty()
                .noneMatch(plan.partition().recognized().staying()::contains);
    }

    private void refuses(Path parts, Consumer<ObjectNode> damage, String... texts) throws IOException {
        Path file = parts.resolve(DeploymentPlan.FILE_NAME);
        String before = Files.readString(file);
        ObjectNode root = (ObjectNode) new ObjectMapper().readTree(before);
        damage.accept(root);
        Files.writeString(file, root.toPrettyString());
        assertThat(run("simulate", "--every=1", parts)).isNotZero();
        assertThat(err.toString()).contains("plan.json").contains(texts);
        Files.writeString(file, before);
    }

    private static ObjectNode at(JsonNode root, String pointer) {
        return (ObjectNode) root.at(pointer);
    }

    @Test
    void damagedPhasesAreRefusedByTheirField() throws IOException {
        Path parts = directory.resolve("parts");
        generation("--min-devices", 2, "--out", parts);
        refuses(parts, root -> at(root, "/phases/0").put("latencySeconds", 99), "phases[0]", "latencySeconds");
        refuses(parts, root -> at(root, "/phases/1").put("times", 77), "phases", "have a mean latency of");
        refuses(parts, root -> at(root, "/phases/1").put("name", "prompt"), "phases[1]", "'prompt' is there twice");
        refuses(parts, root -> at(root, "/phases/0").putArray("transferSeconds"), "transferSeconds", "are 0, where");
        refuses(parts, root -> at(root, "/phases/0").remove("bottleneck"), "phases[0]", "bottleneck");
        refuses(parts, root -> at(root, "/phases/0").put("p90LatencySeconds", 0), "p90LatencySeconds", "is less than");
        refuses(parts, root -> root.putArray("phases"), "phases", "never run");
    }

    @Test
    void damagedTasksAreRefusedByTheirField() throws IOException {
        Path parts = directory.resolve("parts");
        generation("--min-devices", 2, "--out", parts);
        refuses(parts, root -> at(root, "/generation").put("promptTokens", 0), "generation", "are 1 or more");
        refuses(parts, root -> at(root, "/generation").put("contextTokens", 70), "a context of 70 tokens is too short");
        refuses(parts, root -> at(root, "/generation").put("newTokens", "many"), "generation.newTokens");
        refuses(parts, root -> at(root, "/generation").putArray("cacheBytes").add(1), "cacheBytes", "are 1, where");
        refuses(
                parts,
                root -> at(root, "/generation").putArray("cacheBytes").add(1).add(-1),
                "cacheBytes",
                "-1.0, which is less than 0");
        refuses(parts, root -> at(root, "/generation").remove("front"), "generation.front");
        refuses(parts, root -> at(root, "/generation/front").put("sequences", 0), "sequences", "is less than 1");
        String first = "/generation/front/tradeOffs/0";
        refuses(parts, root -> at(root, first).remove("chosen"), "tradeOffs[0]", "chosen", "is missing");
        refuses(parts, root -> at(root, first + "/parts/0").put("device", "mars"), "'mars' is not in the cluster");
        refuses(parts, root -> at(root, first + "/parts/0").put("from", 1), "from", "where the part before ends at 0");
        refuses(parts, root -> at(root, first + "/parts/0").put("to", 0), "to", "not more than from");
        refuses(parts, root -> at(root, first).putArray("parts"), "parts", "are none");
        refuses(
                parts,
                root -> {
                    JsonNode one = root.at(first);
                    root.withArray(first.substring(0, first.length() - 2)).insert(0, one.deepCopy());
                },
                "tradeOffs[1]",
                "firstTokenSeconds",
                "so that one beats the other");
        refuses(parts, root -> at(root, "/generation/changes/0").remove("when"), "changes[0]", "when");
    }
}
