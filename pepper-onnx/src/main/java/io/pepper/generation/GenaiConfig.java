package io.pepper.generation;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.document.InvalidFileException;
import io.pepper.export.PartitionManifest;
import io.pepper.internal.text.WholeFile;
import io.pepper.model.Dimension;
import io.pepper.model.TensorInfo;
import io.pepper.model.UnsupportedModelException;
import io.pepper.onnx.RecognizedInputs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * The configuration by which onnxruntime-genai runs parts of a text generator as a pipeline of decoders ({@code
 * "decoder-pipeline"}), as its public sources read it. What an ONNX file does not tell, such as the token that ends a
 * text, comes from the configuration of the whole model. Stateless.
 */
public final class GenaiConfig {
    /** The name of the file. */
    public static final String FILE_NAME = "genai_config.json";

    private static final long MAX_BYTES = 1L << 20;
    private static final int KEY_RANK = 4;
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private GenaiConfig() {}

    /**
     * Writes the configuration of parts beside them. The other fields of the whole model's configuration are kept.
     *
     * @param directory the parts with their {@code partition.json}
     * @param whole the configuration of the whole model, with at least {@code model.eos_token_id} and {@code
     *     model.context_length}
     * @throws UnsupportedModelException if the model is no text generator, or has caches or inputs that such a pipeline
     *     does not make; the message names one
     * @throws IOException if a file cannot be read or written, or a field is missing; nothing is written then
     */
    public static void write(Path directory, Path whole) throws IOException {
        ObjectNode config = of(PartitionManifest.read(directory), read(whole), whole.toString());
        WholeFile.write(
                directory.resolve(FILE_NAME),
                MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(config) + "\n");
    }

