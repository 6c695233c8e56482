package io.pepper.onnx.internal.isolate;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory of intermediate files, gone with all that is in it when it is closed, or when the process is told to end before.
 * Thread-safe.
 */
public final class ScratchDirectory implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(ScratchDirectory.class);
    private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(ScratchDirectory::deleteAll, "pepper-temporary-directories"));
    }

    private final Path path;

    private ScratchDirectory(Path path) {
        this.path = path;
    }

    /**
     * Makes a directory where the system keeps temporary files.
     *
     * @param prefix what its name begins with, after {@code pepper-}
     * @return the directory, for the caller to close
     * @throws IOException if it cannot be made
     */
    public static ScratchDirectory create(String prefix) throws IOException {
        Path path = Files.createTempDirectory("pepper-" + prefix);
        OPEN.add(path);
        return new ScratchDirectory(path);
    }

    /**
     * Returns where it is.
     *
     * @return the directory
     */
    public Path path() {
        return path;
    }

    /** A process that is stopped has others at work that still write: what can be deleted is. */
    private static void deleteAll() {
        for (Path left : OPEN) {
            try {
                delete(left);
            } catch (IOException busy) {
                LOG.warn("{} is left: {}", left, busy.toString());
            }
        }
    }

    /**
     * Deletes a directory with all that is in it. Links are deleted, not followed. What somebody else deletes meanwhile is deleted.
     *
     * @param directory the directory
     * @throws IOException if something cannot be deleted
     */
    public static void delete(Path directory) throws IOException {
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failed) throws IOException {
                if (failed instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw failed;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failed) throws IOException {
                if (failed != null && !(failed instanceof NoSuchFileException)) {
                    throw failed;
                }
                Files.deleteIfExists(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /**
     * Deletes the directory and all that is in it. A second time it does nothing.
     *
     * @throws IOException if something cannot be deleted
     */
    @Override
    public void close() throws IOException {
        if (OPEN.remove(path)) {
            delete(path);
        }
    }
}
