package io.pepper.export;

import io.pepper.internal.text.FileErrors;
import io.pepper.internal.text.FileKinds;
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
 * A lock file that a living process holds. The system releases the lock when the process ends, however it ends. This
 * distinguishes the leftovers of killed processes from files in use. Where the system has no locks, all files count as
 * in use.
 */
final class ExportLock implements AutoCloseable {
    /*
     * A process loses its lock on a file as soon as it closes any channel to that file (POSIX). So a file that is held
     * by this process is never opened a second time: HELD contains these files. Whether a locked file still has its
     * name is determined by its size.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private static final int MAX_SIZES = 1 << 20;
    private static final long PAUSE_MILLIS = 5;

    private final Path file;
    private final FileChannel channel;

    private ExportLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Creates a file and locks it; waits while another export holds it.
     *
     * @param file the file; may exist
     * @param patience maximum wait for another process that holds it
     * @throws FileSystemException if it is not a regular file, cannot be opened, or stays locked
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
            channel.close(); // Another export holds it, or its former holder has removed it.
            pause();
        } while (System.nanoTime() - deadline < 0);
        throw new FileSystemException(
                file.toString(), null, "stays locked by another process; remove it unless that process is an export");
    }

    /**
     * Opens a regular file. If it is replaced by a pipe in the meantime, opening does not block, because it is opened
     * for reading and writing.
     */
    private static FileChannel open(Path file, OpenOption... more) throws IOException {
        if (FileKinds.isOther(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new FileSystemException(
                    file.toString(), null, "is not a regular file, but exports keep a lock there; remove it");
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

    /** Returns whether the lock was obtained. */
    private boolean lock() throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException inUse) {
            return false;
        } catch (ClosedByInterruptException | FileLockInterruptionException interrupted) {
            throw interrupted;
        } catch (IOException unsupported) {
            return true; // Without locks, leftovers cannot be recognised, and none are removed.
        }
    }

    /** Returns whether the locked file still has its name. */
    private boolean isThere() throws IOException {
        int size = ThreadLocalRandom.current().nextInt(1, MAX_SIZES);
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
     * Locks an existing file that nothing else holds.
     *
     * @param file the file
     * @return the lock; empty if the file is held, missing, or its state cannot be determined
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

    /** Removes the file and releases the lock. */
    @Override
    public void close() throws IOException {
        try (channel) {
            Files.deleteIfExists(file);
        } finally {
            HELD.remove(file);
        }
    }
}
