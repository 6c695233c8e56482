package io.pepper.examples.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pepper.distributed.ClusterClient;
import io.pepper.distributed.ClusterClientOptions;
import io.pepper.distributed.ClusterNode;
import io.pepper.distributed.ClusterNodeOptions;
import io.pepper.examples.DecoderPlan;
import io.pepper.examples.SmallTokenizer;
import io.pepper.examples.StageBehind;
import io.pepper.examples.text.TextStream;
import io.pepper.examples.text.Tokenizer;
import io.pepper.export.PartitionManifest;
import io.pepper.generation.GenerationOptions;
import io.pepper.generation.GenerationSession;
import io.pepper.generation.Sampling;
import io.pepper.model.ProgressListener;
import io.pepper.session.SessionOptions;
import io.pepper.session.Stage;
import io.pepper.workload.Prediction;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Completions of a slow generator, and of a deployment of a cluster. */
class CompletionBoundsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int NEVER_ENDS = 2000;
    private static final long STEP_MILLIS = 40;

    @TempDir
    private Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private final TextGenerators generators = new TextGenerators();
    private final AtomicInteger steps = new AtomicInteger();
    private Path parts = Path.of("");
    private volatile long pauseMillis = STEP_MILLIS;

    /** Lets a part take its time. */
    private void pause() {
        steps.incrementAndGet();
        try {
            Thread.sleep(pauseMillis);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    @BeforeEach
    void open() throws IOException {
        parts = DecoderPlan.export(directory, directory.resolve("parts"));
        PartitionManifest manifest = PartitionManifest.read(parts);
        List<Stage> stages = new ArrayList<>(Stage.openAll(parts, manifest, SessionOptions.DEFAULTS));
        stages.set(0, new StageBehind(stages.get(0), this::pause));
        generators.add("slow", GenerationSession.of(manifest, stages, GenerationOptions.DEFAULTS));
    }

    @AfterEach
    void close() throws IOException {
        generators.close();
    }

    private PepperService start(Optional<ClusterClient> cluster) {
        return PepperService.start(
                ServiceOptions.DEFAULTS.withGenerations(new GenerationLimits(20, NEVER_ENDS, 1, Duration.ofMinutes(1))),
                Map::of,
                (work, threads, device) -> new Prediction(1, 1, false),
                Optional.empty(),
                cluster,
                generators);
    }

    private HttpResponse<String> send(PepperService service, String body) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + "/v1/completions"))
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String slow(int tokens, boolean stream) {
        return "{\"model\": \"slow\", \"prompt\": [1, 2], \"max_tokens\": " + tokens + ", \"stream\": " + stream + "}";
    }

    /** Waits until nothing runs, and fails if something still does after a while. */
    private void awaitNoSteps() throws InterruptedException {
        int before = -1;
        for (int i = 0; i < 100 && before != steps.get(); i++) {
            before = steps.get();
            Thread.sleep(10 * STEP_MILLIS);
        }
        assertThat(steps.get()).isEqualTo(before).isLessThan(NEVER_ENDS);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClientThatGoesAwayEndsItsGenerationAndAnotherOneIsRefusedMeanwhile(boolean stream) throws Exception {
        try (PepperService service = start(Optional.empty())) {
            String body = slow(NEVER_ENDS, stream);
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), service.port())) {
                socket.getOutputStream()
                        .write(("POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length()
                                        + "\r\n\r\n" + body)
                                .getBytes(StandardCharsets.US_ASCII));
                if (stream) {
                    InputStream in = socket.getInputStream();
                    assertThat(new String(in.readNBytes(15), StandardCharsets.US_ASCII))
                            .isEqualTo("HTTP/1.1 200 OK");
                }
                while (steps.get() < 3) {
                    Thread.sleep(STEP_MILLIS);
                }
                HttpResponse<String> other = send(service, slow(1, false));
                assertThat(other.statusCode()).isEqualTo(503);
                assertThat(JSON.readTree(other.body())
                                .path("error")
                                .path("message")
                                .asText())
                        .contains("at most 1 run at the same time");
            }
            awaitNoSteps();
            assertThat(send(service, slow(2, false)).statusCode()).isEqualTo(200);
        }
    }

    /** Its tokens come at less than the bytes per second that clients must read of other answers. */
    @Test
    void aSlowStreamIsNotCutOff() throws Exception {
        pauseMillis = 400;
        try (PepperService service = start(Optional.empty())) {
            String events = send(service, slow(8, true)).body();
            assertThat(events).endsWith("data: [DONE]\n\n");
            assertThat(events.split("\n\n", -1)).hasSize(8 + 3);
        }
    }

    @Test
    void deploymentsOfAClusterComplete() throws Exception {
        List<Long> expected;
        try (GenerationSession session = GenerationSession.open(parts)) {
            expected = session.generate(List.of(0L, 3L, 4L), Sampling.GREEDY.withMaxNewTokens(9))
                    .tokens();
        }
        Path file = SmallTokenizer.write(directory.resolve("words.json"));
        generators.addTokenizer("story", file);
        try (ClusterNode pi = ClusterNode.start(ClusterNodeOptions.of("pi", directory.resolve("pi")));
                ClusterNode desk = ClusterNode.start(
                        ClusterNodeOptions.of("desk", directory.resolve("desk")).withSeeds(List.of(pi.address())));
                ClusterClient client = ClusterClient.join(ClusterClientOptions.of(List.of(desk.address())));
                Tokenizer tokenizer = Tokenizer.open(file)) {
            client.deploy("story", parts, 0, ProgressListener.NONE);
            try (PepperService service = start(Optional.of(client))) {
                String body =
                        "{\"model\": \"story\", \"prompt\": \"Once upon\", \"temperature\": 0, \"max_tokens\": 9}";
                HttpResponse<String> answer = send(service, body);
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                JsonNode choice = JSON.readTree(answer.body()).path("choices").path(0);
                assertThat(choice.path("token_ids").toString().replace(",", ", "))
                        .isEqualTo(expected.toString());
                assertThat(choice.path("text").asText())
                        .isEqualTo(TextStream.text(tokenizer, List.of(0L, 3L, 4L), expected));
                assertThat(send(service, body.replace("story", "other")).statusCode())
                        .isEqualTo(404);
                HttpResponse<String> models = http.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + "/v1/models"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(JSON.readTree(models.body()).path("data").findValuesAsText("id"))
                        .containsExactly("slow", "story");
            }
        }
    }
}
