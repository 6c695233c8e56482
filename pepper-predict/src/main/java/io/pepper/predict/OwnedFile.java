package io.pepper.predict;

import io.pepper.internal.text.FileErrors;
import io.pepper.internal.text.FileKinds;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLock;
import java.nio.channels.FileLockInterruptionException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;

/**
 * An ordinary file that one campaign at a time adds to. The lock is the operating system's; where a file system has none, nothing is locked.
 * Not thread-safe.
 */
final class OwnedFile implements AutoCloseable {
    /*
     * On POSIX systems, closing any stream on a file ends this process's locks on it. So everything is read through the one handle, which is
     * no channel: an interrupt would close a channel in the middle of a line.
     */
    private static final int MAX_TRIES = 100;

    private final Path file;
    private final RandomAccessFile handle;
    private final Optional<Object> key;

    private final Writing writing;

    private OwnedFile(Path file, RandomAccessFile handle, Optional<Object> key, Writing writing) {
        this.file = file;
        this.handle = handle;
        this.key = key;
        this.writing = writing;
    }

    /** Writes bytes where the handle stands. */
    @FunctionalInterface
    interface Writing {
        void write(RandomAccessFile handle, byte[] bytes) throws IOException;
    }

    /** Opens a file, which is created if there is none, or throws an IOException that names it. */
    static OwnedFile open(Path file) throws IOException {
        return open(file, (handle, bytes) -> {
            handle.write(bytes);
            handle.getFD().sync();
        });
    }

    /** Opens a file that is written in another way, such as that of a disk that is full. */
    static OwnedFile open(Path file, Writing writing) throws IOException {
        requireOrdinary(file);
        for (int tried = 1; tried <= MAX_TRIES; tried++) {
            RandomAccessFile handle = FileErrors.naming(file, () -> new RandomAccessFile(file.toFile(), "rw"));
            OwnedFile opened = new OwnedFile(file, handle, key(file), writing);
            try {
                opened.lock();
                if (opened.isThere()) {
                    return opened;
                }
            } catch (IOException | RuntimeException failed) {
                opened.close();
                throw failed;
            }
            opened.close(); // Another campaign has just replaced the file.
        }
        throw new FileSystemException(file.toString(), null, "is replaced by another program all the time");
    }

    private static void requireOrdinary(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new FileSystemException(file.toString(), null, "is a directory; name a file");
        }
        if (FileKinds.isOther(file)) {
            throw new FileSystemException(
                    file.toString(), null, "is a pipe or a device; a campaign goes on only from an ordinary file");
        }
        Path directory = Objects.requireNonNull(file.toAbsolutePath().getParent());
        if (!Files.exists(directory)) {
            throw new NoSuchFileException(
                    file.toString(), null, "the directory " + directory + " does not exist; create it first");
        }
        if (file.toString().endsWith(".gz")) {
            throw new FileSystemException(
                    file.toString(),
                    null,
                    "lines cannot be added to a compressed file; choose a name without .gz and compress it afterwards");
        }
    }

    private static Optional<Object> key(Path file) throws IOException {
        return Optional.ofNullable(
                Files.readAttributes(file, BasicFileAttributes.class).fileKey());
    }

    private void lock() throws IOException {
        FileLock lock;
        try {
            lock = handle.getChannel().tryLock();
        } catch (OverlappingFileLockException ofThisProcess) {
            throw inUse();
        } catch (ClosedByInterruptException | FileLockInterruptionException interrupted) {
            throw FileErrors.named(file, interrupted);
        } catch (IOException noLocksHere) {
            return;
        }
        if (lock == null) {
            throw inUse();
        }
    }

    private FileSystemException inUse() {
        return new FileSystemException(
                file.toString(),
                null,
                "another campaign writes to this file; wait for its end, or choose another file");
    }

    /** Returns whether the name still stands for the file that is open. */
    private boolean isThere() throws IOException {
        try {
            return key(file).equals(key);
        } catch (NoSuchFileException removed) {
            return false;
        }
    }

    long length() throws IOException {
        return handle.length();
    }

    /** Returns the text before the first line feed, at most the given number of bytes of it. */
    String firstLine(int most) throws IOException {
        handle.seek(0);
        byte[] bytes = FileErrors.naming(file, () -> content().readNBytes(most));
        String text = new String(bytes, StandardCharsets.UTF_8);
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }

    /** Returns the content from the beginning; not to be closed, and to be read before the next call of another method. */
    InputStream content() throws IOException {
        handle.seek(0);
        return new FileInputStream(handle.getFD());
    }

    /** Removes what stands after the last line feed, and returns the number of these bytes. */
    long dropTornLine() throws IOException {
        long length = handle.length();
        long end = length;
        while (end > 0) {
            handle.seek(end - 1);
            if (handle.read() == '\n') {
                break;
            }
            end--;
        }
        if (end < length) {
            handle.setLength(end);
        }
        return length - end;
    }

    /**
     * Adds text at the end and forces it to disk.
     *
     * @throws IOException if that fails: the file then ends as before; or if the file is no longer the one of its name
     */
    void append(String text) throws IOException {
        if (!isThere()) {
            throw new FileSystemException(
                    file.toString(), null, "was removed or replaced by another program while a campaign wrote to it");
        }
        long end = handle.length();
        try {
            handle.seek(end);
            writing.write(handle, text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException failed) {
            try {
                handle.setLength(end);
            } catch (IOException alsoFailed) {
                failed.addSuppressed(alsoFailed); // A torn line remains, which the next campaign drops.
            }
            throw FileErrors.named(file, failed);
        }
    }

    /** Removes the content. */
    void clear() throws IOException {
        handle.setLength(0);
    }

    @Override
    public void close() throws IOException {
        handle.close();
    }
}
