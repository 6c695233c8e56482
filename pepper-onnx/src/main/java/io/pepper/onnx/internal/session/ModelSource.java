package io.pepper.onnx.internal.session;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/** Where a session takes its model from: a file, or bytes that the caller must not change. */
public final class ModelSource {
    private final String name;
    private final Optional<Path> path;
    private final byte[] bytes;

    private ModelSource(String name, Optional<Path> path, byte[] bytes) {
        this.name = Objects.requireNonNull(name);
        this.path = path;
        this.bytes = bytes;
    }

    /**
     * A model in a file.
     *
     * @param path the file
     * @return its source
     */
    public static ModelSource file(Path path) {
        return new ModelSource(path.toString(), Optional.of(path), new byte[0]);
    }

    /**
     * A model in memory.
     *
     * @param name what messages call it
     * @param bytes the model, not copied
     * @return its source
     */
    public static ModelSource bytes(String name, byte[] bytes) {
        return new ModelSource(name, Optional.empty(), Objects.requireNonNull(bytes));
    }

    /**
     * Returns what messages call the model.
     *
     * @return a name
     */
    public String name() {
        return name;
    }

    Optional<Path> path() {
        return path;
    }

    byte[] bytes() {
        return bytes;
    }
}
