package io.pepper.distributed.internal.control;

import com.google.protobuf.ByteString;
import io.pepper.internal.text.FileErrors;
import io.pepper.onnx.internal.wire.Digests;
import io.pepper.onnx.internal.wire.FileSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Files that come in pieces, addressed by SHA-256. Incomplete ones are in {@code incoming}; complete ones are in
 * {@code blobs}, until they are moved to where they belong. Thread-safe.
 */
final class BlobStore {
    private static final long RESERVE = 1L << 20;

    private final Path directory;
    private final Map<String, Long> wanted = new HashMap<>();

    BlobStore(Path directory) {
        this.directory = directory;
    }

    /**
     * Announces files.
     *
     * @param files the files, with checked hashes and sizes
     * @param known the hashes of complete files elsewhere
     * @return by hash, the bytes that are stored already of each file that is not complete
     * @throws IOException if the disk has not enough room
     */
    synchronized Map<String, Long> announce(Collection<StoredFiles.Entry> files, Set<String> known) throws IOException {
        Map<String, Long> missing = new LinkedHashMap<>();
        long room = 0;
        for (StoredFiles.Entry file : files) {
            String sha256 = file.sha256();
            if (known.contains(sha256) || Files.exists(complete(sha256)) || missing.containsKey(sha256)) {
                continue;
            }
            Path incoming = incoming(sha256);
            long stored = Files.exists(incoming) ? Files.size(incoming) : 0;
            if (stored > file.bytes()) {
                Files.delete(incoming);
                stored = 0;
            }
            wanted.put(sha256, file.bytes());
            missing.put(sha256, stored);
            room += file.bytes() - stored;
        }
        checkRoom(room);
        for (Map.Entry<String, Long> file : Map.copyOf(missing).entrySet()) {
            if (file.getValue().equals(wanted.get(file.getKey()))) {
                append(file.getKey(), file.getValue(), ByteString.EMPTY);
                missing.remove(file.getKey());
            }
        }
        return missing;
    }

    private void checkRoom(long bytes) throws IOException {
        FileStore disk = Files.getFileStore(directory);
        long free = disk.getUsableSpace();
        if (bytes > 0 && free - RESERVE < bytes) {
            throw new IOException(directory + ": has room for " + Math.max(0, free - RESERVE)
                    + " bytes, but the missing files have " + bytes);
        }
    }

    /**
     * Adds bytes to a file. The last bytes complete it: then its hash is checked.
     *
     * @return the stored bytes
     * @throws IOException if the file was not announced, has another hash, or cannot be written; then nothing of it
     *     remains
     */
    synchronized long append(String sha256, long offset, ByteString content) throws IOException {
        Long size = wanted.get(sha256);
        if (size == null) {
            throw new IOException("the file with the SHA-256 '" + sha256 + "' was not announced");
        }
        Path incoming = incoming(sha256);
        long stored = Files.exists(incoming) ? Files.size(incoming) : 0;
        if (offset != stored) {
            return stored;
        }
        if (stored + content.size() > size) {
            throw new IOException("a file of " + size + " bytes gets more: " + (stored + content.size()));
        }
        try {
            write(incoming, content);
            if (stored + content.size() == size) {
                finish(sha256, incoming);
            }
        } catch (IOException | RuntimeException failed) {
            Files.deleteIfExists(incoming);
            throw failed;
        }
        return stored + content.size();
    }

    private static void write(Path file, ByteString content) throws IOException {
        FileErrors.namingStep(file, () -> {
            try (FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
                ByteBuffer bytes = content.asReadOnlyByteBuffer();
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }
        });
    }

    private void finish(String sha256, Path incoming) throws IOException {
        String found = hash(incoming);
        if (!found.equals(sha256)) {
            throw new IOException("the received file has the SHA-256 " + found + ", not " + sha256 + "; it is removed");
        }
        try (FileChannel channel = FileChannel.open(incoming, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(incoming, complete(sha256), StandardCopyOption.ATOMIC_MOVE);
        wanted.remove(sha256);
    }

    /** Returns the SHA-256 of a file. */
    static String hash(Path file) throws IOException {
        try (FileSource source = new FileSource(file)) {
            return Digests.sha256(source, () -> Thread.currentThread().isInterrupted());
        }
    }

    private Path incoming(String sha256) {
        return directory.resolve("incoming").resolve(sha256);
    }

    /** Returns where a complete file is. */
    Path complete(String sha256) {
        return directory.resolve("blobs").resolve(sha256);
    }

    /**
     * Moves or copies a complete file to where it belongs.
     *
     * @param from where it is: in this store, to be moved, or elsewhere, to be copied
     * @param to its new place, whose directory is created if needed
     * @param sha256 its hash, which is checked again
     * @throws IOException if the file was changed on the disk, or cannot be placed
     */
    void place(Path from, Path to, String sha256) throws IOException {
        Files.createDirectories(to.getParent());
        if (from.equals(complete(sha256))) {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } else {
            FileErrors.namingStep(to, () -> Files.copy(from, to));
        }
        if (!hash(to).equals(sha256)) {
            throw new IOException(from + ": was changed on the disk; its SHA-256 is no longer " + sha256);
        }
    }

    /** Returns the complete files by hash. */
    Map<String, Path> complete() throws IOException {
        Map<String, Path> complete = new HashMap<>();
        for (Path blob : children(directory.resolve("blobs"))) {
            complete.put(String.valueOf(blob.getFileName()), blob);
        }
        return complete;
    }

    /** Removes announced files. */
    synchronized void forget(Collection<StoredFiles.Entry> files) throws IOException {
        for (StoredFiles.Entry file : files) {
            wanted.remove(file.sha256());
            Files.deleteIfExists(incoming(file.sha256()));
            Files.deleteIfExists(complete(file.sha256()));
        }
    }

    /** Returns the names of files that wait for their remaining bytes. */
    List<String> unfinished() throws IOException {
        return children(directory.resolve("incoming")).stream()
                .map(file -> String.valueOf(file.getFileName()))
                .toList();
    }

    /** Returns what a directory contains, by name; nothing if there is no such directory. */
    static List<Path> children(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> found = Files.list(directory)) {
            return found.sorted().toList();
        }
    }
}
