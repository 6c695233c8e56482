package io.pepper.session;

import io.pepper.onnx.internal.isolate.ScratchDirectory;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A temporary directory, deleted with its content when it is closed, or when the process is told to end before.
 * Thread-safe.
 *
 * <pre>{@code
 * try (TemporaryDirectory scratch = TemporaryDirectory.create("pieces-")) {
 *     List<Path> models = OperatorSweep.write(scratch.path());
 * }
 * }</pre>
 */
public final class TemporaryDirectory implements AutoCloseable {
    private final ScratchDirectory directory;

    private TemporaryDirectory(ScratchDirectory directory) {
        this.directory = directory;
    }

    /**
     * Creates a directory in the system's temporary directory.
     *
     * @param prefix the prefix of its name, after {@code pepper-}
     * @return the directory, for the caller to close
     * @throws IOException if the directory cannot be created
     */
    public static TemporaryDirectory create(String prefix) throws IOException {
        return new TemporaryDirectory(ScratchDirectory.create(prefix));
    }

    /**
     * Returns the directory's path.
     *
     * @return the directory
     */
    public Path path() {
        return directory.path();
    }

    /**
     * Deletes the directory with its content. Further calls do nothing.
     *
     * @throws IOException if something cannot be deleted
     */
    @Override
    public void close() throws IOException {
        directory.close();
    }
}
