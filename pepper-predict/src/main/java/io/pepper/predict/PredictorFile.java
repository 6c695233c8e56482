package io.pepper.predict;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.pepper.cluster.Platform;
import io.pepper.internal.text.WholeFile;
import io.pepper.predict.TrainingOptions.Target;
import io.pepper.predict.internal.learn.LinearTime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/**
 * The file of a trained predictor: a first line {@code PEPPER-PREDICTOR 1 SHA256}, then the JSON document whose SHA-256
 * it states. {@code docs/predictor-format.md} describes it.
 */
final class PredictorFile {
    static final String MAGIC = "PEPPER-PREDICTOR 1 ";
    private static final long MAX_BYTES = 256L << 20;
    private static final int LONGEST_FIRST_LINE = 128;

    private PredictorFile() {}

    static void write(TrainedPredictor predictor, Path file) throws IOException {
        write(file, document(predictor.parts()));
    }

    static void write(Path file, byte[] document) throws IOException {
        byte[] first = (MAGIC + sha256(document, 0) + "\n").getBytes(StandardCharsets.US_ASCII);
        WholeFile.write(file, out -> {
            out.write(first);
            out.write(document);
        });
    }

    private static String sha256(byte[] bytes, int begin) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(bytes, begin, bytes.length - begin);
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException never) {
            throw new IllegalStateException(never);
        }
    }

    static byte[] document(TrainedPredictor.Parts parts) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
            json.writeStartObject();
            json.writeObjectFieldStart("schema");
            json.writeStringField("name", parts.schema().name());
            json.writeNumberField("version", parts.schema().version());
            json.writeArrayFieldStart("features");
            for (String feature : parts.schema().features()) {
                json.writeString(feature);
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeStringField("target", parts.target().name());
            if (parts.linear().isPresent()) {
                linear(json, parts.linear().get());
            }
            json.writeNumberField("p90Shift", parts.p90Shift());
            floats(json, "least", parts.range().least());
            floats(json, "most", parts.range().most());
            if (parts.evidence().isPresent()) {
                EvidenceJson.write(json, parts.evidence().get());
            }
            facts(json, parts.facts());
            if (parts.trees().isPresent()) {
                json.writeFieldName("median");
                json.writeRawValue(parts.trees().get().median().json());
                json.writeFieldName("p90");
                json.writeRawValue(parts.trees().get().p90().json());
            }
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static void linear(JsonGenerator json, LinearTime linear) throws IOException {
        json.writeObjectFieldStart("linear");
        json.writeArrayFieldStart("terms");
        for (String term : LinearTime.terms()) {
            json.writeString(term);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("seconds");
        for (double coefficient : linear.coefficients()) {
            json.writeNumber(coefficient);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void floats(JsonGenerator json, String name, float... values) throws IOException {
        json.writeArrayFieldStart(name);
        for (float value : values) {
            json.writeString(String.valueOf(value));
        }
        json.writeEndArray();
    }

    private static void facts(JsonGenerator json, Provenance facts) throws IOException {
        json.writeObjectFieldStart("facts");
        json.writeStringField("dataSha256", facts.dataSha256());
        json.writeNumberField("records", facts.records());
        json.writeNumberField("markedRecords", facts.markedRecords());
        json.writeNumberField("leftOut", facts.leftOut());
        json.writeArrayFieldStart("models");
        for (String model : facts.models()) {
            json.writeString(model);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("devices");
        for (String device : facts.devices()) {
            json.writeString(device);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("platforms");
        for (Platform platform : facts.platforms()) {
            PlatformJson.write(json, platform);
        }
        json.writeEndArray();
        json.writeStringField("trainedAt", facts.trainedAt().toString());
        json.writeStringField("libraryVersion", facts.libraryVersion());
        json.writeStringField("xgboostVersion", facts.xgboostVersion());
        json.writeStringField("options", facts.options());
        json.writeObjectFieldStart("accuracy");
        for (Map.Entry<String, Accuracy> entry : facts.accuracy().entrySet()) {
            json.writeFieldName(entry.getKey());
            AccuracyJson.write(json, entry.getValue());
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    static TrainedPredictor read(Path file) throws IOException {
        Document document = open(file);
        return new PredictorReader(file.toString(), document.file, document.begin).read();
    }

    /** The bytes of a file whose document has the hash that the first line states, and the offset of the document. */
    static final class Document {
        private final byte[] file;
        private final int begin;

        private Document(byte[] file, int begin) {
            this.file = file;
            this.begin = begin;
        }

        byte[] file() {
            return file;
        }

        int begin() {
            return begin;
        }
    }

    static Document open(Path file) throws IOException {
        long size = Files.size(file);
        if (size > MAX_BYTES) {
            throw new PredictorFormatException(
                    file.toString(), "the file", "it has " + size + " bytes, more than " + MAX_BYTES);
        }
        return open(file.toString(), Files.readAllBytes(file));
    }

    static Document open(String source, byte[] all) throws PredictorFormatException {
        int end = 0;
        while (end < Math.min(all.length, LONGEST_FIRST_LINE) && all[end] != '\n') {
            end++;
        }
        String first = new String(all, 0, end, StandardCharsets.ISO_8859_1);
        if (!first.startsWith(MAGIC) || end == all.length) {
            throw new PredictorFormatException(
                    source,
                    "the first line",
                    "it does not begin with '" + MAGIC.strip() + "'"
                            + (first.startsWith("{")
                                    ? ": trees that XGBoost saved are read by XgboostPredictor (--xgboost)"
                                    : ""));
        }
        String found = sha256(all, end + 1);
        if (!first.substring(MAGIC.length()).equals(found)) {
            throw new PredictorFormatException(
                    source,
                    "SHA-256",
                    "it is " + found + ", the first line says " + first.substring(MAGIC.length())
                            + ": the file was changed");
        }
        return new Document(all, end + 1);
    }

    static Target target(String name, String source) throws PredictorFormatException {
        for (Target target : Target.values()) {
            if (target.name().equals(name)) {
                return target;
            }
        }
        throw new PredictorFormatException(source, "target", "'" + name + "' is unknown to this library");
    }
}
