package io.pepper.distributed.internal.control;

import io.pepper.export.DeploymentPlan;
import io.pepper.export.PartitionManifest;
import io.pepper.model.ReadOptions;
import io.pepper.onnx.internal.wire.Digests;
import io.pepper.onnx.internal.wire.DirectoryFiles;
import io.pepper.onnx.internal.wire.FileHashes;
import io.pepper.onnx.internal.wire.FileSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The files of a partition with a plan, as they are sent to nodes. Immutable and therefore thread-safe. */
final class ShippedFiles {
    private static final int VERSION_DIGITS = 12;

    private final DirectoryFiles files;
    private final DeploymentPlan plan;
    private final Map<String, StoredFiles.Entry> entries;

    private ShippedFiles(DirectoryFiles files, DeploymentPlan plan, Map<String, StoredFiles.Entry> entries) {
        this.files = files;
        this.plan = plan;
        this.entries = entries;
    }

    /**
     * Reads and hashes a directory.
     *
     * @throws IOException if a file is missing, or is not the one of the manifest
     */
    static ShippedFiles read(Path directory) throws IOException {
        DirectoryFiles files = DirectoryFiles.ofParts(directory, ReadOptions.DEFAULTS);
        DeploymentPlan plan = DeploymentPlan.read(directory);
        Map<String, StoredFiles.Entry> entries = new TreeMap<>();
        for (String name : List.of(PartitionManifest.FILE_NAME, DeploymentPlan.FILE_NAME)) {
            entries.put(name, entry(files, name, Optional.empty()));
        }
        for (PartitionManifest.Part part : plan.partition().parts()) {
            entries.put(part.file(), entry(files, part.file(), part.sha256()));
            for (PartitionManifest.Data data : part.data()) {
                if (!entries.containsKey(data.file())) {
                    entries.put(data.file(), entry(files, data.file(), data.sha256()));
                }
            }
        }
        return new ShippedFiles(files, plan, entries);
    }

    private static StoredFiles.Entry entry(DirectoryFiles files, String name, Optional<String> stated)
            throws IOException {
        try (FileSource source = files.open(name)) {
            String found = FileHashes.SHARED.certain(
                    source, () -> Thread.currentThread().isInterrupted());
            if (stated.isPresent() && !stated.get().equals(found)) {
                throw new IOException(source.name() + ": has the SHA-256 " + found + ", but partition.json states "
                        + stated.get() + "; export the parts again");
            }
            return new StoredFiles.Entry(name, found, source.size());
        }
    }

    DeploymentPlan plan() {
        return plan;
    }

    /** Returns a version that is the same for the same files and the same nodes. */
    String version(Map<String, List<Integer>> assignment) {
        StringBuilder text = new StringBuilder();
        entries.values().forEach(file -> text.append(file.path())
                .append(' ')
                .append(file.sha256())
                .append('\n'));
        new TreeMap<>(assignment)
                .forEach((node, parts) ->
                        text.append(node).append(' ').append(parts).append('\n'));
        return Digests.sha256(text.toString().getBytes(StandardCharsets.UTF_8)).substring(0, VERSION_DIGITS);
    }

    /** Returns the files that a node needs for its parts: those of the parts, their data files, and both documents. */
    StoredFiles of(String node, Collection<Integer> parts) {
        Map<String, StoredFiles.Entry> needed = new LinkedHashMap<>();
        for (String name : List.of(PartitionManifest.FILE_NAME, DeploymentPlan.FILE_NAME)) {
            needed.put(name, known(name));
        }
        for (int part : parts) {
            PartitionManifest.Part described = plan.partition().parts().get(part);
            needed.put(described.file(), known(described.file()));
            described.data().forEach(data -> needed.put(data.file(), known(data.file())));
        }
        List<Integer> planned = parts.stream()
                .filter(part -> plan.devices().get(part).equals(node))
                .toList();
        return new StoredFiles(new ArrayList<>(parts), planned, new ArrayList<>(needed.values()));
    }

    private StoredFiles.Entry known(String name) {
        StoredFiles.Entry entry = entries.get(name);
        if (entry == null) {
            throw new IllegalStateException(name + " was not read");
        }
        return entry;
    }

    /** Opens the file with a hash. */
    FileSource open(String sha256) throws IOException {
        for (StoredFiles.Entry entry : entries.values()) {
            if (entry.sha256().equals(sha256)) {
                return files.open(entry.path());
            }
        }
        throw new IOException("a node asks for a file with the SHA-256 " + sha256 + ", which is not in the deployment");
    }
}
