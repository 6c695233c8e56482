package io.pepper.distributed.internal.control;

import com.google.protobuf.ByteString;
import io.pepper.export.DeploymentPlan;
import io.pepper.export.PartitionManifest;
import io.pepper.internal.text.FileErrors;
import io.pepper.internal.text.WholeFile;
import io.pepper.onnx.internal.isolate.ScratchDirectory;
import io.pepper.onnx.internal.wire.Digests;
import io.pepper.onnx.internal.wire.FileSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files of parts on a node's disk, addressed by SHA-256 until they are complete. A version of a deployment is in
 * {@code deployments/NAME/VERSION/files}; {@code held} beside it lists its parts and files and is written last.
 * Incomplete files are in {@code incoming}, and complete ones without a version in {@code blobs}. Thread-safe.
 */
final class PartStore implements AutoCloseable {
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
    private static final String HELD = "held";
    private static final String CURRENT = "current";
    private static final long RESERVE = 1L << 20;

    private final Path directory;
    private final StoreLock lock;
    private final Map<String, Long> wanted = new HashMap<>();

    private PartStore(Path directory, StoreLock lock) {
        this.directory = directory;
        this.lock = lock;
    }

    /**
     * Opens a store, which is created if needed.
     *
     * @throws IOException if the directory is not writable, or another process or node uses it
     */
    static PartStore open(Path directory) throws IOException {
        for (String part : List.of("incoming", "blobs", "deployments", "scratch")) {
            FileErrors.namingStep(directory, () -> Files.createDirectories(directory.resolve(part)));
        }
        PartStore store = new PartStore(directory, StoreLock.take(directory));
        try {
            store.removeUnfinished();
            return store;
        } catch (IOException | RuntimeException failed) {
            store.close();
            throw failed;
        }
    }

    static boolean isHash(String text) {
        return HASH.matcher(text).matches();
    }

    /** Returns whether a text can name a deployment, a version or a directory of either. */
    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /** Removes versions that a crash left without a list. */
    private void removeUnfinished() throws IOException {
        for (Path deployment : children(directory.resolve("deployments"))) {
            for (Path version : children(deployment)) {
                if (Files.isDirectory(version) && !Files.exists(version.resolve(HELD))) {
                    ScratchDirectory.delete(version);
                }
            }
        }
        for (Path scratch : children(directory.resolve("scratch"))) {
            ScratchDirectory.delete(scratch);
        }
    }

