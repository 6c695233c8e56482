package io.pepper.predict;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The problems of the rows of a file. The first thousand are kept with their lines, the others are counted, so that a
 * file of invalid rows takes no memory.
 */
final class RowProblems {
    private static final int MOST = 1_000;

    private final Path file;
    private final List<String> first = new ArrayList<>();
    private long others;

    RowProblems(Path file) {
        this.file = file;
    }

    void add(long line, @Nullable String problem) {
        if (first.size() < MOST) {
            first.add(file + ":" + line + ": " + problem);
        } else {
            others++;
        }
    }

    List<String> messages() {
        List<String> messages = new ArrayList<>(first);
        if (others > 0) {
            messages.add(file + ": " + others + " more rows are wrong");
        }
        return messages;
    }
}
