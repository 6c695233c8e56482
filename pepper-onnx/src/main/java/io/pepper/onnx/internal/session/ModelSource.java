package io.pepper.onnx.internal.session;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * Where a session takes its model from: a file, or bytes that the caller must not change, with a directory that holds their data files.
 */
public final class ModelSource {
    private final String name;
    private final Optional<Path> path;
    private final byte[] bytes;
    private final Optional<Path> directory;

    private ModelSource(String name, Optional<Path> path, byte[] bytes, Optional<Path> directory) {
        this.name = Objects.requireNonNull(name);
        this.path = path;
        this.bytes = bytes;
        this.directory = directory;
    }

    /**
     * A model in a file.
     *
     * @param path the file
     * @return its source
     */
    public static ModelSource file(Path path) {
        return new ModelSource(path.toString(), Optional.of(path), new byte[0], Optional.empty());
    }

    /**
     * A model in memory.
     *
     * @param name what messages call it
     * @param bytes the model, not copied
     * @return its source
     */
    public static ModelSource bytes(String name, byte[] bytes) {
        return new ModelSource(name, Optional.empty(), Objects.requireNonNull(bytes), Optional.empty());
    }

    /**
     * A model in memory whose tensors stand in files.
     *
     * @param name what messages call it
     * @param bytes the model, not copied
     * @param directory where its data files are
     * @return its source
     */
    public static ModelSource bytes(String name, byte[] bytes, Path directory) {
        return new ModelSource(name, Optional.empty(), Objects.requireNonNull(bytes), Optional.of(directory));
    }

    /**
     * Returns what messages call the model.
     *
     * @return a name
     */
    public String name() {
        return name;
    }

    /**
     * A model as another source describes it.
     *
     * @param name what messages call it
     * @param path its file; empty if it is in memory
     * @param bytes the model, not copied; empty if it is in a file
     * @param directory where the data files of a model in memory are
     * @return its source
     */
    public static ModelSource of(String name, Optional<Path> path, byte[] bytes, Optional<Path> directory) {
        return new ModelSource(name, path, bytes, directory);
    }

    /**
     * Returns the model's file.
     *
     * @return empty if it is in memory
     */
    public Optional<Path> path() {
        return path;
    }

    /**
     * Returns the model.
     *
     * @return not copied; empty if it is in a file
     */
    public byte[] bytes() {
        return bytes;
    }

    /**
     * Returns where the data files of a model in memory are.
     *
     * @return empty if it has none
     */
    public Optional<Path> directory() {
        return directory;
    }
}
