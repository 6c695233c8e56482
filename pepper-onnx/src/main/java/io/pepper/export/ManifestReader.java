package io.pepper.export;

import io.pepper.document.InvalidFileException;
import io.pepper.internal.text.Fields;
import io.pepper.internal.text.Value;
import io.pepper.model.Dimension;
import io.pepper.model.ReadOptions;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.RecognizedInputs;
import io.pepper.onnx.internal.model.Locations;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A reader of manifests. Fields that it does not know are ignored. Stateless and therefore thread-safe. */
final class ManifestReader {
    private ManifestReader() {}

    /**
     * Reads a manifest.
     *
     * @param directory the directory of the manifest
     * @param options the directories that links may lead to
     * @return the manifest
     * @throws InvalidFileException if the file is not a manifest
     * @throws IOException if the file cannot be read
     */
    static PartitionManifest read(Path directory, ReadOptions options) throws IOException {
        Fields fields = JsonDocument.read(directory, PartitionManifest.FILE_NAME, options);
        expect(fields, "format", ManifestJson.FORMAT);
        expect(fields, "version", ManifestJson.VERSION);
        Fields model = fields.fields("model");
        List<PartitionManifest.Part> parts = new ArrayList<>();
        for (Fields part : fields.list("parts")) {
            parts.add(part(part));
        }
        List<List<TensorInfo>> cuts = new ArrayList<>();
        for (Fields cut : fields.list("cuts")) {
            cuts.add(tensors(cut, "tensors"));
        }
        if (parts.isEmpty() || cuts.size() > parts.size() - 1) {
            throw fields.error("cuts", "are " + cuts.size() + ", where there are " + parts.size() + " parts");
        }
        return new PartitionManifest(
                fields.requiredText("tool"),
                model.requiredText("name"),
                model.with("sha256").text("sha256"),
                storage(fields),
                tensors(fields, "inputs"),
                tensors(fields, "outputs"),
                parts,
                cuts,
                (int) fields.requiredWhole("unusedOperators", Integer.MAX_VALUE),
                fields.texts("notes"),
                inputValues(fields),
                recognized(fields));
    }

    private static RecognizedInputs recognized(Fields fields) throws InvalidFileException {
        if (!fields.has("recognized")) {
            return RecognizedInputs.NONE;
        }
        Fields found = fields.fields("recognized");
        List<RecognizedInputs.Cache> caches = new ArrayList<>();
        for (Fields cache : found.list("caches")) {
            caches.add(new RecognizedInputs.Cache(cache.requiredText("past"), cache.requiredText("present")));
        }
        return new RecognizedInputs(
                caches,
                found.texts("readOnlyCaches"),
                texts(found, "contexts"),
                found.texts("masks"),
                texts(found, "addedMasks"),
                texts(found, "hidingMasks"),
                found.texts("positions"),
                found.texts("lengths"));
    }

    /** Returns a list that manifests of earlier versions lack. */
    private static List<String> texts(Fields found, String name) throws InvalidFileException {
        return found.has(name) ? found.texts(name) : List.of();
    }

    /** Refuses another value of a field. */
    static void expect(Fields fields, String name, String only) throws InvalidFileException {
        String found = fields.requiredText(name);
        if (!found.equals(only)) {
            throw fields.error(name, "is '" + found + "', but only '" + only + "' is supported");
        }
    }

    /** Refuses another value of a field. */
    static void expect(Fields fields, String name, int only) throws InvalidFileException {
        long found = fields.requiredWhole(name, Long.MAX_VALUE);
        if (found != only) {
            throw fields.error(name, "is " + found + ", but only " + only + " is supported");
        }
    }

    private static WeightStorage storage(Fields fields) throws InvalidFileException {
        String found = fields.requiredText("weights");
        for (WeightStorage storage : WeightStorage.values()) {
            if (storage.name().toLowerCase(Locale.ROOT).equals(found)) {
                return storage;
            }
        }
        throw fields.error("weights", "'" + found + "' is not known");
    }

    private static Map<String, String> inputValues(Fields fields) throws InvalidFileException {
        Map<String, String> values = new TreeMap<>();
        if (!fields.has("inputValues")) {
            return values; // Written by a release in which inputs could not be set.
        }
        for (Fields value : fields.list("inputValues")) {
            String name = value.requiredText("name");
            if (values.put(name, value.requiredText("value")) != null) {
                throw value.error("name", "'" + name + "' is there twice");
            }
        }
        return values;
    }

    private static PartitionManifest.Part part(Fields part) throws InvalidFileException {
        String name = part.requiredText("file");
        if (!FileNames.isPlain(name)) {
            throw part.error("file", "'" + name + "' is not a plain file name");
        }
        return new PartitionManifest.Part(
                name,
                part.with("sha256").text("sha256"),
                part.requiredWhole("bytes", Long.MAX_VALUE),
                (int) part.requiredWhole("operators", Integer.MAX_VALUE),
                (int) part.requiredWhole("recomputedOperators", Integer.MAX_VALUE),
                (int) part.requiredWhole("constantOperators", Integer.MAX_VALUE),
                part.requiredWhole("weightBytes", Long.MAX_VALUE),
                tensors(part, "inputs"),
                tensors(part, "outputs"),
                data(part));
    }

    private static List<PartitionManifest.Data> data(Fields part) throws InvalidFileException {
        List<PartitionManifest.Data> data = new ArrayList<>();
        for (Fields file : part.list("data")) {
            data.add(new PartitionManifest.Data(
                    location(file), file.with("sha256").text("sha256"), file.requiredWhole("bytes", Long.MAX_VALUE)));
        }
        return data;
    }

    /** Returns the name of a file in the manifest's directory or below it. */
    private static String location(Fields file) throws InvalidFileException {
        String location = file.requiredText("file");
        Optional<String> refusal = Locations.refusal(location);
        if (refusal.isPresent()) {
            throw file.error("file", "'" + location + "' does not lead into this directory: it " + refusal.get());
        }
        return location;
    }

    private static List<TensorInfo> tensors(Fields owner, String field) throws InvalidFileException {
        List<TensorInfo> tensors = new ArrayList<>();
        for (Fields tensor : owner.list(field)) {
            tensors.add(new TensorInfo(
                    tensor.requiredText("name"), tensor.with("type").text("type"), shape(tensor)));
        }
        return tensors;
    }

    private static Optional<List<Dimension>> shape(Fields tensor) throws InvalidFileException {
        if (!tensor.with("shape").hasValue("shape")) {
            return Optional.empty();
        }
        List<Dimension> dimensions = new ArrayList<>();
        for (Value element : tensor.values("shape", "a list of dimensions")) {
            dimensions.add(dimension(tensor, element));
        }
        return Optional.of(dimensions);
    }

    private static Dimension dimension(Fields tensor, Value element) throws InvalidFileException {
        if (!(element instanceof Value.Scalar scalar)) {
            throw tensor.error("shape", "has " + element.kind() + " as a dimension");
        }
        if (scalar.isNothing()) {
            return Dimension.unknown();
        }
        if (!scalar.quoted()) {
            return Dimension.of(tensor.wholeOf("shape", scalar, Long.MAX_VALUE));
        }
        if (scalar.text().isEmpty()) {
            throw tensor.error("shape", "has an empty name of a dimension");
        }
        return Dimension.of(scalar.text());
    }
}