    private static ObjectNode read(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new InvalidFileException(file.toString(), 1, "has more than " + MAX_BYTES + " bytes");
        }
        try {
            if (MAPPER.readTree(Files.readAllBytes(file)) instanceof ObjectNode root) {
                return root;
            }
            throw new InvalidFileException(file.toString(), 1, "is no JSON object");
        } catch (JacksonException wrong) {
            int line = wrong.getLocation() == null
                    ? 1
                    : Math.max(1, wrong.getLocation().getLineNr());
            throw new InvalidFileException(file.toString(), line, "is no JSON: " + wrong.getOriginalMessage(), wrong);
        }
    }

    private static ObjectNode of(PartitionManifest manifest, ObjectNode whole, String file) throws IOException {
        DecoderRoles roles = DecoderRoles.of(manifest, (part, input) -> true); // Each part may read each cache.
        ObjectNode config = whole.deepCopy();
        ObjectNode model = object(config, "model", file);
        for (String field : List.of("eos_token_id", "context_length")) {
            if (!model.has(field)) {
                throw new InvalidFileException(file, 1, "model." + field + ": is missing");
            }
        }
        model.put("type", "decoder-pipeline");
        ObjectNode decoder = object(model, "decoder", file);
        decoder.remove("filename");
        ObjectNode inputs = decoder.putObject("inputs");
        ObjectNode outputs = decoder.putObject("outputs");
        inputs.put("input_ids", roles.tokens().name());
        steps(manifest.recognized(), roles, inputs);
        outputs.put("logits", roles.logits().name());
        CachePattern.all(manifest.recognized().caches()).write(roles, decoder);
        List<Dimension> logits = roles.logits().shape().orElse(List.of());
        if (!logits.isEmpty() && !model.has("vocab_size")) {
            logits.get(logits.size() - 1).size().ifPresent(size -> model.put("vocab_size", size));
        }
        pipeline(manifest, decoder.putArray("pipeline"));
        return config;
    }

    private static ObjectNode object(ObjectNode parent, String name, String file) throws InvalidFileException {
        JsonNode found = parent.get(name);
        if (found == null) {
            return parent.putObject(name);
        } else if (found instanceof ObjectNode object) {
            return object;
        }
        throw new InvalidFileException(file, 1, name + ": is no object");
    }

    /** Writes the mask and the positions; refuses any other input. */
    private static void steps(RecognizedInputs found, DecoderRoles roles, ObjectNode inputs)
            throws UnsupportedModelException {
        for (String name : found.names()) {
            TensorInfo info = Objects.requireNonNull(roles.inputs().get(name));
            boolean isMatrix = info.shape().map(List::size).orElse(0) == 2
                    && info.type().orElse("").startsWith("int");
            String kind = found.masks().contains(name)
                    ? "attention_mask"
                    : found.positions().contains(name) && name.contains("position") ? "position_ids" : "";
            if (!roles.presents().containsKey(name) && (!isMatrix || kind.isEmpty() || inputs.has(kind))) {
                throw CachePattern.refused("'" + info + "' is not made by a pipeline of decoders");
            } else if (!kind.isEmpty()) {
                inputs.put(kind, name);
            }
        }
    }

    private static void pipeline(PartitionManifest manifest, ArrayNode pipeline) {
        for (int part = 0; part < manifest.parts().size(); part++) {
            PartitionManifest.Part described = manifest.parts().get(part);
            ObjectNode stage = pipeline.addObject().putObject("part-" + (part + 1));
            stage.put("filename", described.file());
            ArrayNode read = stage.putArray("inputs");
            described.inputs().forEach(input -> read.add(input.name()));
            ArrayNode written = stage.putArray("outputs");
            described.outputs().forEach(output -> written.add(output.name()));
            stage.put("run_on_prompt", true).put("run_on_token_gen", true);
        }
    }

    /** The names of caches with {@code %d} for the layer. */
    private record CachePattern(List<String> pasts, List<String> presents, int layers) {
        static CachePattern all(List<RecognizedInputs.Cache> caches) throws UnsupportedModelException {
            List<String> pasts = caches.stream()
                    .map(cache -> pattern(cache.past()))
                    .distinct()
                    .sorted()
                    .toList();
            List<String> presents = caches.stream()
                    .map(cache -> pattern(cache.present()))
                    .distinct()
                    .sorted()
                    .toList();
            int layers = caches.size() / Math.max(1, pasts.size());
            for (RecognizedInputs.Cache cache : caches) {
                int kind = pasts.indexOf(pattern(cache.past()));
                boolean known = false;
                for (int layer = 0; layer < layers; layer++) {
                    known |= cache.past().equals(pasts.get(kind).replace("%d", "" + layer))
                            && presents.size() == pasts.size()
                            && cache.present().equals(presents.get(kind).replace("%d", "" + layer));
                }
                if (!known) {
                    throw refused("'" + cache.past() + "' and '" + cache.present()
                            + "' are not named by the number of a layer, from 0");
                }
            }
            boolean apart = pasts.size() == 2
                    && pasts.get(0).contains("key")
                    && pasts.get(1).contains("value");
            if (!apart && pasts.size() != 1) {
                throw refused("the caches " + pasts + " are not a key and a value for each layer");
            }
            return new CachePattern(pasts, presents, layers);
        }

        private static String pattern(String name) {
            return name.replaceFirst("[0-9]+", "%d");
        }

        static UnsupportedModelException refused(String why) {
            return new UnsupportedModelException(PartitionManifest.FILE_NAME, "recognized", why);
        }

        void write(DecoderRoles roles, ObjectNode decoder) throws UnsupportedModelException {
            ObjectNode inputs = (ObjectNode) decoder.get("inputs");
            ObjectNode outputs = (ObjectNode) decoder.get("outputs");
            boolean apart = pasts.size() == 2;
            TensorInfo first =
                    Objects.requireNonNull(roles.inputs().get(pasts.get(0).replace("%d", "0")));
            List<Dimension> axes = first.shape().orElse(List.of());
            int heads = apart ? 1 : 2;
            boolean fits = axes.size() == (apart ? KEY_RANK : KEY_RANK + 1)
                    && axes.get(heads).size().isPresent()
                    && axes.get(heads + 1).size().isEmpty()
                    && axes.get(heads + 2).size().isPresent();
            if (!fits) {
                throw refused("'" + first + "' has not the axes batch, heads, tokens, width"
                        + (apart ? "" : ", after key and value"));
            }
            if (apart) {
                inputs.put("past_key_names", pasts.get(0)).put("past_value_names", pasts.get(1));
                outputs.put("present_key_names", presents.get(0)).put("present_value_names", presents.get(1));
            } else {
                inputs.put("past_names", pasts.get(0));
                outputs.put("present_names", presents.get(0));
            }
            decoder.put("num_hidden_layers", layers)
                    .put("num_key_value_heads", axes.get(heads).size().getAsLong())
                    .put("head_size", axes.get(heads + 2).size().getAsLong());
        }
    }
}
