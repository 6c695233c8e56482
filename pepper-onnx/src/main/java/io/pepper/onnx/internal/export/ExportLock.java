package io.pepper.onnx.internal.export;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLockInterruptionException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
     */
    static ExportLock hold(Path file) throws IOException {
        Path real = real(file);
        HELD.add(real);
        try {
            return holdNew(real);
        } catch (IOException | RuntimeException failed) {
            HELD.remove(real);
            throw failed;
        }
    }

    private static Path real(Path file) throws IOException {
        return Objects.requireNonNull(file.getParent()).toRealPath().resolve(file.getFileName());
    }

    private static ExportLock holdNew(Path file) throws IOException {
        while (true) {
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
            ExportLock held = new ExportLock(file, channel);
            try {
                held.lock();
                if (held.isThere()) {
                    return held;
                }
            } catch (IOException | RuntimeException failed) {
                channel.close();
                throw failed;
            }
            channel.close(); // The one who held it before has removed it: what was locked has no name any more.
        }
    }

    private void lock() throws IOException {
        try {
            channel.lock();
        } catch (ClosedByInterruptException | FileLockInterruptionException interrupted) {
            throw interrupted;
        } catch (IOException unsupported) {
            // Then nothing is told apart, and nothing of others removed.
        }
    }

    /** Whether the file that is locked is the one of that name. */
    private boolean isThere() throws IOException {
        int size = ThreadLocalRandom.current().nextInt(1, MOST_SIZES);
        channel.truncate(0);
        channel.write(ByteBuffer.allocate(1), size - 1L);
        try {
            return Files.size(file) == size;
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
            channel = FileChannel.open(real, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException gone) {
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
