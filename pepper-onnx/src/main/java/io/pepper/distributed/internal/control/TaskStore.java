package io.pepper.distributed.internal.control;

import com.google.protobuf.ByteString;
import io.pepper.internal.text.WholeFile;
import io.pepper.onnx.internal.isolate.ScratchDirectory;
import io.pepper.onnx.internal.model.Locations;
import io.pepper.onnx.internal.wire.Digests;
import io.pepper.onnx.internal.wire.FileSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The directories of tasks: {@code CAPABILITY/ID} with the hash of the {@code request}, the {@code files} of the client and the
 * {@code results}. They stay after the end of a task, so that a later attempt resumes it; the oldest of too many are
 * removed. Thread-safe.
 */
final class TaskStore {
    /** The number of directories that stay. */
    static final int MAX_KEPT = 16;

    /** The number of files that a client may send for a task. */
    static final int MAX_FILES = 256;

    /** The number of results of a task. */
    static final int MAX_RESULTS = 100;

    /** The bytes of all results of a task. */
    static final long MAX_RESULT_BYTES = 1L << 30;

    private static final int MAX_PATH = 200;
    private static final String REQUEST = "request";
    private static final String FILES = "files";

    private final Path root;
    private final BlobStore blobs;

    TaskStore(Path root, BlobStore blobs) {
        this.root = root;
        this.blobs = blobs;
    }

    private Path directory(TaskKey key) {
        return root.resolve(key.capability()).resolve(key.id());
    }

    /** Refuses lists of files that a node must not follow. */
    static void check(List<StoredFiles.Entry> files) throws IOException {
        if (files.size() > MAX_FILES) {
            throw new IOException("the task has " + files.size() + " files; allowed are up to " + MAX_FILES);
        }
        Set<String> paths = new HashSet<>();
        for (StoredFiles.Entry file : files) {
            Optional<String> refusal = Locations.refusal(file.path());
            if (refusal.isPresent() || file.path().length() > MAX_PATH || !paths.add(file.path())) {
                throw new IOException("the file '" + file.path() + "' is not accepted: it "
                        + refusal.orElse("is listed twice, or its name is too long"));
            }
            if (!PartStore.isHash(file.sha256()) || file.bytes() < 0) {
                throw new IOException("the file '" + file.path() + "' has the size " + file.bytes()
                        + " and the SHA-256 '" + file.sha256() + "'");
            }
        }
    }

