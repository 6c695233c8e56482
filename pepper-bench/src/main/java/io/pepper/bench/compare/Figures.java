package io.pepper.bench.compare;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A file of recorded figures: a JSON array with a line for each figure, so that a change of one is a change of one line. */
final class Figures {
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

    private Figures() {}

    static List<Figure> read(Path file) throws IOException {
        if (!Files.exists(file)) {
            throw new IOException(file + ": no figures are recorded; make bench-figures records them");
        }
        List<Figure> figures = new ArrayList<>();
        JsonNode array = JSON.readTree(file.toFile());
        if (!array.isArray()) {
            throw new IOException(file + ": an array of figures is needed");
        }
        for (int i = 0; i < array.size(); i++) {
            try {
                figures.add(JSON.treeToValue(array.get(i), Figure.class));
            } catch (IOException e) {
                throw new IOException(file + ": figure " + (i + 1) + ": " + e.getMessage(), e);
            }
        }
        return figures;
    }

    /** Adds figures to the file. A figure takes the place of one of the same benchmark on the same machine. */
    static void record(Path file, Collection<Figure> added) throws IOException {
        Map<String, Figure> all = new TreeMap<>();
        if (Files.exists(file)) {
            read(file).forEach(figure -> all.put(key(figure), figure));
        }
        added.forEach(figure -> all.put(key(figure), figure));
        List<String> lines = new ArrayList<>();
        for (Figure figure : all.values()) {
            lines.add("  " + JSON.writeValueAsString(figure));
        }
        Files.writeString(file, "[\n" + String.join(",\n", lines) + "\n]\n");
    }

    private static String key(Figure figure) {
        return figure.benchmark() + "\n" + figure.machine();
    }
}
