package io.pepper.examples;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A tokenizer of the vocabulary of {@link SmallDecoder}: words, and the bytes of two characters that are no words. */
public final class SmallTokenizer {
    public static final long BEGIN = 0;
    public static final long END = 1;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> SPECIAL = List.of("<s>", "</s>", "<unk>");
    private static final String WORDS = " Once, upon, a, time, there, was, the, cat, sat, on, mat, end,ing,.";

    private SmallTokenizer() {}

    /** The text of each token, as the file has it. */
    public static List<String> vocabulary() {
        List<String> words = List.of(WORDS.replace(' ', '\u2581').split(",", -1));
        List<String> all = new ArrayList<>(SPECIAL);
        all.addAll(words);
        for (byte each : "\u20AC\uD83D\uDE00".getBytes(StandardCharsets.UTF_8)) {
            all.add(String.format(Locale.ROOT, "<0x%02X>", each));
        }
        return all;
    }

    public static Path write(Path file) throws IOException {
        return Files.writeString(file, document().toString());
    }

    /** Writes a tokenizer of which one field is another one. */
    public static Path write(Path file, String field, String value) throws IOException {
        return Files.writeString(
                file, document().set(field, JSON.readTree(value)).toString());
    }

    private static ObjectNode document() throws IOException {
        ObjectNode root = JSON.createObjectNode().put("version", "1.0");
        ArrayNode added = root.putArray("added_tokens");
        for (int i = 0; i < SPECIAL.size(); i++) {
            added.add(JSON.createObjectNode()
                    .put("id", i)
                    .put("content", SPECIAL.get(i))
                    .put("single_word", false)
                    .put("lstrip", false)
                    .put("rstrip", false)
                    .put("normalized", false)
                    .put("special", true));
        }
        root.set(
                "pre_tokenizer",
                json("{'type': 'Metaspace', 'replacement': '\u2581', 'prepend_scheme': 'first', 'split': true}"));
        root.set(
                "post_processor",
                json("{'type': 'TemplateProcessing', 'single': [{'SpecialToken': {'id': '<s>', 'type_id': 0}},"
                        + " {'Sequence': {'id': 'A', 'type_id': 0}}], 'pair': [],"
                        + " 'special_tokens': {'<s>': {'id': '<s>', 'ids': [0], 'tokens': ['<s>']}}}"));
        root.set(
                "decoder",
                json(
                        "{'type': 'Sequence', 'decoders': [{'type': 'Replace', 'pattern': {'String': '\u2581'}, 'content': ' '},"
                                + " {'type': 'ByteFallback'}, {'type': 'Fuse'},"
                                + " {'type': 'Strip', 'content': ' ', 'start': 1, 'stop': 0}]}"));
        ObjectNode model = root.putObject("model").put("type", "WordLevel").put("unk_token", "<unk>");
        ObjectNode vocabulary = model.putObject("vocab");
        for (String token : vocabulary()) {
            vocabulary.put(token, vocabulary.size());
        }
        return root;
    }

    private static JsonNode json(String text) throws IOException {
        return JSON.readTree(text.replace('\'', '"'));
    }
}
