package io.pepper.export;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.pepper.document.InvalidFileException;
import io.pepper.internal.text.Fields;
import io.pepper.internal.text.Value;
import io.pepper.internal.text.ValueBuilder;
import io.pepper.model.ReadOptions;
import io.pepper.onnx.internal.wire.DirectoryFiles;
import java.io.IOException;
import java.nio.file.Path;

/** A reader of the JSON documents that an export writes, with limited size and depth. */
final class JsonDocument {
    /*
     * A parser of YAML is not able to read them: it refuses or replaces some characters that JSON permits in names (line
     * separators, C1 controls), limits the length of names, and takes far longer for ten thousand tensors.
     */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.CHARSET_DETECTION) // UTF-8, as RFC 8259 requires
            .build();

    private static final int MAX_BYTES = 64 << 20;

    private JsonDocument() {}

    /**
     * Reads a file.
     *
     * @param directory the directory of the file
     * @param name its name in the directory
     * @param options the directories that links may lead to
     * @return its fields
     * @throws InvalidFileException if it is not one JSON object, exceeds a limit, or has a field twice
     * @throws IOException if it cannot be read
     */
    static Fields read(Path directory, String name, ReadOptions options) throws IOException {
        String file = directory.resolve(name).toString();
        byte[] bytes = BoundedFile.read(DirectoryFiles.ofParts(directory, options), name, MAX_BYTES);
        return Fields.ofJson(file, value(bytes, file));
    }

    private static Value value(byte[] bytes, String file) throws IOException {
        ValueBuilder values = new ValueBuilder(file);
        try (JsonParser parser = JSON.createParser(bytes)) {
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                take(parser, token, values);
            }
        } catch (JsonProcessingException invalid) {
            int line = invalid.getLocation() == null
                    ? 1
                    : Math.max(1, invalid.getLocation().getLineNr());
            throw new InvalidFileException(file, line, "is not JSON: " + invalid.getOriginalMessage(), invalid);
        }
        return values.root();
    }

    private static void take(JsonParser parser, JsonToken token, ValueBuilder values) throws IOException {
        int line = parser.currentTokenLocation().getLineNr();
        if (token.isStructStart()) {
            values.begin(line, token == JsonToken.START_OBJECT);
        } else if (token.isStructEnd()) {
            values.end();
        } else {
            boolean quoted = token == JsonToken.VALUE_STRING || token == JsonToken.FIELD_NAME;
            values.add(new Value.Scalar(line, parser.getText(), quoted));
        }
    }
}
