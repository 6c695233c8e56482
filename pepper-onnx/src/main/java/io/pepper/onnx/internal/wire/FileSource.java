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
    private static final int COPY_BYTES = 1 << 16;

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
    public int read(long position, byte[] target, int offset, int length) throws IOException {
        checkRange(position, length);
        if (length == 0) {
            return 0;
        }
        int count;
        try {
            count = position < size ? channel.read(ByteBuffer.wrap(target, offset, length), position) : -1;
        } catch (IOException failed) {
            throw told(failed);
        }
        if (count < 0) {
            throw new EOFException(file + ": ends before byte " + position);
        }
        return count;
    }

    @Override
    public void transferTo(long position, long length, WritableByteChannel target) throws IOException {
        checkRange(position, length);
        if (length > 0 && position > size - length) {
            throw new EOFException(file + ": " + length + " bytes at " + position + " of " + size);
        }
        try {
            for (long done = 0; done < length; ) {
                long count = channel.transferTo(position + done, length - done, target);
                done += count > 0 ? count : copy(position + done, length - done, target);
            }
        } catch (IOException failed) {
            throw told(failed);
        }
    }

    /** The slow way, for a channel that the kernel cannot fill now; says so if the file has ended. */
    private int copy(long position, long length, WritableByteChannel target) throws IOException {
        byte[] bytes = new byte[(int) Math.min(length, COPY_BYTES)];
        int count = read(position, bytes, 0, bytes.length);
        ByteBuffer rest = ByteBuffer.wrap(bytes, 0, count);
        while (rest.hasRemaining()) {
            target.write(rest);
        }
        return count;
    }

    private void checkRange(long position, long length) {
        if (position < 0 || length < 0) {
            throw new IllegalArgumentException(file + ": " + length + " bytes at " + position);
        }
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
