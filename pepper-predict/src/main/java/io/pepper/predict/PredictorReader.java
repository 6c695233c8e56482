package io.pepper.predict;

import io.pepper.cluster.Platform;
import io.pepper.predict.TrainedPredictor.Trees;
import io.pepper.predict.TrainingOptions.Target;
import io.pepper.predict.internal.learn.LinearTime;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A reader of the document in a predictor's file. It does not trust the bytes. */
final class PredictorReader {
    private final String source;
    private final byte[] file;
    private final int begin;
    private String schemaName = "";
    private int schemaVersion;
    private List<String> features = List.of();
    private @Nullable Target target;
    private @Nullable LinearTime linear;
    private double p90Shift;
    private float[] least = {};
    private float[] most = {};
    private @Nullable FamilyEvidence evidence;
    private @Nullable Trees median;
    private @Nullable Trees p90;
    private @Nullable Provenance facts;
    private boolean calibrated;
    private boolean several;

    /** Creates a reader of the document that starts at an offset of the file. */
    PredictorReader(String source, byte[] file, int begin) {
        this.source = source;
        this.file = file;
        this.begin = begin;
    }

    TrainedPredictor read() throws IOException {
        JsonReader.read(
                new ByteArrayInputStream(file, begin, file.length - begin),
                source,
                json -> json.object(name -> field(json, name)));
        return predictor();
    }

    /** Reads a predictor inside of another document of the same file. */
    TrainedPredictor read(JsonReader json) throws IOException {
        json.object(name -> field(json, name));
        return predictor();
    }

    private TrainedPredictor predictor() throws PredictorFormatException {
        if (calibrated) {
            throw wrong("the document", "it holds a calibrated predictor, which CalibratedPredictor reads");
        }
        if (several) {
            throw wrong("the document", "it holds the predictors of several devices, which StoredPredictor reads");
        }
        FeatureSchema schema = schema();
        if (target == null || facts == null) {
            throw wrong("the document", "it has no target or facts");
        }
        return new TrainedPredictor(new TrainedPredictor.Parts(
                schema,
                target,
                Optional.ofNullable(linear),
                pair(schema),
                p90Shift,
                FeatureRange.of(schema, least, most),
                Optional.ofNullable(evidence),
                facts));
    }

    /** Returns the trees; a sum of kernels needs none. */
    private Optional<TrainedPredictor.Pair> pair(FeatureSchema schema) throws PredictorFormatException {
        if (least.length != schema.size() || most.length != schema.size()) {
            throw wrong(
                    "least, most",
                    "they are not all of " + schema.size() + " features: " + least.length + ", " + most.length);
        }
        if (median == null && p90 == null && linear != null && target == Target.LOG_RATIO) {
            return Optional.empty();
        }
        if (median == null || p90 == null) {
            throw wrong("the document", "it has no median or no p90");
        }
        int inputs = median.trees().features();
        boolean readsSum = inputs == schema.size() + 1 && linear != null;
        if (p90.trees().features() != inputs || !(inputs == schema.size() || readsSum)) {
            throw wrong(
                    "median, p90",
                    "they are not of " + schema.size() + " features"
                            + (linear == null ? "" : ", with or without the sum") + ": " + inputs + ", "
                            + p90.trees().features());
        }
        return Optional.of(new TrainedPredictor.Pair(median, p90));
    }

    /** Trees with their JSON from the file, which is written again unchanged. */
    private Trees trees(JsonReader json) throws IOException {
        int from = json.begin();
        TreeEnsemble ensemble = TreeEnsemble.of(XgboostJson.read(json, true));
        return new Trees(new String(file, begin + from, json.end() - from, StandardCharsets.UTF_8), ensemble);
    }

    private void field(JsonReader json, String name) throws IOException {
        switch (name) {
            case "schema" -> json.object(inner -> schema(json, inner));
            case "target" -> target = PredictorFile.target(json.text(), source);
            case "linear" -> linear = linear(json);
            case "p90Shift" -> p90Shift = finite(json);
            case "least" -> least = json.numbers();
            case "most" -> most = json.numbers();
            case "families" -> evidence = EvidenceJson.read(json);
            case "median" -> median = trees(json);
            case "p90" -> p90 = trees(json);
            case "facts" -> facts = facts(json);
            case CalibrationFile.FIELD -> calibrated = true;
            case DevicePredictorsFile.FIELD -> several = true;
            default -> {}
        }
    }

