package io.pepper.internal.text;

import io.pepper.document.InvalidFileException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
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
    private static final int MAX_DEPTH = 16;

    private final String name;
    private final Deque<Open> open = new ArrayDeque<>();
    private @Nullable Value root;
    private int documents;

    /** A list or mapping whose end is not read yet. */
    private static final class Open {
        private final int line;
        private final @Nullable Map<String, Value> mapping;
        private final List<Value> sequence = new ArrayList<>();
        private Value.@Nullable Scalar key;

        private Open(int line, boolean isMapping) {
            this.line = line;
            this.mapping = isMapping ? new LinkedHashMap<>() : null;
        }

        private Value close() {
            return mapping == null
                    ? new Value.Sequence(line, List.copyOf(sequence))
                    : new Value.Mapping(line, Collections.unmodifiableMap(mapping));
        }
    }

    private Document(String name) {
        this.name = name;
    }

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
        Document document = new Document(name);
        try {
            LoadSettings settings = LoadSettings.builder()
                    .setLabel(name)
                    .setCodePointLimit(MAX_CHARACTERS)
                    // One buffer for the whole text: snakeyaml-engine 2.10 fails where a character beyond U+FFFF lies
                    // across two buffers.
                    .setBufferSize(text.length() + 1)
                    .build();
            for (Event event : new Parse(settings).parseString(text)) {
                document.take(event);
            }
        } catch (MarkedYamlEngineException wrong) {
            throw new InvalidFileException(
                    name, wrong.getProblemMark().map(mark -> mark.getLine() + 1).orElse(1), wrong.getProblem(), wrong);
        } catch (YamlEngineException wrong) {
            throw new InvalidFileException(name, 1, String.valueOf(wrong.getMessage()), wrong);
        }
        if (document.root == null) {
            throw new InvalidFileException(name, 1, "is empty");
        }
        return document.root;
    }

    private void take(Event event) throws InvalidFileException {
        int line = event.getStartMark().map(Mark::getLine).orElse(0) + 1;
        if (event instanceof DocumentStartEvent) {
            documents++;
            if (documents > 1) {
                throw new InvalidFileException(name, line, "a second document begins, one is expected");
            }
        } else if (event instanceof AliasEvent) {
            throw new InvalidFileException(name, line, "aliases are not read: write the value out");
        } else if (event instanceof NodeEvent node && node.getAnchor().isPresent()) {
            throw new InvalidFileException(name, line, "anchors are not read: write values out");
        } else if (event instanceof ScalarEvent scalar) {
            add(new Value.Scalar(line, scalar.getValue(), scalar.getScalarStyle() != ScalarStyle.PLAIN));
        } else if (event instanceof MappingStartEvent || event instanceof SequenceStartEvent) {
            if (open.size() == MAX_DEPTH) {
                throw new InvalidFileException(name, line, "is nested more than " + MAX_DEPTH + " deep");
            }
            open.push(new Open(line, event instanceof MappingStartEvent));
        } else if (event instanceof MappingEndEvent || event instanceof SequenceEndEvent) {
            add(open.pop().close());
        }
    }

    private void add(Value value) throws InvalidFileException {
        Open into = open.peek();
        if (into == null) {
            root = value;
        } else if (into.mapping == null) {
            into.sequence.add(value);
        } else if (into.key != null) {
            into.mapping.put(into.key.text(), value);
            into.key = null;
        } else if (!(value instanceof Value.Scalar key)) {
            throw new InvalidFileException(name, value.line(), "a name is expected, found " + value.kind());
        } else if (into.mapping.containsKey(key.text())) {
            throw new InvalidFileException(name, value.line(), "'" + key.text() + "' is there twice");
        } else {
            into.key = key;
        }
    }
}
