package io.pepper.export;

import io.pepper.internal.text.FileErrors;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLockInterruptionException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A file that a living process holds: the system lets go of it when the process ends, however it ends, so that what a killed one left
 * behind can be told from what is still in use. Where the system has no locks, what is there counts as in use.
 */
final class ExportLock implements AutoCloseable {
    /*
     * A process loses its lock on a file as soon as it closes any channel to that file, whoever opened it (POSIX). So a file that is
     * held here is never opened a second time: HELD says which, and that it still has its name is found out by its size.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private static final int MOST_SIZES = 1 << 20;
    private static final long PAUSE_MILLIS = 5;

    private final Path file;
    private final FileChannel channel;

    private ExportLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Makes a file and holds it; waits if somebody else does.
     *
     * @param file the file; may exist
     * @param patience how long to wait for another process that holds it
     * @throws FileSystemException if it is no regular file, cannot be opened, or is held all the time
     */
    static ExportLock hold(Path file, Duration patience) throws IOException {
        return FileErrors.naming(file, () -> {
            Path real = real(file);
            HELD.add(real);
            try {
                return holdNew(real, System.nanoTime() + patience.toNanos());
            } catch (IOException | RuntimeException failed) {
                HELD.remove(real);
                throw failed;
            }
        });
    }

    private static Path real(Path file) throws IOException {
        return Objects.requireNonNull(file.getParent()).toRealPath().resolve(file.getFileName());
    }

    private static ExportLock holdNew(Path file, long deadline) throws IOException {
        do {
            FileChannel channel = open(file, StandardOpenOption.CREATE);
            ExportLock held = new ExportLock(file, channel);
            try {
                if (held.lock() && held.isThere()) {
                    return held;
                }
            } catch (IOException | RuntimeException failed) {
                channel.close();
                throw failed;
            }
            channel.close(); // Somebody holds it, or the one who held it before has removed it.
            pause();
        } while (System.nanoTime() - deadline < 0);
        throw new FileSystemException(
                file.toString(), null, "is held by another process all the time; remove it if that is no export");
    }

    /** Opens an ordinary file. One that is exchanged for a pipe meanwhile is not waited for: it is opened for both ways. */
    private static FileChannel open(Path file, OpenOption... more) throws IOException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileSystemException(
                    file.toString(), null, "is no regular file, where exports keep a lock; remove it");
        }
        List<OpenOption> options = new ArrayList<>(List.of(more));
        options.add(StandardOpenOption.READ);
        options.add(StandardOpenOption.WRITE);
        options.add(LinkOption.NOFOLLOW_LINKS);
        return FileChannel.open(file, options.toArray(OpenOption[]::new));
    }

    private static void pause() throws InterruptedIOException {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            InterruptedIOException stopped = new InterruptedIOException("the export was interrupted");
            stopped.initCause(interrupted);
            throw stopped;
        }
    }

    /** Whether nobody else holds the file. */
    private boolean lock() throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException inUse) {
            return false;
        } catch (ClosedByInterruptException | FileLockInterruptionException interrupted) {
            throw interrupted;
        } catch (IOException unsupported) {
            return true; // Then nothing is told apart, and nothing of others removed.
        }
    }

    /** Whether the file that is locked is the one of that name. */
    private boolean isThere() throws IOException {
        int size = ThreadLocalRandom.current().nextInt(1, MOST_SIZES);
        channel.truncate(0);
        channel.write(ByteBuffer.allocate(1), size - 1L);
        try {
            return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                            .size()
                    == size;
        } catch (NoSuchFileException removed) {
            return false;
        }
    }

    /**
     * Holds a file that nobody else does.
     *
     * @param file the file
     * @return the lock; empty if somebody holds it, or it is gone, or that cannot be found out
     */
    static Optional<ExportLock> take(Path file) throws IOException {
        Path real = real(file);
        if (!HELD.add(real)) {
            return Optional.empty();
        }
        FileChannel channel;
        try {
            channel = open(real);
        } catch (IOException noneOrGone) {
            HELD.remove(real);
            return Optional.empty();
        }
        if (isTaken(channel)) {
            HELD.remove(real);
            channel.close();
            return Optional.empty();
        }
        return Optional.of(new ExportLock(real, channel));
    }

    private static boolean isTaken(FileChannel channel) {
        try {
            return channel.tryLock() == null;
        } catch (OverlappingFileLockException | IOException inUse) {
            return true;
        }
    }

    /** Removes the file and lets go of it. */
    @Override
    public void close() throws IOException {
        try (channel) {
            Files.deleteIfExists(file);
        } finally {
            HELD.remove(file);
        }
    }
}
