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
 * A directory of intermediate files. It is deleted with its contents when it is closed, or when the process is asked to
 * end before. Thread-safe.
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
     * Creates a directory among the system's temporary files.
     *
     * @param prefix the prefix of its name, after {@code pepper-}
     * @return the directory, which the caller closes
     * @throws IOException if it cannot be created
     */
    public static ScratchDirectory create(String prefix) throws IOException {
        Path path = Files.createTempDirectory("pepper-" + prefix);
        OPEN.add(path);
        return new ScratchDirectory(path);
    }

    /**
     * Returns the path of the directory.
     *
     * @return the directory
     */
    public Path path() {
        return path;
    }

    /** Deletes what can be deleted; in a process that is being stopped, other threads may still be writing. */
    private static void deleteAll() {
        for (Path left : OPEN) {
            try {
                delete(left);
            } catch (IOException busy) {
                LOG.warn("{} cannot be deleted: {}", left, busy.toString());
            }
        }
    }

    /**
     * Deletes a directory with its contents. Links are deleted, not followed. Files that another process deletes
     * meanwhile count as deleted.
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
     * Deletes the directory with its contents. Further calls do nothing.
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
