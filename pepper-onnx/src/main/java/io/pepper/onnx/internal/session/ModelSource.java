package io.pepper.onnx.internal.session;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * The source of a session's model: a file, or bytes that the caller must not change, with the directory of their data
 * files.
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
     * Returns the source of a model in a file.
     *
     * @param path the file
     * @return the source
     */
    public static ModelSource file(Path path) {
        return new ModelSource(path.toString(), Optional.of(path), new byte[0], Optional.empty());
    }

    /**
     * Returns the source of a model in memory.
     *
     * @param name the name in messages
     * @param bytes the model, not copied
     * @return the source
     */
    public static ModelSource bytes(String name, byte[] bytes) {
        return new ModelSource(name, Optional.empty(), Objects.requireNonNull(bytes), Optional.empty());
    }

    /**
     * Returns the source of a model in memory whose tensors are in files.
     *
     * @param name the name in messages
     * @param bytes the model, not copied
     * @param directory the directory of its data files
     * @return the source
     */
    public static ModelSource bytes(String name, byte[] bytes, Path directory) {
        return new ModelSource(name, Optional.empty(), Objects.requireNonNull(bytes), Optional.of(directory));
    }

    /**
     * Returns the model's name in messages.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * Returns the source of a model from the components of another source.
     *
     * @param name the name in messages
     * @param path the model's file; empty if it is in memory
     * @param bytes the model, not copied; empty if it is in a file
     * @param directory the directory of the data files of a model in memory
     * @return the source
     */
    public static ModelSource of(String name, Optional<Path> path, byte[] bytes, Optional<Path> directory) {
        return new ModelSource(name, path, bytes, directory);
    }

    /**
     * Returns the model's file.
     *
     * @return the file; empty if the model is in memory
     */
    public Optional<Path> path() {
        return path;
    }

    /**
     * Returns the model.
     *
     * @return the bytes, not copied; empty if the model is in a file
     */
    public byte[] bytes() {
        return bytes;
    }

    /**
     * Returns the directory of the data files of a model in memory.
     *
     * @return the directory; empty if there are none
     */
    public Optional<Path> directory() {
        return directory;
    }
}
