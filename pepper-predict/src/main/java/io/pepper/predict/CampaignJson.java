package io.pepper.predict;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.pepper.generation.GenerationLoad;
import io.pepper.internal.text.Document;
import io.pepper.internal.text.Fields;
import io.pepper.model.InputShapes;
import io.pepper.model.Isolation;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;

/** The document of a campaign for another machine, and the names of its files there. Stateless and therefore thread-safe. */
final class CampaignJson {
    private static final String SOURCE = "the request";
    private static final long MAX = Integer.MAX_VALUE;
    private static final double NANOS = 1e9;
    private static final double MAX_SECONDS = 86_400;

    private CampaignJson() {}

    private static String directory(int model) {
        return "model-" + (model + 1) + "/";
    }

    private static String file(CampaignOptions.Model model, int index) {
        return directory(index) + model.file().getFileName();
    }

    static Map<String, Path> files(CampaignOptions options) {
        Map<String, Path> files = new TreeMap<>();
        List<CampaignOptions.Model> models = options.values().models;
        for (int i = 0; i < models.size(); i++) {
            String beside = directory(i);
            files.put(file(models.get(i), i), models.get(i).file());
            models.get(i).data().forEach((name, data) -> files.put(beside + name, data));
        }
        return files;
    }

    static String write(CampaignOptions options) {
        CampaignValues values = options.values();
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeArrayFieldStart("models");
            for (int i = 0; i < values.models.size(); i++) {
                write(json, values.models.get(i), file(values.models.get(i), i));
            }
            json.writeEndArray();
            json.writeStringField("sweep", values.sweep.name().toLowerCase(Locale.ROOT));
            json.writeNumberField("pieces", values.pieces);
            if (values.candidates.isPresent()) {
                json.writeNumberField("candidates", values.candidates.getAsInt());
            }
            if (values.generation.isPresent()) {
                write(json, values.generation.get());
            }
            json.writeArrayFieldStart("loads");
            for (String load : values.loads) {
                json.writeString(load);
            }
            json.writeEndArray();
            json.writeFieldName("threads");
            json.writeArray(values.threads.stream().mapToInt(Integer::intValue).toArray(), 0, values.threads.size());
            json.writeNumberField("rounds", values.rounds);
            json.writeNumberField("seconds", values.budget.toNanos() / NANOS);
            json.writeNumberField("quietWait", values.quietWait.toNanos() / NANOS);
            json.writeStringField("provider", values.provider);
            json.writeBooleanField("isolated", values.isolation.isPresent());
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return text.toString();
    }

    private static void write(JsonGenerator json, GenerationLoad load) throws IOException {
        json.writeObjectFieldStart("generation");
        json.writeNumberField("prompt", load.promptTokens());
        json.writeNumberField("new", load.newTokens());
        json.writeNumberField("context", load.contextTokens());
        json.writeNumberField("sequences", load.sequences());
        json.writeEndObject();
    }

    private static Optional<GenerationLoad> generation(Fields fields) throws IOException {
        if (!fields.hasValue("generation")) {
            return Optional.empty();
        }
        Fields load = fields.fields("generation");
        int prompt = (int) load.requiredWhole("prompt", MAX);
        int added = (int) load.requiredWhole("new", MAX);
        int context = (int) load.requiredWhole("context", MAX);
        int sequences = (int) load.requiredWhole("sequences", MAX);
        load.end();
        return Optional.of(load.made(() -> new GenerationLoad(prompt, added, context, sequences)));
    }

