package io.pepper.onnx.internal.wire;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
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
     * @throws IOException if it cannot be opened
     */
    public FileSource(Path file) throws IOException {
        this.file = file;
        channel = FileChannel.open(file, StandardOpenOption.READ);
        size = channel.size();
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
        int count = channel.read(ByteBuffer.wrap(target, offset, length), position);
        if (count < 0) {
            throw new EOFException(file + ": ends before byte " + position);
        }
        return count;
    }

    @Override
    public void transferTo(long position, long length, WritableByteChannel target) throws IOException {
        for (long done = 0; done < length; ) {
            long count = channel.transferTo(position + done, length - done, target);
            if (count <= 0) {
                throw new EOFException(file + ": ends before byte " + (position + length));
            }
            done += count;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
