package io.pepper.examples.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pepper.examples.DecoderPlan;
import io.pepper.examples.SmallTokenizer;
import io.pepper.examples.text.Tokenizer;
import io.pepper.generation.GenerationSession;
import io.pepper.generation.Sampling;
import io.pepper.workload.Prediction;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Completions of two generators of this process, one with a tokenizer, as clients of OpenAI's ask for them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CompletionsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PROMPT = "Once upon a time";
    private static final List<Long> TOKENS = List.of(0L, 3L, 4L, 5L, 6L);
    private static final int NEW = 14;

    @TempDir
    private static Path directory;

    private final HttpClient http = HttpClient.newHttpClient();
    private final TextGenerators generators = new TextGenerators();
    private PepperService service;
    private Tokenizer tokenizer;
    private List<Long> greedy = List.of();

    @BeforeAll
    void start() throws IOException {
        Path parts = DecoderPlan.export(directory, directory.resolve("story"));
        tokenizer = Tokenizer.open(SmallTokenizer.write(directory.resolve(Tokenizer.FILE_NAME)));
        generators.add("story", parts);
        Path alone = Files.createDirectories(directory.resolve("without/a/tokenizer"));
        generators.add("numbers", DecoderPlan.export(alone, alone.resolve("parts")));
        service = PepperService.start(
                ServiceOptions.DEFAULTS.withGenerations(new GenerationLimits(20, 50, 2, Duration.ofMinutes(1))),
                Map::of,
                (work, threads, device) -> new Prediction(1, 1, false),
                Optional.empty(),
                Optional.empty(),
                generators);
        try (GenerationSession session = GenerationSession.open(parts)) {
            greedy = session.generate(TOKENS, Sampling.GREEDY.withMaxNewTokens(NEW))
                    .tokens();
        }
    }

    @AfterAll
    void stop() throws IOException {
        service.close();
        generators.close();
        tokenizer.close();
    }

    private HttpResponse<String> send(String body, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(at("/v1/completions"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private URI at(String path) {
        return URI.create("http://127.0.0.1:" + service.port() + path);
    }

    /** The fields of a greedy request to the generator with a tokenizer, with more of them. */
    private static String fields(String more) {
        return "{\"model\": \"story\", \"prompt\": \"" + PROMPT + "\", \"temperature\": 0, \"max_tokens\": " + NEW
                + more + "}";
    }

    private JsonNode completed(String body) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body());
    }

    /** The text of tokens behind the prompt. */
    private String story(List<Long> tokens) throws IOException {
        List<Long> all = new ArrayList<>(TOKENS);
        all.addAll(tokens);
        return tokenizer.decode(all).substring(tokenizer.decode(TOKENS).length());
    }

    private static List<Long> numbers(JsonNode array) {
        List<Long> numbers = new ArrayList<>();
        array.forEach(each -> numbers.add(each.asLong()));
        return numbers;
    }

    /** The documents of server-sent events; the last event is the end. */
    private static List<JsonNode> events(HttpResponse<String> answer) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
        assertThat(answer.body()).endsWith("data: [DONE]\n\n");
        List<JsonNode> events = new ArrayList<>();
        for (String event : answer.body().split("\n\n", -1)) {
            if (event.startsWith("data: {")) {
                events.add(JSON.readTree(event.substring("data: ".length())));
            }
        }
        return events;
    }

    private static String text(List<JsonNode> events) {
        StringBuilder text = new StringBuilder();
        events.forEach(
                event -> text.append(event.path("choices").path(0).path("text").asText("")));
        return text.toString();
    }

    @Test
    void modelsAreListed() throws Exception {
        HttpResponse<String> answer =
                http.send(HttpRequest.newBuilder(at("/v1/models")).build(), HttpResponse.BodyHandlers.ofString());
        JsonNode data = JSON.readTree(answer.body()).path("data");
        assertThat(data.findValuesAsText("id")).containsExactly("story", "numbers");
        assertThat(data.path(0).path("object").asText()).isEqualTo("model");
    }

    @Test
    void aCompletionIsTheTextOfTheTokensOfTheParts() throws Exception {
        JsonNode answer = completed(fields(", \"user\": \"me\", \"n\": 1, \"logprobs\": null, \"best_of\": 1.0"));
        assertThat(answer.path("object").asText()).isEqualTo("text_completion");
        assertThat(answer.path("model").asText()).isEqualTo("story");
        assertThat(answer.path("created").asLong()).isPositive();
        JsonNode choice = answer.path("choices").path(0);
        assertThat(numbers(choice.path("token_ids"))).isEqualTo(greedy);
        assertThat(choice.path("text").asText()).isNotEmpty().isEqualTo(story(greedy));
        assertThat(choice.path("finish_reason").asText()).isEqualTo("length");
        assertThat(answer.path("usage"))
                .hasToString("{\"prompt_tokens\":5,\"completion_tokens\":14,\"total_tokens\":19}");
        for (String prompt : List.of("[0, 3, 4, 5, 6]", "[[0, 3, 4, 5, 6]]", "[\"" + PROMPT + "\"]")) {
            JsonNode same = completed(fields("").replace('"' + PROMPT + '"', prompt));
            assertThat(same.path("choices")).isEqualTo(answer.path("choices"));
        }
    }

    @Test
    void aStreamSendsTheSameTextInPieces() throws Exception {
        List<JsonNode> events =
                events(send(fields(", \"stream\": true, \"stream_options\": {\"include_usage\": true}")));
        assertThat(text(events)).isEqualTo(story(greedy));
        List<Long> tokens = new ArrayList<>();
        events.forEach(
                event -> tokens.addAll(numbers(event.path("choices").path(0).path("token_ids"))));
        assertThat(tokens).isEqualTo(greedy);
        assertThat(events).hasSizeGreaterThan(4);
        Set<String> ids = new TreeSet<>();
        events.forEach(event -> ids.add(event.path("id").asText()));
        assertThat(ids).hasSize(1);
        JsonNode last = events.get(events.size() - 1);
        assertThat(last.path("choices")).isEmpty();
        assertThat(last.path("usage").path("completion_tokens").asInt()).isEqualTo(NEW);
        assertThat(events.get(events.size() - 2)
                        .path("choices")
                        .path(0)
                        .path("finish_reason")
                        .asText())
                .isEqualTo("length");
        assertThat(events.get(0).path("choices").path(0).path("finish_reason").isNull())
                .isTrue();
    }

    @Test
    void theTextEndsBeforeAStop() throws Exception {
        String all = story(greedy);
        String stop = all.substring(all.length() / 2, all.length() / 2 + 3);
        String expected = all.substring(0, all.indexOf(stop));
        String more = ", \"stop\": [\"never\", " + JSON.writeValueAsString(stop) + "]";
        JsonNode choice = completed(fields(more)).path("choices").path(0);
        assertThat(choice.path("text").asText()).isEqualTo(expected);
        assertThat(choice.path("finish_reason").asText()).isEqualTo("stop");
        List<JsonNode> events = events(send(fields(more + ", \"stream\": true")));
        assertThat(text(events)).isEqualTo(expected);
        assertThat(events.get(events.size() - 1)
                        .path("choices")
                        .path(0)
                        .path("finish_reason")
                        .asText())
                .isEqualTo("stop");
    }

    @Test
    void aStopTokenEndsItAndHasNoText() throws Exception {
        long stop = greedy.get(4);
        int at = greedy.indexOf(stop);
        JsonNode choice = completed(fields(", \"stop_token_ids\": [" + stop + "]"))
                .path("choices")
                .path(0);
        assertThat(numbers(choice.path("token_ids"))).isEqualTo(greedy.subList(0, at + 1));
        assertThat(choice.path("text").asText()).isEqualTo(story(greedy.subList(0, at)));
        assertThat(choice.path("finish_reason").asText()).isEqualTo("stop");
    }

    @Test
    void aSeedRepeatsAChoiceAndOtherwiseChoicesDiffer() throws Exception {
        String drawn = fields("").replace("\"temperature\": 0", "\"temperature\": 2");
        String seeded = drawn.replace("}", ", \"seed\": -7, \"top_p\": 0.99, \"top_k\": 20}");
        assertThat(completed(seeded).path("choices"))
                .isEqualTo(completed(seeded).path("choices"));
        Set<String> answers = new TreeSet<>();
        for (int i = 0; i < 4; i++) {
            answers.add(completed(drawn).path("choices").toString());
        }
        assertThat(answers).hasSizeGreaterThan(1);
    }

    @Test
    void withoutATokenizerPromptsAreTokens() throws Exception {
        String body = "{\"model\": \"numbers\", \"prompt\": [0,3,4,5,6], \"temperature\": 0, \"max_tokens\": 14}";
        JsonNode choice = completed(body).path("choices").path(0);
        assertThat(numbers(choice.path("token_ids"))).isEqualTo(greedy);
        assertThat(choice.path("text").isNull()).isTrue();
        List<JsonNode> events = events(send(body.replace("}", ", \"stream\": true}")));
        assertThat(events).hasSize(NEW + 1);
        refused(send(fields("").replace("story", "numbers")), 400, "prompt", "has no tokenizer");
        refused(send(body.replace("}", ", \"stop\": \"x\"}")), 400, "stop", "has no tokenizer");
    }

    private static void refused(HttpResponse<String> answer, int status, String field, String message)
            throws IOException {
        JsonNode error = JSON.readTree(answer.body()).path("error");
        assertThat(error.path("message").asText()).contains(message).doesNotContain(directory.toString());
        assertThat(error.path("param").asText()).isEqualTo(field);
        assertThat(error.path("type").asText()).isEqualTo(status < 500 ? "invalid_request_error" : "server_error");
        assertThat(answer.statusCode()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "n|2",
                "best_of|2",
                "echo|true",
                "logprobs|1",
                "suffix|\"x\"",
                "presence_penalty|0.5",
                "frequency_penalty|-1",
                "logit_bias|{\"5\": 1}",
                "guided_json|{}",
                "max_completion_tokens|4"
            })
    void whatIsNotSupportedIsRefusedByName(String field, String value) throws Exception {
        refused(send(fields(", \"" + field + "\": " + value)), 400, field, "'" + field + "': is not supported");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "temperature|2.5|a number from 0 to 2",
                "temperature|\"1\"|a number from 0 to 2",
                "top_p|0|a number above 0 to 1",
                "top_k|-1|a whole number from 0",
                "repetition_penalty|0|a number above 0",
                "max_tokens|0|a whole number from 1 to 50",
                "max_tokens|51|a whole number from 1 to 50",
                "max_tokens|1.5|a whole number from 1 to 50",
                "seed|1.5|a whole number of 64 bits",
                "stream|1|true or false",
                "stop|[1]|a text or an array of texts",
                "stop|[\"\"]|none of them empty",
                "stop|[\"a\",\"b\",\"c\",\"d\",\"e\"]|at most 4 texts",
                "stop_token_ids|[-1]|the number of a token",
                "prompt|[]|has no tokens",
                "prompt|[1, \"a\"]|the number of a token",
                "prompt|[-1]|the number of a token",
                "prompt|[1.5]|the number of a token",
                "prompt|[4294967296]|the number of a token",
                "prompt|[\"a\", \"b\"]|several prompts",
                "prompt|{}|a text or an array of tokens",
                "prompt|[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]|at most 20 tokens are allowed, found 21",
                "stream_options|{}|needs \"stream\": true"
            })
    void wrongValuesAreRefusedByName(String field, String value, String message) throws Exception {
        String body = "{\"model\": \"story\", " + (field.equals("prompt") ? "" : "\"prompt\": [1], ") + '"' + field
                + "\": " + value + "}";
        refused(send(body), 400, field, message);
    }

    @Test
    void wrongRequestsAreRefused() throws Exception {
        refused(send("{\"model\": \"story\"}"), 400, "prompt", "is missing");
        refused(send("{\"prompt\": [1]}"), 400, "model", "is missing");
        refused(send("{\"model\": \"x\", \"prompt\": [1]}"), 404, "model", "there is no model 'x'");
        refused(send(fields("").replace("a time", "a" + " time".repeat(20))), 400, "prompt", "at most 20 tokens");
        refused(send(fields(", \"stream\": true, \"stream_options\": {\"x\": 1}")), 400, "x", "is not supported");
        refused(send("{\"model\": \"story\", \"model\": \"x\", \"prompt\": [1]}"), 400, "null", "is not JSON");
        refused(send("[1]"), 400, "null", "a JSON object is needed");
        refused(send("{} x"), 400, "null", "is not JSON");
        refused(send(fields(""), "Origin", "https://evil.example"), 403, "null", "does not answer pages of");
        // A token that the model does not have: the part says so, before and within a stream.
        refused(send("{\"model\": \"story\", \"prompt\": [99]}"), 422, "null", "");
        refused(send("{\"model\": \"story\", \"prompt\": [99], \"stream\": true}"), 422, "null", "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/completions", "/v1/chat/completions"})
    void otherPathsAreNotFoundInTheSameForm(String path) throws Exception {
        HttpResponse<String> answer =
                http.send(HttpRequest.newBuilder(at(path)).build(), HttpResponse.BodyHandlers.ofString());
        refused(answer, 404, "null", "");
    }
}
