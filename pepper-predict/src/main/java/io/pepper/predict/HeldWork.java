package io.pepper.predict;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The work of the pieces whose measurements a file has. Pieces are identified only by name, so that a replaced model,
 * or one with other input sizes, would continue the measurements of another one. Not thread-safe.
 */
final class HeldWork {
    /** By model and piece: the different works, as columns. There is more than one only if the file is inconsistent. */
    private final Map<List<String>, Set<Map<String, String>>> works = new HashMap<>();

    void add(LatencyRecord entry) {
        works.computeIfAbsent(List.of(entry.model(), entry.piece()), name -> new LinkedHashSet<>())
                .add(RecordColumns.work(entry.work()));
    }

    /** Throws an IOException that names file, model, piece and column if a measurement is of other work. */
    void requireSame(Path csv, ProfileTarget piece) throws IOException {
        Map<String, String> now = RecordColumns.work(piece.work());
        for (Map<String, String> before : works.getOrDefault(List.of(piece.model(), piece.piece()), Set.of())) {
            Optional<String> column = now.keySet().stream()
                    .filter(name -> differs(before.getOrDefault(name, ""), now.getOrDefault(name, "")))
                    .findFirst();
            if (column.isPresent()) {
                throw new IOException(
                        csv + ": holds measurements of another model, or of other input sizes, under the name "
                                + piece.model() + " " + piece.piece() + ": " + difference(column.get(), before, now)
                                + "; choose another file, or give the model's file another name");
            }
        }
    }

    /** Returns whether two values differ; an unknown value contradicts nothing. */
    private static boolean differs(String before, String now) {
        return !before.isEmpty() && !now.isEmpty() && !before.equals(now);
    }

    private static String difference(String column, Map<String, String> before, Map<String, String> now) {
        return column.equals(RecordColumns.KERNELS)
                ? "the kernels differ"
                : column + " was " + before.get(column) + " and is " + now.get(column);
    }
}
