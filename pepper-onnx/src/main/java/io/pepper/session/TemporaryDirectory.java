package io.pepper.session;

import io.pepper.onnx.internal.isolate.ScratchDirectory;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A directory of intermediate files, gone with all that is in it when it is closed, or when the process is told to end before.
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
     * Makes a directory where the system keeps temporary files.
     *
     * @param prefix what its name begins with, after {@code pepper-}
     * @return the directory, for the caller to close
     * @throws IOException if it cannot be made
     */
    public static TemporaryDirectory create(String prefix) throws IOException {
        return new TemporaryDirectory(ScratchDirectory.create(prefix));
    }

    /**
     * Where it is.
     *
     * @return the directory
     */
    public Path path() {
        return directory.path();
    }

    /**
     * Deletes the directory and all that is in it. A second time it does nothing.
     *
     * @throws IOException if something cannot be deleted
     */
    @Override
    public void close() throws IOException {
        directory.close();
    }
}
