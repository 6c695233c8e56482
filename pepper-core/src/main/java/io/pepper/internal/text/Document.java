package io.pepper.internal.text;

import io.pepper.document.InvalidFileException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingEndEvent;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceEndEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** A reader of YAML or JSON documents without anchors and with limited size and depth. */
public final class Document {
    private static final int MAX_CHARACTERS = 1 << 20;
    private static final int MAX_BYTES =
            (int) Math.min(4 << 20, Runtime.getRuntime().maxMemory() / 64);

    private Document() {}

    /**
     * Reads a file.
     *
     * @param file the file, in UTF-8
     * @return its content
     * @throws InvalidFileException if it is not one document of YAML or JSON, or exceeds the limits
     * @throws IOException if it cannot be read
     */
    public static Value read(Path file) throws IOException {
        String name = file.toString();
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        }
        if (bytes.length > MAX_BYTES) {
            throw new InvalidFileException(name, 1, "is larger than " + MAX_BYTES + " bytes");
        }
        try {
            return read(
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString(),
                    name);
        } catch (CharacterCodingException notText) {
            throw new InvalidFileException(name, 1, "is not text in UTF-8", notText);
        }
    }

    /**
     * Reads a document.
     *
     * @param text the document
     * @param name the document's name in messages
     * @return its content
     * @throws InvalidFileException if it is not one document of YAML or JSON, exceeds the limits of size or depth, or
     *     has anchors or aliases
     */
    public static Value read(String text, String name) throws InvalidFileException {
        ValueBuilder values = new ValueBuilder(name);
        try {
            LoadSettings settings = LoadSettings.builder()
                    .setLabel(name)
                    .setCodePointLimit(MAX_CHARACTERS)
                    // One buffer for the whole text: snakeyaml-engine 2.10 fails where a character beyond U+FFFF lies
                    // across two buffers.
                    .setBufferSize(text.length() + 1)
                    .build();
            for (Event event : new Parse(settings).parseString(text)) {
                take(event, name, values);
            }
        } catch (MarkedYamlEngineException wrong) {
            throw new InvalidFileException(
                    name, wrong.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1), wrong.getProblem(), wrong);
        } catch (YamlEngineException wrong) {
            throw new InvalidFileException(name, 1, String.valueOf(wrong.getMessage()), wrong);
        }
        return values.root();
    }

    private static void take(Event event, String name, ValueBuilder values) throws InvalidFileException {
        int line = event.getStartMark().map(Mark::getLine).orElse(0) + 1;
        if (event instanceof AliasEvent) {
            throw new InvalidFileException(name, line, "aliases are not read: write the value out");
        } else if (event instanceof NodeEvent node && node.getAnchor().isPresent()) {
            throw new InvalidFileException(name, line, "anchors are not read: write values out");
        } else if (event instanceof ScalarEvent scalar) {
            values.add(new Value.Scalar(line, scalar.getValue(), scalar.getScalarStyle() != ScalarStyle.PLAIN));
        } else if (event instanceof MappingStartEvent || event instanceof SequenceStartEvent) {
            values.begin(line, event instanceof MappingStartEvent);
        } else if (event instanceof MappingEndEvent || event instanceof SequenceEndEvent) {
            values.end();
        }
    }
}
