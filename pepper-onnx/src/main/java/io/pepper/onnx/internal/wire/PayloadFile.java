package io.pepper.onnx.internal.wire;

import io.pepper.internal.text.FileErrors;
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

/** A new file that is written sequentially and optionally hashed. */
public final class PayloadFile implements PayloadSink, AutoCloseable {
    /*
     * Everything passes through one buffer outside of the heap. Payloads are at unaligned offsets in both files, and
     * there the kernel's own copying (FileChannel.transferTo) takes longer than cp. A buffer that fits into the
     * processor's cache and is written at aligned offsets takes less.
     */
    private static final int BUFFER_BYTES = 1 << 18;

    private final Path file;
    private final FileChannel channel;
    private final Optional<MessageDigest> digest;
    private final ByteBuffer buffer;

    /**
     * Creates the file.
     *
     * @param file a file that does not exist
     * @param hash whether to hash the written bytes
     * @throws IOException if it cannot be created
     */
    public PayloadFile(Path file, boolean hash) throws IOException {
        this(file, hash, newBuffer());
    }

    /**
     * Creates the file.
     *
     * @param file a file that does not exist
     * @param hash whether to hash the written bytes
     * @param buffer an empty buffer, which is not used for another file between two calls of {@link #flush}
     * @throws IOException if it cannot be created
     */
    public PayloadFile(Path file, boolean hash, ByteBuffer buffer) throws IOException {
        this(
                file,
                FileErrors.naming(
                        file, () -> FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)),
                hash,
                buffer);
    }

    /** Takes over an open file. */
    PayloadFile(Path file, FileChannel channel, boolean hash, ByteBuffer buffer) {
        this.file = file;
        this.channel = channel;
        digest = hash ? Optional.of(Digests.sha256()) : Optional.empty();
        this.buffer = buffer;
    }

    /**
     * Returns a buffer for writing files one after another.
     *
     * @return an empty buffer
     */
    public static ByteBuffer newBuffer() {
        return ByteBuffer.allocateDirect(BUFFER_BYTES);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int done = 0;
        while (done < length) {
            int step = Math.min(length - done, buffer.remaining());
            buffer.put(bytes, offset + done, step);
            done += step;
            flushIfFull();
        }
    }

    @Override
    public void transfer(ByteSource source, long position, long length) throws IOException {
        // Before the source is read: reading in an interrupted thread closes the file, and the model with it.
        refuseInterrupted();
        for (long done = 0; done < length; ) {
            buffer.limit(buffer.position() + (int) Math.min(length - done, buffer.remaining()));
            int read = source.read(position + done, buffer);
            buffer.limit(buffer.capacity());
            if (read <= 0) {
                throw new EOFException(source.name() + ": ended before byte " + (position + length));
            }
            done += read;
            flushIfFull();
        }
    }

    private static void refuseInterrupted() throws InterruptedIOException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException("the export was interrupted");
        }
    }

    private void flushIfFull() throws IOException {
        if (!buffer.hasRemaining()) {
            flush();
        }
    }

    /**
     * Writes the content of the buffer.
     *
     * @throws IOException if it cannot be written
     */
    public void flush() throws IOException {
        refuseInterrupted();
        buffer.flip();
        digest.ifPresent(hash -> hash.update(buffer.duplicate()));
        FileErrors.namingStep(file, () -> {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        });
        buffer.clear();
    }

    /**
     * Writes the remaining bytes and optionally waits until everything is on the disk.
     *
     * @param durable whether to wait
     * @return the size and hash of the file
     * @throws IOException if it cannot be written
     */
    public Written finish(boolean durable) throws IOException {
        flush();
        if (durable) {
            FileErrors.namingStep(file, () -> channel.force(true));
        }
        return new Written(FileErrors.naming(file, channel::size), digest.map(hash -> HexFormat.of()
                .formatHex(hash.digest())));
    }

    /**
     * The result of writing.
     *
     * @param bytes number of bytes
     * @param sha256 their SHA-256 in hexadecimal; empty if it was not computed
     */
    public record Written(long bytes, Optional<String> sha256) {}

    @Override
    public void close() throws IOException {
        FileErrors.namingStep(file, channel::close);
    }
}
