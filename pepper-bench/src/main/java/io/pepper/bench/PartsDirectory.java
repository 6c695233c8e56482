package io.pepper.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A directory for the parts of a model, which exists until it is closed. */
final class PartsDirectory implements AutoCloseable {
    private final Path path;

    PartsDirectory() throws IOException {
        this.path = Files.createTempDirectory("pepper-bench-");
    }

    Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        delete(path);
    }

    /** Deletes a directory and the files in it. */
    static void delete(Path path) throws IOException {
        try (var files = Files.list(path)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(path);
    }
}