    private static List<Path> children(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> found = Files.list(directory)) {
            return found.sorted().toList();
        }
    }

    /** Returns a directory for temporary files. */
    Path scratch() throws IOException {
        return Files.createTempDirectory(directory.resolve("scratch"), "run");
    }

    /**
     * Announces files.
     *
     * @return by hash, the bytes that are stored already of each file that is not complete
     * @throws IOException if a file is not acceptable, or the disk has not enough room
     */
    synchronized Map<String, Long> prepare(StoredFiles files) throws IOException {
        files.check();
        Map<String, Path> known = known();
        Map<String, Long> missing = new LinkedHashMap<>();
        long room = 0;
        for (StoredFiles.Entry file : files.files()) {
            if (known.containsKey(file.sha256()) || missing.containsKey(file.sha256())) {
                continue;
            }
            Path incoming = incoming(file.sha256());
            long stored = Files.exists(incoming) ? Files.size(incoming) : 0;
            if (stored > file.bytes()) {
                Files.delete(incoming);
                stored = 0;
            }
            wanted.put(file.sha256(), file.bytes());
            missing.put(file.sha256(), stored);
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
                complete(sha256, incoming);
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

    private void complete(String sha256, Path incoming) throws IOException {
        String found = hash(incoming);
        if (!found.equals(sha256)) {
            throw new IOException("the received file has the SHA-256 " + found + ", not " + sha256 + "; it is removed");
        }
        try (FileChannel channel = FileChannel.open(incoming, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(incoming, blob(sha256), StandardCopyOption.ATOMIC_MOVE);
        wanted.remove(sha256);
    }

    private static String hash(Path file) throws IOException {
        try (FileSource source = new FileSource(file)) {
            return Digests.sha256(source, () -> Thread.currentThread().isInterrupted());
        }
    }

    private Path incoming(String sha256) {
        return directory.resolve("incoming").resolve(sha256);
    }

    private Path blob(String sha256) {
        return directory.resolve("blobs").resolve(sha256);
    }

    private Path version(String deployment, String version) throws IOException {
        if (!isName(deployment) || !isName(version)) {
            throw new IOException("'" + deployment + "', version '" + version + "', is no name of a deployment");
        }
        return directory.resolve("deployments").resolve(deployment).resolve(version);
    }

    /** Returns the complete files by hash. */
    private Map<String, Path> known() throws IOException {
        Map<String, Path> known = new HashMap<>();
        for (Path blob : children(directory.resolve("blobs"))) {
            known.put(String.valueOf(blob.getFileName()), blob);
        }
        for (Map.Entry<String, Map<String, StoredFiles>> deployment : held().entrySet()) {
            for (Map.Entry<String, StoredFiles> version : deployment.getValue().entrySet()) {
                Path files = files(deployment.getKey(), version.getKey());
                version.getValue()
                        .files()
                        .forEach(file -> known.putIfAbsent(file.sha256(), files.resolve(file.path())));
            }
        }
        return known;
    }

    /** Returns the directory of the files of a version. */
    Path files(String deployment, String version) throws IOException {
        return version(deployment, version).resolve("files");
    }

    /**
     * Puts the files of a version together.
     *
     * @throws IOException if a file is missing, or was changed on the disk since it came
     */
    synchronized void assemble(String deployment, String version, StoredFiles files) throws IOException {
        files.check();
        Path target = version(deployment, version);
        ScratchDirectory.delete(target);
        Map<String, Path> known = known();
        try {
            for (StoredFiles.Entry file : files.files()) {
                Path from = known.get(file.sha256());
                if (from == null) {
                    throw new IOException(file.path() + ": has not been received");
                }
                Path to = target.resolve("files").resolve(file.path());
                place(from, to, file);
                known.put(file.sha256(), to);
            }
            WholeFile.write(target.resolve(HELD), files.text().getBytes(StandardCharsets.UTF_8));
        } catch (IOException | RuntimeException failed) {
            ScratchDirectory.delete(target);
            throw failed;
        }
    }

    private void place(Path from, Path to, StoredFiles.Entry file) throws IOException {
        Files.createDirectories(to.getParent());
        if (from.equals(blob(file.sha256()))) {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } else {
            FileErrors.namingStep(to, () -> Files.copy(from, to));
        }
        if (!hash(to).equals(file.sha256())) {
            throw new IOException(from + ": was changed on the disk; its SHA-256 is no longer " + file.sha256());
        }
    }

    /** Opens a document of a version: its manifest or its plan. */
    synchronized FileSource document(String deployment, String version, boolean plan) throws IOException {
        return new FileSource(
                files(deployment, version).resolve(plan ? DeploymentPlan.FILE_NAME : PartitionManifest.FILE_NAME));
    }

    /** Returns the versions by deployment. */
    synchronized Map<String, Map<String, StoredFiles>> held() throws IOException {
        Map<String, Map<String, StoredFiles>> held = new TreeMap<>();
        for (Path deployment : children(directory.resolve("deployments"))) {
            for (Path version : children(deployment)) {
                Path list = version.resolve(HELD);
                if (Files.exists(list)) {
                    held.computeIfAbsent(String.valueOf(deployment.getFileName()), none -> new TreeMap<>())
                            .put(String.valueOf(version.getFileName()), read(list));
                }
            }
        }
        return held;
    }

    private static StoredFiles read(Path list) throws IOException {
        try {
            return StoredFiles.parse(Files.readString(list));
        } catch (IOException damaged) {
            throw new IOException(list + ": " + damaged.getMessage(), damaged);
        }
    }

    /** Returns the version that serves. */
    synchronized Optional<String> current(String deployment) throws IOException {
        Path file = version(deployment, CURRENT);
        return Files.exists(file)
                ? Optional.of(Files.readString(file).strip()).filter(PartStore::isName)
                : Optional.empty();
    }

    /** Makes a version the one that serves. */
    synchronized void activate(String deployment, String version) throws IOException {
        if (!Files.exists(version(deployment, version).resolve(HELD))) {
            throw new IOException("version " + version + " of " + deployment + " is not stored");
        }
        WholeFile.write(version(deployment, CURRENT), (version + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Removes a version. */
    synchronized void remove(String deployment, String version) throws IOException {
        Path held = version(deployment, version);
        if (current(deployment).filter(version::equals).isPresent()) {
            Files.deleteIfExists(version(deployment, CURRENT));
        }
        Files.deleteIfExists(held.resolve(HELD));
        ScratchDirectory.delete(held);
        Path all = directory.resolve("deployments").resolve(deployment);
        if (children(all).isEmpty()) {
            Files.deleteIfExists(all);
        }
    }

    /** Removes the files of an announcement that no version has. */
    synchronized void forget(StoredFiles files) throws IOException {
        for (StoredFiles.Entry file : files.files()) {
            wanted.remove(file.sha256());
            Files.deleteIfExists(incoming(file.sha256()));
            Files.deleteIfExists(blob(file.sha256()));
        }
    }

    /** Returns the names of files that wait for their remaining bytes. */
    synchronized List<String> unfinished() throws IOException {
        List<String> names = new ArrayList<>();
        for (Path file : children(directory.resolve("incoming"))) {
            names.add(String.valueOf(file.getFileName()));
        }
        return names;
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
