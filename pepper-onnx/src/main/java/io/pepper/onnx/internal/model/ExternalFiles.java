package io.pepper.onnx.internal.model;

import io.pepper.onnx.MalformedModelException;
import io.pepper.onnx.UnsupportedModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Finds the files that a model keeps its tensors in. They lie in the model's directory or below it: no absolute path, no
 * {@code ..}, and no link that leads elsewhere.
 */
final class ExternalFiles {
    private final String source;
    private final Optional<Path> directory;

    ExternalFiles(String source, Optional<Path> directory) {
        this.source = source;
        this.directory = directory;
    }

    Path resolve(String where, String location) throws IOException {
        if (directory.isEmpty()) {
            throw new UnsupportedModelException(
                    source, where, "its data stands in the file '" + location + "'; load the model from its path");
        }
        Path file = directory.get().resolve(checked(where, location));
        if (!Files.isRegularFile(file)) {
            throw new MalformedModelException(
                    source, where, "its data file '" + location + "' is missing beside the model, or is no file");
        }
        Path real = file.toRealPath();
        if (!real.startsWith(directory.get().toRealPath())) {
            throw new MalformedModelException(
                    source, where, "its data file '" + location + "' is a link out of the model's directory");
        }
        return real;
    }

    private Path checked(String where, String location) throws MalformedModelException {
        Path path;
        try {
            path = Path.of(location);
        } catch (InvalidPathException invalid) {
            throw new MalformedModelException(source, where, "its data file has an impossible name", invalid);
        }
        boolean escapes = path.isAbsolute() || location.isEmpty() || location.indexOf('\\') >= 0;
        for (Path name : path) {
            escapes |= name.toString().equals("..");
        }
        if (escapes) {
            throw new MalformedModelException(
                    source, where, "its data file '" + location + "' is not inside the model's directory");
        }
        return path;
    }
}
