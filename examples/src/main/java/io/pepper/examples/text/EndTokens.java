package io.pepper.examples.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pepper.internal.text.FileErrors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** The tokens at which a model's text ends. */
public final class EndTokens {
    static final String FILE_NAME = "generation_config.json";
    private static final String FIELD = "eos_token_id";
    private static final int MAX_BYTES = 1 << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private EndTokens() {}

    /**
     * Reads the field {@code eos_token_id}, a number or an array of numbers, of the {@code generation_config.json} beside
     * a tokenizer.
     *
     * @param tokenizer the file of the tokenizer
     * @return the tokens; empty without this file or field
     * @throws IOException if the file cannot be read, or the field has something else; the message names the file
     */
    public static Set<Long> beside(Path tokenizer) throws IOException {
        Path file = tokenizer.resolveSibling(FILE_NAME);
        if (!Files.isRegularFile(file)) {
            return Set.of();
        }
        JsonNode field = FileErrors.naming(file, () -> read(file)).path(FIELD);
        Set<Long> tokens = new TreeSet<>();
        if (field.isArray()) {
            for (JsonNode each : field) {
                tokens.add(token(file, each));
            }
        } else if (!field.isMissingNode() && !field.isNull()) {
            tokens.add(token(file, field));
        }
        return tokens;
    }

    private static JsonNode read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new IOException(file + ": has more than " + MAX_BYTES + " bytes");
            }
            return JSON.readTree(bytes);
        } catch (JsonProcessingException malformed) {
            throw new IOException(file + ": is not JSON: " + malformed.getOriginalMessage(), malformed);
        }
    }

    private static long token(Path file, JsonNode value) throws IOException {
        if (!value.canConvertToInt() || !value.isIntegralNumber() || value.asInt() < 0) {
            throw new IOException(file + ": " + FIELD + ": a token's number is needed, found " + value);
        }
        return value.asLong();
    }
}
