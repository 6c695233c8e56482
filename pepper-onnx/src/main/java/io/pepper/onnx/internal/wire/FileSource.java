package io.pepper.onnx.internal.wire;

import io.pepper.internal.text.FileErrors;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * An open file. It is read by position and never mapped: if it is shortened in the meantime, reading throws an
 * exception, while a mapped file would crash the process.
 */
public final class FileSource implements ByteSource {
    private final Path file;
    private final Path real;
    private final @Nullable Object key;
    private final FileChannel channel;
    private final long size;

    /**
     * Opens a file.
     *
     * @param file the file
     * @throws IOException if it cannot be opened, or is a directory, a device or a pipe
     */
    public FileSource(Path file) throws IOException {
        this(
                file,
                file.toRealPath(),
                FileErrors.naming(file, () -> refuseIrregular(file).fileKey()),
                open(file));
    }

    /**
     * Takes over an open file.
     *
     * @param file its name in messages
     * @param real its path without links
     * @param key its identity; null where the system has none
     * @param channel the file, open for reading; closed with this source, or at once if its size cannot be read
     * @throws IOException if its size cannot be read
     */
    public FileSource(Path file, Path real, @Nullable Object key, FileChannel channel) throws IOException {
        this.file = file;
        this.real = real;
        this.key = key;
        this.channel = channel;
        try {
            size = channel.size();
        } catch (IOException failed) {
            try (channel) {
                throw named(failed);
            }
        }
    }

    private static FileChannel open(Path file) throws IOException {
        return FileErrors.naming(file, () -> FileChannel.open(file, StandardOpenOption.READ));
    }

    /**
     * Refuses a file that is not regular, before it is opened: opening a pipe blocks until another process writes to
     * it, and a device never ends.
     *
     * @param file a file, or a link to one
     * @return its attributes
     * @throws IOException if it is not a regular file
     */
    public static BasicFileAttributes refuseIrregular(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        if (!attributes.isRegularFile()) {
            String what = attributes.isDirectory() ? "is a directory: give a file in it" : "is not a regular file";
            throw new FileSystemException(file.toString(), null, what);
        }
        return attributes;
    }

    /** Returns the identity of the file, or null where the system has none. */
    @Nullable
    Object key() {
        return key;
    }

    /**
     * Returns the real path of the file.
     *
     * @return its absolute path, without links
     */
    public Path real() {
        return real;
    }

    @Override
    public String name() {
        return file.toString();
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public int read(long position, ByteBuffer target) throws IOException {
        if (position < 0) {
            throw new IllegalArgumentException(file + ": " + target.remaining() + " bytes at " + position);
        }
        if (!target.hasRemaining()) {
            return 0;
        }
        int count;
        try {
            count = position < size ? channel.read(target, position) : -1;
        } catch (IOException failed) {
            throw named(failed);
        }
        if (count < 0) {
            throw new EOFException(file + ": ends before byte " + position);
        }
        return count;
    }

    private IOException named(IOException failed) {
        return failed instanceof ClosedByInterruptException interrupted
                ? interrupted(file, interrupted)
                : FileErrors.named(file, failed);
    }

    /**
     * Converts the exception of an interrupted read, which closes the file.
     *
     * @param file the file
     * @param cause the exception of the read
     * @return the exception for an interrupt
     */
    public static InterruptedIOException interrupted(Path file, ClosedByInterruptException cause) {
        InterruptedIOException stopped = new InterruptedIOException(file + ": reading was interrupted");
        stopped.initCause(cause);
        return stopped;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
