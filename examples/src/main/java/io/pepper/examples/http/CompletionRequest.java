package io.pepper.examples.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.http.BadRequestResponse;
import io.pepper.document.SafeText;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A request for a completion, in the form of OpenAI's {@code POST /v1/completions}. Immutable.
 *
 * @param model the name of the model
 * @param text the text of the prompt; empty if it is tokens
 * @param tokens the tokens of the prompt; empty if it is text
 * @param maxTokens the largest number of new tokens
 * @param temperature the divisor of the logits
 * @param topK the number of most probable tokens to choose from; 0 for all
 * @param topP the probability of the tokens to choose from
 * @param repetitionPenalty the penalty of tokens that are there already
 * @param seed the seed of the choice
 * @param stop the texts before which the completion ends
 * @param stopTokens the tokens before which the completion ends
 * @param stream whether the text is sent as it comes
 * @param includeUsage whether the numbers of tokens are sent at the end of a stream
 */
record CompletionRequest(
        String model,
        String text,
        List<Long> tokens,
        int maxTokens,
        double temperature,
        int topK,
        double topP,
        double repetitionPenalty,
        long seed,
        List<String> stop,
        Set<Long> stopTokens,
        boolean stream,
        boolean includeUsage) {
    private static final int DEFAULT_MAX_TOKENS = 16;
    private static final int MAX_TEMPERATURE = 2;
    private static final int MAX_STOPS = 4;

    /** A field that is given twice would be ignored once. */
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private static final SecureRandom SEEDS = new SecureRandom();

    /** The fields that have an effect. */
    private static final Set<String> KNOWN = Set.of(
            "model",
            "prompt",
            "max_tokens",
            "temperature",
            "top_k",
            "top_p",
            "repetition_penalty",
            "seed",
            "stop",
            "stop_token_ids",
            "stream",
            "stream_options");

    /** A name of the caller, which changes no answer. */
    private static final Set<String> WITHOUT_EFFECT = Set.of("user");

    /** The fields that are not supported, with the values that ask for nothing. */
    private static final Map<String, String> NEUTRAL = Map.of(
            "n", "1",
            "best_of", "1",
            "echo", "false",
            "presence_penalty", "0",
            "frequency_penalty", "0",
            "logit_bias", "{}",
            "suffix", "\"\"");

    /**
     * Reads a request.
     *
     * @throws BadRequestResponse if a field is missing, invalid or not supported; the message names it
     */
    static CompletionRequest of(byte[] body, GenerationLimits limits) throws IOException {
        JsonNode fields = parse(body);
        fields.properties().forEach(each -> check(each.getKey(), each.getValue()));
        JsonFields read = new JsonFields(fields);
        JsonNode prompt = prompt(read.required("prompt"));
        boolean stream = read.flag("stream", false);
        JsonFields streaming = read.object("stream_options");
        streaming.allowOnly(Set.of("include_usage"));
        if (!stream && read.has("stream_options")) {
            throw JsonFields.refused("stream_options", "needs \"stream\": true");
        }
        List<Long> tokens = tokens(prompt);
        JsonFields.requireMost("prompt", "tokens", tokens.size(), limits.maxPromptTokens());
        return new CompletionRequest(
                read.text("model"),
                prompt.isTextual() ? prompt.asText() : "",
                tokens,
                read.whole("max_tokens", Math.min(DEFAULT_MAX_TOKENS, limits.maxNewTokens()), 1, limits.maxNewTokens()),
                read.number("temperature", 1, 0, MAX_TEMPERATURE),
                read.whole("top_k", 0, 0, Integer.MAX_VALUE),
                read.number("top_p", 1, Double.MIN_VALUE, 1),
                read.number("repetition_penalty", 1, Double.MIN_VALUE, Double.MAX_VALUE),
                read.has("seed") ? read.seed() : SEEDS.nextLong(),
                stops(read),
                new TreeSet<>(read.tokens("stop_token_ids")),
                stream,
                streaming.flag("include_usage", false));
    }

    private static JsonNode parse(byte[] body) throws IOException {
        JsonNode fields;
        try {
            fields = JSON.readTree(body);
        } catch (JsonProcessingException malformed) {
            throw new BadRequestResponse("the body is not JSON: " + SafeText.line(malformed.getOriginalMessage()));
        }
        if (fields == null || !fields.isObject()) {
            throw new BadRequestResponse("a JSON object is needed");
        }
        return fields;
    }

    private static void check(String field, JsonNode value) {
        if (KNOWN.contains(field) || WITHOUT_EFFECT.contains(field) || value.isNull()) {
            return;
        }
        String neutral = NEUTRAL.get(field);
        boolean asksForNothing = neutral != null
                && (value.isNumber()
                        ? value.asDouble() == asNumber(neutral)
                        : value.toString().equals(neutral));
        if (!asksForNothing) {
            throw JsonFields.refused(SafeText.line(field), "is not supported");
        }
    }

    private static double asNumber(String neutral) {
        return neutral.matches("[0-9]+") ? Double.parseDouble(neutral) : Double.NaN;
    }

    /** Returns the prompt itself of an array that has only this prompt. */
    private static JsonNode prompt(JsonNode given) {
        boolean several = given.isArray()
                && given.size() > 0
                && (given.get(0).isTextual() || given.get(0).isArray());
        if (several && given.size() > 1) {
            throw JsonFields.refused("prompt", "several prompts in a request are not supported");
        }
        JsonNode prompt = several ? given.get(0) : given;
        if (!prompt.isTextual() && !prompt.isArray()) {
            throw JsonFields.refused("prompt", "a text or an array of tokens is needed");
        }
        return prompt;
    }

    private static List<Long> tokens(JsonNode prompt) {
        if (prompt.isTextual()) {
            return List.of();
        }
        if (prompt.isEmpty()) {
            throw JsonFields.refused("prompt", "has no tokens");
        }
        return JsonFields.tokens("prompt", prompt);
    }

    private static List<String> stops(JsonFields read) {
        List<String> stops = new ArrayList<>(read.texts("stop"));
        if (stops.size() > MAX_STOPS || stops.contains("")) {
            throw JsonFields.refused("stop", "at most " + MAX_STOPS + " texts are allowed, none of them empty");
        }
        return stops;
    }
}