    /** Returns a hash of what a client asks for. */
    static String hash(String arguments, List<StoredFiles.Entry> files) {
        StringBuilder text = new StringBuilder(arguments).append('\0');
        files.stream().sorted(Comparator.comparing(StoredFiles.Entry::path)).forEach(file -> text.append(file.sha256())
                .append(' ')
                .append(file.path())
                .append('\n'));
        return Digests.sha256(text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Opens the directory of a task.
     *
     * @param request the hash of what the client asks for
     * @param busy the tasks whose directories must stay
     * @return the directory
     * @throws IOException if an earlier task of this name had another request, or the directory cannot be created
     */
    synchronized Path open(TaskKey key, String request, Set<TaskKey> busy) throws IOException {
        Path directory = directory(key);
        Path noted = directory.resolve(REQUEST);
        if (Files.exists(noted)) {
            if (!Files.readString(noted).strip().equals(request)) {
                throw new IOException("the task " + key + " had other arguments or files; choose another id");
            }
            Files.setLastModifiedTime(noted, FileTime.from(Instant.now()));
        } else {
            Files.createDirectories(directory);
            WholeFile.write(noted, request + "\n");
        }
        Files.createDirectories(directory.resolve(TaskRun.RESULTS));
        Set<TaskKey> kept = new HashSet<>(busy);
        kept.add(key);
        trim(kept);
        return directory;
    }

    /** Removes the oldest directories beyond the allowed number. */
    private void trim(Set<TaskKey> kept) throws IOException {
        Map<Path, FileTime> ages = new HashMap<>();
        for (Path capability : BlobStore.children(root)) {
            for (Path task : BlobStore.children(capability)) {
                Path noted = task.resolve(REQUEST);
                ages.put(task, Files.exists(noted) ? Files.getLastModifiedTime(noted) : FileTime.fromMillis(0));
            }
        }
        kept.forEach(key -> ages.remove(directory(key)));
        List<Path> others = new ArrayList<>(ages.keySet());
        others.sort(Comparator.comparing(ages::get, Comparator.<FileTime>reverseOrder()));
        for (int i = Math.max(0, MAX_KEPT - kept.size()); i < others.size(); i++) {
            ScratchDirectory.delete(others.get(i));
        }
    }

    /**
     * Announces the files of a task.
     *
     * @return by hash, the bytes that are stored already of each file that is not complete
     * @throws IOException if the disk has not enough room
     */
    synchronized Map<String, Long> announce(TaskKey key, List<StoredFiles.Entry> files) throws IOException {
        Set<String> placed = new HashSet<>();
        for (StoredFiles.Entry file : files) {
            Path there = place(key, file);
            if (Files.isRegularFile(there, LinkOption.NOFOLLOW_LINKS) && Files.size(there) == file.bytes()) {
                placed.add(file.sha256());
            }
        }
        return blobs.announce(files, placed);
    }

    private Path place(TaskKey key, StoredFiles.Entry file) {
        return directory(key).resolve(FILES).resolve(file.path());
    }

    /**
     * Puts the files of a task into its directory, and checks their hashes.
     *
     * @return the files by name
     * @throws IOException if a file is missing or was changed on the disk; then it is removed
     */
    Map<String, Path> place(TaskKey key, List<StoredFiles.Entry> files) throws IOException {
        Map<String, Path> byHash = new HashMap<>();
        Map<String, Path> placed = new TreeMap<>();
        for (StoredFiles.Entry file : files) {
            Path to = place(key, file);
            if (Files.exists(to) && !BlobStore.hash(to).equals(file.sha256())) {
                Files.delete(to);
            }
            if (!Files.exists(to)) {
                Path from = byHash.getOrDefault(file.sha256(), blobs.complete(file.sha256()));
                if (!Files.exists(from)) {
                    throw new IOException("the file '" + file.path() + "' was changed on the disk; ask again");
                }
                blobs.place(from, to, file.sha256());
            }
            byHash.put(file.sha256(), to);
            placed.put(file.path(), to);
        }
        return placed;
    }

    /**
     * Returns the results of a task.
     *
     * @throws IOException if they are more than a client accepts
     */
    List<StoredFiles.Entry> results(TaskKey key) throws IOException {
        List<StoredFiles.Entry> results = new ArrayList<>();
        long bytes = 0;
        for (Path file : BlobStore.children(directory(key).resolve(TaskRun.RESULTS))) {
            String name = String.valueOf(file.getFileName());
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || !PartStore.isName(name)) {
                throw new IOException("the result '" + name + "' is no file, or its name is not allowed");
            }
            bytes += Files.size(file);
            checkResults(results.size() + 1, bytes);
            results.add(new StoredFiles.Entry(name, BlobStore.hash(file), Files.size(file)));
        }
        return results;
    }

    /** Refuses too many or too large results. */
    static void checkResults(int count, long bytes) throws IOException {
        if (count > MAX_RESULTS || bytes > MAX_RESULT_BYTES || bytes < 0) {
            throw new IOException("the task has " + count + " results or more, of " + bytes + " bytes; allowed are "
                    + MAX_RESULTS + " of " + MAX_RESULT_BYTES + " bytes in all");
        }
    }

    /** Returns a piece of a result. */
    ByteString read(TaskKey key, String name, long offset) throws IOException {
        if (!PartStore.isName(name)) {
            throw new IOException("'" + name + "' is no name of a result");
        }
        try (FileSource file =
                new FileSource(directory(key).resolve(TaskRun.RESULTS).resolve(name))) {
            return file.size() >= offset && offset >= 0 ? Pieces.read(file, offset) : ByteString.EMPTY;
        }
    }

    /** Returns whether the directory of a task is there. */
    synchronized boolean holds(TaskKey key) {
        return Files.exists(directory(key).resolve(REQUEST));
    }

    /** Removes the directory of a task. */
    synchronized void remove(TaskKey key) throws IOException {
        if (Files.exists(directory(key))) {
            ScratchDirectory.delete(directory(key));
        }
    }
}
