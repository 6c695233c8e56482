package io.pepper.export;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.model.Dimension;
import io.pepper.model.MalformedModelException;
import io.pepper.model.ReadOptions;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.internal.wire.DirectoryFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The JSON form of a manifest, described in {@code docs/partition-format.md}. */
final class ManifestJson {
    private static final String FORMAT = "pepper-partition";
    private static final int VERSION = 1;
    private static final int MAX_BYTES = 64 << 20;

    private static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .disable(JsonFactory.Feature.CHARSET_DETECTION) // UTF-8, as RFC 8259 requires
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(16).build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

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
        return bytes(root);
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

    /**
     * Reads a manifest.
     *
     * @param directory the directory of the manifest
     * @param options the directories that links may lead to
     * @return the manifest
     * @throws MalformedModelException if the file is not a manifest
     * @throws IOException if the file cannot be read
     */
    public static PartitionManifest read(Path directory, ReadOptions options) throws IOException {
        return manifest(
                directory.resolve(PartitionManifest.FILE_NAME), tree(directory, PartitionManifest.FILE_NAME, options));
    }

    /** Reads a document of bounded size and depth. */
    static JsonNode tree(Path directory, String name, ReadOptions options) throws IOException {
        Path file = directory.resolve(name);
        byte[] bytes = BoundedFile.read(DirectoryFiles.ofParts(directory, options), name, MAX_BYTES);
        try {
            return MAPPER.readTree(bytes);
        } catch (JsonProcessingException invalid) {
            throw noJson(file, invalid.getOriginalMessage(), invalid);
        }
    }

    private static MalformedModelException noJson(Path file, String why, IOException cause) {
        return new MalformedModelException(file.toString(), "file", "is not JSON: " + why, cause);
    }

    private static PartitionManifest manifest(Path file, JsonNode root) throws MalformedModelException {
        ManifestFields fields = new ManifestFields(file.toString(), "", root);
        fields.expect("format", FORMAT);
        fields.expect("version", VERSION);
        ManifestFields model = fields.object("model");
        List<PartitionManifest.Part> parts = new ArrayList<>();
        for (ManifestFields part : fields.list("parts")) {
            parts.add(part(part));
        }
        List<List<TensorInfo>> cuts = new ArrayList<>();
        for (ManifestFields cut : fields.list("cuts")) {
            cuts.add(tensors(cut, "tensors"));
        }
        if (parts.isEmpty() || cuts.size() > parts.size() - 1) {
            throw new MalformedModelException(
                    file.toString(), "cuts", "are " + cuts.size() + ", where there are " + parts.size() + " parts");
        }
        return new PartitionManifest(
                fields.text("tool"),
                model.text("name"),
                model.optionalText("sha256"),
                fields.choice("weights", WeightStorage.class),
                tensors(fields, "inputs"),
                tensors(fields, "outputs"),
                parts,
                cuts,
                (int) fields.number("unusedOperators", Integer.MAX_VALUE),
                fields.texts("notes"),
                inputValues(fields));
    }

    private static Map<String, String> inputValues(ManifestFields fields) throws MalformedModelException {
        Map<String, String> values = new TreeMap<>();
        if (!fields.has("inputValues")) {
            return values; // Written by a release in which inputs could not be set.
        }
        for (ManifestFields value : fields.list("inputValues")) {
            if (values.put(value.text("name"), value.text("value")) != null) {
                throw value.wrong("name", "'" + value.text("name") + "' is there twice");
            }
        }
        return values;
    }

    private static PartitionManifest.Part part(ManifestFields part) throws MalformedModelException {
        return new PartitionManifest.Part(
                part.fileName("file"),
                part.optionalText("sha256"),
                part.number("bytes", Long.MAX_VALUE),
                (int) part.number("operators", Integer.MAX_VALUE),
                (int) part.number("recomputedOperators", Integer.MAX_VALUE),
                (int) part.number("constantOperators", Integer.MAX_VALUE),
                part.number("weightBytes", Long.MAX_VALUE),
                tensors(part, "inputs"),
                tensors(part, "outputs"),
                data(part));
    }

    private static List<PartitionManifest.Data> data(ManifestFields part) throws MalformedModelException {
        List<PartitionManifest.Data> data = new ArrayList<>();
        for (ManifestFields file : part.list("data")) {
            data.add(new PartitionManifest.Data(
                    file.location("file"), file.optionalText("sha256"), file.number("bytes", Long.MAX_VALUE)));
        }
        return data;
    }

    private static List<TensorInfo> tensors(ManifestFields owner, String field) throws MalformedModelException {
        List<TensorInfo> tensors = new ArrayList<>();
        for (ManifestFields tensor : owner.list(field)) {
            Optional<List<Dimension>> shape = tensor.dimensions("shape");
            tensors.add(new TensorInfo(tensor.text("name"), tensor.optionalText("type"), shape));
        }
        return tensors;
    }
}
