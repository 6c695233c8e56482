package io.pepper.onnx.internal.wire;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;

/** A new file that is written from front to back and hashed on the way if wished. */
public final class WovenFile implements WovenSink, AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 18;

    private final FileChannel channel;
    private final Optional<MessageDigest> digest;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int buffered;

    /**
     * Makes the file.
     *
     * @param file a file that does not exist
     * @param hash whether to hash what is written
     * @throws IOException if it cannot be made
     */
    public WovenFile(Path file, boolean hash) throws IOException {
        channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        digest = hash ? Optional.of(Sha256.start()) : Optional.empty();
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int done = 0;
        while (done < length) {
            int step = Math.min(length - done, buffer.length - buffered);
            System.arraycopy(bytes, offset + done, buffer, buffered, step);
            buffered += step;
            done += step;
            if (buffered == buffer.length) {
                flush();
            }
        }
    }

    @Override
    public void transfer(ByteSource source, long position, long length) throws IOException {
        // Before the source is read: a file that is read by an interrupted thread is closed, and the model with it.
        refuseInterrupted();
        if (digest.isEmpty()) {
            flush();
            source.transferTo(position, length, channel);
            return;
        }
        long done = 0;
        while (done < length) {
            int step = (int) Math.min(length - done, buffer.length - buffered);
            int read = source.read(position + done, buffer, buffered, step);
            if (read <= 0) {
                throw new EOFException(source.name() + ": ended before byte " + (position + length));
            }
            buffered += read;
            done += read;
            if (buffered == buffer.length) {
                flush();
            }
        }
    }

    private static void refuseInterrupted() throws InterruptedIOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("the export was interrupted");
        }
    }

    private void flush() throws IOException {
        refuseInterrupted();
        digest.ifPresent(hash -> hash.update(buffer, 0, buffered));
        ByteBuffer rest = ByteBuffer.wrap(buffer, 0, buffered);
        while (rest.hasRemaining()) {
            channel.write(rest);
        }
        buffered = 0;
    }

    /**
     * Writes what is left and, if wished, waits until all is on the disk.
     *
     * @param durable whether to wait
     * @return what was written
     * @throws IOException if it cannot be written
     */
    public Written finish(boolean durable) throws IOException {
        flush();
        if (durable) {
            channel.force(true);
        }
        return new Written(channel.size(), digest.map(hash -> HexFormat.of().formatHex(hash.digest())));
    }

    /**
     * What was written.
     *
     * @param bytes how many bytes
     * @param sha256 their SHA-256 in hexadecimal, if one was computed
     */
    public record Written(long bytes, Optional<String> sha256) {}

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