    private static void write(JsonGenerator json, CampaignOptions.Model model, String file) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", model.name());
        json.writeStringField("file", file);
        json.writeArrayFieldStart("shapes");
        for (Map.Entry<String, List<Long>> shape : model.sizes().shapes().entrySet()) {
            json.writeStartObject();
            json.writeStringField("input", shape.getKey());
            json.writeFieldName("sizes");
            json.writeArray(
                    shape.getValue().stream().mapToLong(Long::longValue).toArray(),
                    0,
                    shape.getValue().size());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("dimensions");
        for (Map.Entry<String, Long> dimension : model.sizes().dimensions().entrySet()) {
            json.writeStartObject();
            json.writeStringField("name", dimension.getKey());
            json.writeNumberField("size", dimension.getValue());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    /**
     * Reads a request, which may come from a stranger.
     *
     * @param text the document
     * @param files the files of the request by name
     * @throws IOException if the document is malformed, a value is out of its range, or names a file that is not there
     */
    static CampaignOptions read(String text, Map<String, Path> files) throws IOException {
        Fields fields = Fields.ofJson(SOURCE, Document.read(text, SOURCE));
        List<CampaignOptions.Model> models = new ArrayList<>();
        for (Fields each : fields.list("models")) {
            models.add(model(each, files));
        }
        CampaignOptions read = fields.made(() -> {
            CampaignOptions options = CampaignOptions.DEFAULTS;
            for (CampaignOptions.Model model : models) {
                options = options.withModel(model);
            }
            return options;
        });
        Filled filled = new Filled(fields);
        fields.end();
        return fields.made(() -> read.with(filled::into));
    }

    /** The values of a request besides its models. */
    private static final class Filled {
        private final CampaignOptions.Sweep sweep;
        private final int pieces;
        private final OptionalLong candidates;
        private final Optional<GenerationLoad> generation;
        private final List<String> loads;
        private final List<Integer> threads;
        private final int rounds;
        private final Duration seconds;
        private final Duration quietWait;
        private final String provider;
        private final boolean isolated;

        Filled(Fields fields) throws IOException {
            String name = fields.requiredText("sweep").toUpperCase(Locale.ROOT);
            sweep = fields.made(() -> CampaignOptions.Sweep.valueOf(name));
            pieces = (int) fields.requiredWhole("pieces", MAX);
            candidates = fields.whole("candidates", MAX);
            generation = generation(fields);
            loads = fields.texts("loads");
            threads = fields.numbers("threads").orElse(List.of()).stream()
                    .map(Double::intValue)
                    .toList();
            rounds = (int) fields.requiredWhole("rounds", MAX);
            seconds = duration(fields, "seconds");
            quietWait = duration(fields, "quietWait");
            provider = fields.requiredText("provider");
            isolated = fields.flag("isolated").orElse(false);
        }

        private static Duration duration(Fields fields, String name) throws IOException {
            double value = fields.requiredNumber(name);
            if (!(value >= 0 && value <= MAX_SECONDS)) {
                throw fields.error(name, value + " is not between 0 and " + MAX_SECONDS);
            }
            return Duration.ofNanos(Math.round(value * NANOS));
        }

        void into(CampaignValues values) {
            values.sweep = sweep;
            values.pieces = pieces;
            values.candidates =
                    candidates.isPresent() ? OptionalInt.of((int) candidates.getAsLong()) : OptionalInt.empty();
            values.generation = generation;
            values.loads = loads;
            values.threads = threads;
            values.rounds = rounds;
            values.budget = seconds;
            values.quietWait = quietWait;
            values.provider = provider;
            values.isolation = isolated ? Optional.of(Isolation.DEFAULTS) : Optional.empty();
        }
    }

    private static CampaignOptions.Model model(Fields fields, Map<String, Path> files) throws IOException {
        String name = fields.requiredText("name");
        String file = fields.requiredText("file");
        Path path = files.get(file);
        if (path == null) {
            throw fields.error("file", "'" + file + "' was not sent");
        }
        InputShapes sizes = InputShapes.NONE;
        for (Fields shape : fields.list("shapes")) {
            long[] values = shape.numbers("sizes").orElse(List.of()).stream()
                    .mapToLong(Double::longValue)
                    .toArray();
            String input = shape.requiredText("input");
            InputShapes before = sizes;
            sizes = shape.made(() -> before.withInputShape(input, values));
        }
        for (Fields dimension : fields.list("dimensions")) {
            String symbol = dimension.requiredText("name");
            long size = dimension.requiredWhole("size", Long.MAX_VALUE);
            InputShapes before = sizes;
            sizes = dimension.made(() -> before.withDimension(symbol, size));
        }
        fields.end();
        return new CampaignOptions.Model(name, path, Map.of(), sizes);
    }
}
