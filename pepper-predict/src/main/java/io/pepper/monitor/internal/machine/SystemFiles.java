package io.pepper.monitor.internal.machine;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The files in which Linux describes itself, below a root that tests replace. A missing, unreadable or malformed file
 * is empty. Immutable and therefore thread-safe.
 */
record SystemFiles(Path root) {
    private static final int MAX_BYTES = 4 << 20;
    private static final BigDecimal MOST = BigDecimal.valueOf(Long.MAX_VALUE);
    private static final int LONGEST_NUMBER = 40;

    Path path(String absolute) {
        return root.resolve(absolute.substring(1));
    }

    Optional<String> text(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return Optional.of(new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8));
        } catch (IOException | SecurityException missing) {
            return Optional.empty();
        }
    }

    List<String> lines(Path file) {
        return text(file).map(text -> text.lines().toList()).orElse(List.of());
    }

    /** Returns the first number in a file, clamped to 2^63 - 1. */
    OptionalLong number(Path file) {
        return text(file).map(text -> number(text.strip())).orElse(OptionalLong.empty());
    }

    /** Returns the number after a name, as in {@code name 12} or {@code name: 12 kB}. */
    OptionalLong number(Path file, String name) {
        return lines(file).stream()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + ":"))
                .map(line -> number(line.substring(name.length() + 1).strip()))
                .findFirst()
                .orElse(OptionalLong.empty());
    }

    /** Returns the number at the start of a text. */
    static OptionalLong number(String text) {
        String word = text.split("\\s", 2)[0];
        if (!word.matches("\\d{1," + LONGEST_NUMBER + "}")) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(new BigDecimal(word).min(MOST).longValueExact());
    }

    /** Returns the text after a name and a colon. */
    Optional<String> field(Path file, String name) {
        return lines(file).stream()
                .filter(line -> line.startsWith(name) && line.indexOf(':') > 0)
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst();
    }

    List<Path> list(String directory, String names) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path(directory), names)) {
            entries.forEach(found::add);
        } catch (IOException | DirectoryIteratorException missing) {
            return List.of();
        }
        return found;
    }
}
