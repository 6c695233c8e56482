package io.pepper.distributed.internal.control;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A task for a node. Immutable and therefore thread-safe.
 *
 * @param node the name of the node
 * @param capability the name of the capability
 * @param id the name of the task
 * @param arguments the arguments
 * @param files the files by name
 * @param results the directory for results; empty if they are not wanted
 */
public record TaskRequest(
        String node, String capability, String id, String arguments, Map<String, Path> files, Optional<Path> results) {
    /**
     * The result of a task.
     *
     * @param text the answer
     * @param files the fetched results by name
     */
    public record Answer(String text, Map<String, Path> files) {}
}