    private static double finite(JsonReader json) throws IOException {
        double value = json.real();
        if (!Double.isFinite(value)) {
            throw json.wrong(value + " is not finite");
        }
        return value;
    }

    private void schema(JsonReader json, String name) throws IOException {
        switch (name) {
            case "name" -> schemaName = json.text();
            case "version" -> schemaVersion = json.integer();
            case "features" -> features = json.texts();
            default -> {}
        }
    }

    private FeatureSchema schema() throws PredictorFormatException {
        FeatureSchema known = FeatureSchema.named(schemaName)
                .orElseThrow(() -> wrong("schema.name", "'" + schemaName + "' is unknown to this library"));
        if (known.version() != schemaVersion) {
            throw wrong(
                    "schema.version",
                    "the predictor was trained with version " + schemaVersion + " of '" + schemaName
                            + "', this library has version " + known.version() + "; train it again");
        }
        if (!known.features().equals(features)) {
            throw wrong(
                    "schema.features", "they are not those of '" + schemaName + "' in this library; train it again");
        }
        return known;
    }

    private PredictorFormatException wrong(String field, String problem) {
        return new PredictorFormatException(source, field, problem);
    }

    private static LinearTime linear(JsonReader json) throws IOException {
        Map<String, Object> fields = new LinkedHashMap<>();
        json.object(name -> {
            if (name.equals("terms")) {
                fields.put(name, json.texts());
            } else if (name.equals("seconds")) {
                fields.put(name, json.reals());
            }
        });
        if (!LinearTime.terms().equals(fields.get("terms")) || !(fields.get("seconds") instanceof double[] seconds)) {
            throw json.wrong("its terms are not those of this library; train the predictor again");
        }
        try {
            return new LinearTime(seconds);
        } catch (IllegalArgumentException invalid) {
            throw json.wrong(String.valueOf(invalid.getMessage()));
        }
    }

    /** The fields of the provenance that have been read so far. */
    private static final class Draft {
        private String dataSha256 = "";
        private int records;
        private int markedRecords;
        private int leftOut;
        private List<String> models = List.of();
        private List<String> devices = List.of();
        private final List<Platform> platforms = new ArrayList<>();
        private Instant trainedAt = Instant.EPOCH;
        private String libraryVersion = "";
        private String xgboostVersion = "";
        private String options = "";
        private final Map<String, Accuracy> accuracy = new LinkedHashMap<>();
    }

    private static Provenance facts(JsonReader json) throws IOException {
        Draft draft = new Draft();
        json.object(name -> {
            switch (name) {
                case "dataSha256" -> draft.dataSha256 = json.text();
                case "records" -> draft.records = json.integer();
                case "markedRecords" -> draft.markedRecords = json.integer();
                case "leftOut" -> draft.leftOut = json.integer();
                case "models" -> draft.models = json.texts();
                case "devices" -> draft.devices = json.texts();
                case "platforms" -> json.array(() -> draft.platforms.add(PlatformJson.read(json)));
                case "trainedAt" -> draft.trainedAt = instant(json);
                case "libraryVersion" -> draft.libraryVersion = json.text();
                case "xgboostVersion" -> draft.xgboostVersion = json.text();
                case "options" -> draft.options = json.text();
                case "accuracy" -> json.object(folds -> draft.accuracy.put(folds, AccuracyJson.read(json)));
                default -> {}
            }
        });
        return new Provenance(
                draft.dataSha256,
                draft.records,
                draft.markedRecords,
                draft.leftOut,
                draft.models,
                draft.devices,
                draft.platforms,
                draft.trainedAt,
                draft.libraryVersion,
                draft.xgboostVersion,
                draft.options,
                draft.accuracy);
    }

    private static Instant instant(JsonReader json) throws IOException {
        String text = json.text();
        try {
            return Instant.parse(text);
        } catch (DateTimeException none) {
            throw json.wrong("'" + text + "' is not a timestamp");
        }
    }
}
