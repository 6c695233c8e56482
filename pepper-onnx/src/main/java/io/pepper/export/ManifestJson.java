package io.pepper.export;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.model.Dimension;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.RecognizedInputs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A writer of manifests as JSON, described in {@code docs/partition-format.md}. */
final class ManifestJson {
    static final String FORMAT = "pepper-partition";
    static final int VERSION = 1;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private ManifestJson() {}

    /**
     * Writes a manifest.
     *
     * @param manifest the manifest
     * @return the bytes of the file
     * @throws IOException if the manifest cannot be written as JSON
     */
    public static byte[] write(PartitionManifest manifest) throws IOException {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("format", FORMAT).put("version", VERSION).put("tool", manifest.tool());
        root.putObject("model")
                .put("name", manifest.modelName())
                .put("sha256", manifest.modelSha256().orElse(null));
        root.put("weights", manifest.weights().label());
        root.set("inputs", tensors(manifest.inputs()));
        root.set("outputs", tensors(manifest.outputs()));
        ArrayNode parts = root.putArray("parts");
        for (PartitionManifest.Part part : manifest.parts()) {
            parts.add(part(part));
        }
        ArrayNode cuts = root.putArray("cuts");
        for (List<TensorInfo> cut : manifest.cuts()) {
            cuts.addObject().set("tensors", tensors(cut));
        }
        root.put("unusedOperators", manifest.unusedOperators());
        ArrayNode notes = root.putArray("notes");
        manifest.notes().forEach(notes::add);
        ArrayNode values = root.putArray("inputValues");
        manifest.inputValues()
                .forEach((name, value) -> values.addObject().put("name", name).put("value", value));
        if (!manifest.recognized().equals(RecognizedInputs.NONE)) {
            root.set("recognized", recognized(manifest.recognized()));
        }
        return bytes(root);
    }

    private static ObjectNode recognized(RecognizedInputs found) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        ArrayNode caches = node.putArray("caches");
        found.caches()
                .forEach(cache -> caches.addObject().put("past", cache.past()).put("present", cache.present()));
        found.readOnlyCaches().forEach(node.putArray("readOnlyCaches")::add);
        found.contexts().forEach(node.putArray("contexts")::add);
        found.masks().forEach(node.putArray("masks")::add);
        found.addedMasks().forEach(node.putArray("addedMasks")::add);
        found.hidingMasks().forEach(node.putArray("hidingMasks")::add);
        found.positions().forEach(node.putArray("positions")::add);
        found.lengths().forEach(node.putArray("lengths")::add);
        return node;
    }

    /** Returns the bytes of a document. */
    static byte[] bytes(ObjectNode root) throws IOException {
        // Line feeds on every system: the same partition gives the same bytes.
        DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
        DefaultPrettyPrinter printer =
                new DefaultPrettyPrinter().withObjectIndenter(indenter).withArrayIndenter(indenter);
        return (MAPPER.writer(printer).writeValueAsString(root) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static ObjectNode part(PartitionManifest.Part part) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("file", part.file())
                .put("sha256", part.sha256().orElse(null))
                .put("bytes", part.bytes())
                .put("operators", part.operators())
                .put("recomputedOperators", part.recomputedOperators())
                .put("constantOperators", part.constantOperators())
                .put("weightBytes", part.weightBytes());
        node.set("inputs", tensors(part.inputs()));
        node.set("outputs", tensors(part.outputs()));
        ArrayNode data = node.putArray("data");
        for (PartitionManifest.Data file : part.data()) {
            data.addObject()
                    .put("file", file.file())
                    .put("sha256", file.sha256().orElse(null))
                    .put("bytes", file.bytes());
        }
        return node;
    }

    private static ArrayNode tensors(List<TensorInfo> tensors) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        for (TensorInfo tensor : tensors) {
            ObjectNode node = array.addObject();
            node.put("name", tensor.name()).put("type", tensor.type().orElse(null));
            node.set("shape", shape(tensor));
        }
        return array;
    }

    private static JsonNode shape(TensorInfo tensor) {
        if (tensor.shape().isEmpty()) {
            return JsonNodeFactory.instance.nullNode();
        }
        ArrayNode shape = JsonNodeFactory.instance.arrayNode();
        for (Dimension dimension : tensor.shape().get()) {
            if (dimension.size().isPresent()) {
                shape.add(dimension.size().getAsLong());
            } else {
                shape.add(dimension.symbol().orElse(null));
            }
        }
        return shape;
    }
}
