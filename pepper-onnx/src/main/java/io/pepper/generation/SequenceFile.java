package io.pepper.generation;

import io.pepper.document.InvalidFileException;
import io.pepper.generation.SavedSequence.SavedTensor;
import io.pepper.internal.text.FileErrors;
import io.pepper.internal.text.FileKinds;
import io.pepper.internal.text.WholeFile;
import io.pepper.onnx.internal.wire.Digests;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * The file of a saved sequence. It is written whole or not at all. A reader checks its hash first, and takes no more memory
 * than a small multiple of the file's size, whatever its content claims.
 */
final class SequenceFile implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 18;

    private final Path path;
    private final FileChannel channel;
    private final SavedSequence saved;
    private final Map<String, Long> positions = new HashMap<>();

    /** The content of the tensors that are to be saved. */
    @FunctionalInterface
    interface Contents {
        /** Returns the content of a tensor, of as many bytes as it has. */
        ByteBuffer of(SavedTensor tensor) throws IOException;
    }

    private SequenceFile(Path path, FileChannel channel) throws IOException {
        this.path = path;
        this.channel = channel;
        SequenceHeader header = SequenceHeader.begin(path, channel);
        requireHash(header.end());
        saved = header.read();
        long position = header.position();
        for (SavedTensor tensor : saved.tensors().toList()) {
            if (positions.put(tensor.name(), position) != null) {
                throw new InvalidFileException(path.toString(), "it has two tensors '" + tensor.name() + "'");
            }
            position += tensor.bytes();
        }
        if (position != header.end()) {
            throw new InvalidFileException(
                    path.toString(),
                    "its tensors would end at byte " + position + " of " + header.end() + ", where its hash begins");
        }
    }

    /**
     * Writes a file, which replaces an existing one.
     *
     * @throws IOException if it cannot be written; the message names the file, which is then unchanged
     */
    static void write(Path file, SavedSequence saved, Contents contents) throws IOException {
        WholeFile.write(file, out -> {
            DigestOutputStream hashed = new DigestOutputStream(out, Digests.sha256());
            // Channels copy direct memory in small pieces; the stream is closed by its owner.
            WritableByteChannel target = Channels.newChannel(hashed);
            write(target, SequenceHeader.bytes(saved));
            for (SavedTensor tensor : saved.tensors().toList()) {
                write(target, contents.of(tensor));
            }
            out.write(hashed.getMessageDigest().digest());
        });
    }

    private static void write(WritableByteChannel target, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            target.write(bytes);
        }
    }

    /**
     * Opens a file, and checks it as far as it does not depend on a model.
     *
     * @throws InvalidFileException if it is no saved sequence, is damaged, or has another version
     */
    @SuppressWarnings("resource") // The result closes the channel.
    static SequenceFile open(Path file) throws IOException {
        return FileErrors.naming(file, () -> {
            if (FileKinds.isOther(file)) {
                throw new IOException("is no regular file");
            }
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
            try {
                return new SequenceFile(file, channel);
            } catch (IOException | RuntimeException refused) {
                channel.close();
                throw refused;
            }
        });
    }

    private void requireHash(long end) throws IOException {
        MessageDigest digest = Digests.sha256();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        for (long at = 0; at < end; at += buffer.limit()) {
            SequenceHeader.fill(path, channel, at, buffer.clear().limit((int) Math.min(BUFFER_BYTES, end - at)));
            digest.update(buffer.flip());
        }
        ByteBuffer stated = ByteBuffer.allocate(SequenceHeader.HASH_BYTES);
        SequenceHeader.fill(path, channel, end, stated);
        if (!Arrays.equals(stated.array(), digest.digest())) {
            throw new InvalidFileException(path.toString(), "it is damaged: its SHA-256 is another one");
        }
    }

    SavedSequence saved() {
        return saved;
    }

    /** Reads the content of a tensor. */
    void read(SavedTensor tensor, ByteBuffer target) throws IOException {
        FileErrors.namingStep(
                path,
                () -> SequenceHeader.fill(path, channel, Objects.requireNonNull(positions.get(tensor.name())), target));
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
