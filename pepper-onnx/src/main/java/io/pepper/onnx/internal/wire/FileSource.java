package io.pepper.onnx.internal.wire;

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

/**
 * A file, held open. It is read by position and never mapped: should somebody shorten it meanwhile, an exception says so,
 * where a mapped file would take the process down.
 */
public final class FileSource implements ByteSource {
    private final Path file;
    private final FileChannel channel;
    private final long size;

    /**
     * Opens a file.
     *
     * @param file the file
     * @throws IOException if it cannot be opened, or is a directory
     */
    public FileSource(Path file) throws IOException {
        this.file = file;
        if (Files.isDirectory(file)) {
            throw new FileSystemException(file.toString(), null, "is a directory");
        }
        channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            size = channel.size();
        } catch (IOException failed) {
            try (channel) {
                throw told(failed);
            }
        }
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
            throw told(failed);
        }
        if (count < 0) {
            throw new EOFException(file + ": ends before byte " + position);
        }
        return count;
    }

    /** An interrupt closes the file; it is told as what it is. */
    private IOException told(IOException failed) {
        if (failed instanceof ClosedByInterruptException) {
            InterruptedIOException stopped = new InterruptedIOException(file + ": reading was interrupted");
            stopped.initCause(failed);
            return stopped;
        }
        return failed;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
