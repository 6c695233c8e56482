package io.pepper.examples.text;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The facts about a {@code tokenizer.json} that the tokenizer library does not tell. Immutable. */
final class TokenizerFile {
    /** The decoders that change the text of earlier tokens when another one comes. */
    private static final Set<String> REWRITING = Set.of("WordPiece", "CTC");

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, Long> tokens;
    private final boolean rewrites;

    private TokenizerFile(Map<String, Long> tokens, boolean rewrites) {
        this.tokens = tokens;
        this.rewrites = rewrites;
    }

    /** Reads a file that the library accepts. */
    static TokenizerFile read(Path file) throws IOException {
        Map<String, Long> tokens = new HashMap<>();
        boolean rewrites = false;
        try (JsonParser parser = JSON.createParser(file.toFile())) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                parser.nextToken();
                switch (field) {
                    case "decoder" -> rewrites = rewrites(JSON.readTree(parser));
                    case "model" -> addVocabulary(JSON.readTree(parser), tokens);
                    case "added_tokens" -> addTokens(JSON.readTree(parser), tokens);
                    default -> parser.skipChildren();
                }
            }
        }
        return new TokenizerFile(Map.copyOf(tokens), rewrites);
    }

    private static boolean rewrites(JsonNode decoder) {
        List<String> types = decoder.findValuesAsText("type");
        return types.stream().anyMatch(REWRITING::contains);
    }

    /** Adds the tokens of a model: an object of numbers by token, or an array of pairs of a token and its score. */
    private static void addVocabulary(JsonNode model, Map<String, Long> tokens) {
        JsonNode vocabulary = model.path("vocab");
        for (Map.Entry<String, JsonNode> each : vocabulary.properties()) {
            tokens.putIfAbsent(each.getKey(), each.getValue().asLong());
        }
        for (int i = 0; vocabulary.isArray() && i < vocabulary.size(); i++) {
            tokens.putIfAbsent(vocabulary.path(i).path(0).asText(), (long) i);
        }
    }

    private static void addTokens(JsonNode added, Map<String, Long> tokens) {
        added.forEach(each ->
                tokens.put(each.path("content").asText(), each.path("id").asLong()));
    }

    Map<String, Long> tokens() {
        return tokens;
    }

    boolean rewrites() {
        return rewrites;
    }
}
