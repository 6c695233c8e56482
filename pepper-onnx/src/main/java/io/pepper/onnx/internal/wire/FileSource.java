package io.pepper.onnx.internal.wire;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
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
        } catch (ClosedByInterruptException interrupted) {
            throw stopped(file, interrupted);
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
    public int read(long position, byte[] target, int offset, int length) throws IOException {
        int count;
        try {
            count = channel.read(ByteBuffer.wrap(target, offset, length), position);
        } catch (ClosedByInterruptException interrupted) {
            throw stopped(file, interrupted);
        }
        if (count < 0) {
            throw new EOFException(file + ": ends before byte " + position);
        }
        return count;
    }

    @Override
    public void transferTo(long position, long length, WritableByteChannel target) throws IOException {
        for (long done = 0; done < length; ) {
            long count;
            try {
                count = channel.transferTo(position + done, length - done, target);
            } catch (ClosedByInterruptException interrupted) {
                throw stopped(file, interrupted);
            }
            if (count <= 0) {
                throw new EOFException(file + ": ends before byte " + (position + length));
            }
            done += count;
        }
    }

    private static InterruptedIOException stopped(Path file, ClosedByInterruptException interrupted) {
        InterruptedIOException stopped = new InterruptedIOException(file + ": reading was interrupted");
        stopped.initCause(interrupted);
        return stopped;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
