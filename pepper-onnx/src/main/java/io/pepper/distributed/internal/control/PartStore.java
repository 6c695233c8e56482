package io.pepper.distributed.internal.control;

import io.pepper.export.DeploymentPlan;
import io.pepper.export.PartitionManifest;
import io.pepper.internal.text.FileErrors;
import io.pepper.internal.text.FileKinds;
import io.pepper.internal.text.WholeFile;
import io.pepper.onnx.internal.isolate.ScratchDirectory;
import io.pepper.onnx.internal.wire.FileSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The files of parts on a node's disk, addressed by SHA-256 until they are complete. A version of a deployment is in
 * {@code deployments/NAME/VERSION/files}; {@code held} beside it lists its parts and files and is written last. Thread-safe.
 */
final class PartStore implements AutoCloseable {
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");
    private static final String HELD = "held";
    private static final String CURRENT = "current";

    private final Path directory;
    private final StoreLock lock;
    private final BlobStore blobs;

    private PartStore(Path directory, StoreLock lock) {
        this.directory = directory;
        this.lock = lock;
        this.blobs = new BlobStore(directory);
    }

    /**
     * Opens a store, which is created if needed.
     *
     * @throws IOException if the directory is not writable, or another process or node uses it
     */
    static PartStore open(Path directory) throws IOException {
        if (FileKinds.attributes(directory)
                .filter(found -> !found.isDirectory())
                .isPresent()) {
            throw new IOException(directory + ": is not a directory");
        }
        for (String part : List.of("incoming", "blobs", "deployments", "scratch", "tasks")) {
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
        for (Path deployment : BlobStore.children(directory.resolve("deployments"))) {
            for (Path version : BlobStore.children(deployment)) {
                if (Files.isDirectory(version) && !Files.exists(version.resolve(HELD))) {
                    ScratchDirectory.delete(version);
                }
            }
        }
        for (Path scratch : BlobStore.children(directory.resolve("scratch"))) {
            ScratchDirectory.delete(scratch);
        }
    }

    /** Returns the files that come in pieces. */
    BlobStore blobs() {
        return blobs;
    }

    /** Returns the directory of tasks. */
    Path tasks() {
        return directory.resolve("tasks");
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
        return blobs.announce(files.files(), known().keySet());
    }

    private Path version(String deployment, String version) throws IOException {
        if (!isName(deployment) || !isName(version)) {
            throw new IOException("'" + deployment + "', version '" + version + "', is no name of a deployment");
        }
        return directory.resolve("deployments").resolve(deployment).resolve(version);
    }

    /** Returns the complete files by hash. */
    private Map<String, Path> known() throws IOException {
        Map<String, Path> known = blobs.complete();
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
                blobs.place(from, to, file.sha256());
                known.put(file.sha256(), to);
            }
            WholeFile.write(target.resolve(HELD), files.text().getBytes(StandardCharsets.UTF_8));
        } catch (IOException | RuntimeException failed) {
            ScratchDirectory.delete(target);
            throw failed;
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
        for (Path deployment : BlobStore.children(directory.resolve("deployments"))) {
            for (Path version : BlobStore.children(deployment)) {
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
        if (BlobStore.children(all).isEmpty()) {
            Files.deleteIfExists(all);
        }
    }

    /** Removes the files of an announcement that no version has. */
    void forget(StoredFiles files) throws IOException {
        blobs.forget(files.files());
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
