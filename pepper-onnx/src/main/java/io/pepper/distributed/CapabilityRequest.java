package io.pepper.distributed;

import io.pepper.onnx.internal.wire.Digests;
import io.pepper.onnx.internal.wire.FileSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A task for a {@linkplain NodeCapability capability} of a node. Immutable and therefore thread-safe.
 *
 * @param id the name of the task, with the characters of a device's name. A second request with the same id, arguments and
 *     files attaches to the task while it runs, gets its result if it has ended, or resumes it
 * @param arguments up to {@link CapabilityTask#MAX_TEXT_BYTES} bytes, by convention JSON
 * @param files files for the task by name, for protected capabilities only; a name is a relative path
 * @param results the directory for results that are files, which is created if needed; empty if they are not wanted
 */
public record CapabilityRequest(String id, String arguments, Map<String, Path> files, Optional<Path> results) {
    private static final int ID_DIGITS = 24;

    /**
     * Checks the values and copies the files.
     *
     * @param id the name of the task
     * @param arguments the arguments
     * @param files files for the task by name
     * @param results the directory for results
     * @throws IllegalArgumentException if the id is not allowed or the arguments are too long
     */
    public CapabilityRequest {
        ClusterNames.require(id);
        files = Collections.unmodifiableMap(new TreeMap<>(files));
        int bytes = arguments.getBytes(StandardCharsets.UTF_8).length;
        if (bytes > CapabilityTask.MAX_TEXT_BYTES) {
            throw new IllegalArgumentException(
                    "the arguments have " + bytes + " bytes; allowed are up to " + CapabilityTask.MAX_TEXT_BYTES);
        }
    }

    /**
     * Returns a request with an id that no other has, without files.
     *
     * @param arguments the arguments
     * @return the request
     */
    public static CapabilityRequest of(String arguments) {
        return new CapabilityRequest(UUID.randomUUID().toString(), arguments, Map.of(), Optional.empty());
    }

    /**
     * Returns a request whose id follows from its content, so that the same request resumes its task.
     *
     * @param prefix the beginning of the id, up to 20 characters of a name
     * @param arguments the arguments
     * @param files files by name
     * @return the request
     * @throws IOException if a file cannot be read
     */
    public static CapabilityRequest resumable(String prefix, String arguments, Map<String, Path> files)
            throws IOException {
        StringBuilder content = new StringBuilder(arguments);
        for (Map.Entry<String, Path> file : new TreeMap<>(files).entrySet()) {
            try (FileSource source = new FileSource(file.getValue())) {
                content.append('\n')
                        .append(file.getKey())
                        .append(' ')
                        .append(Digests.sha256(
                                source, () -> Thread.currentThread().isInterrupted()));
            }
        }
        String hash = Digests.sha256(content.toString().getBytes(StandardCharsets.UTF_8));
        return of(arguments).withId(prefix + "-" + hash.substring(0, ID_DIGITS)).withFiles(files);
    }

    /**
     * Sets the id, by which a later request resumes the task.
     *
     * @param value the name of the task
     * @return a copy with this id
     */
    public CapabilityRequest withId(String value) {
        return new CapabilityRequest(value, arguments, files, results);
    }

    /**
     * Sets the files.
     *
     * @param named files by name
     * @return a copy with these files
     */
    public CapabilityRequest withFiles(Map<String, Path> named) {
        return new CapabilityRequest(id, arguments, named, results);
    }

    /**
     * Sets the directory for results that are files.
     *
     * @param directory the directory; files of the same names are replaced
     * @return a copy with this directory
     */
    public CapabilityRequest withResults(Path directory) {
        return new CapabilityRequest(id, arguments, files, Optional.of(directory));
    }
}
