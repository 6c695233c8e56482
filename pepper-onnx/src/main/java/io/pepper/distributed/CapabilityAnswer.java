package io.pepper.distributed;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * The result of {@link ClusterClient#perform}. It comes from another machine: check it. Immutable and therefore thread-safe.
 *
 * @param text the answer, up to {@link CapabilityTask#MAX_TEXT_BYTES} bytes
 * @param files the fetched results by their names; empty if the request has no directory for them
 */
public record CapabilityAnswer(String text, Map<String, Path> files) {
    /**
     * Copies the files.
     *
     * @param text the answer
     * @param files the fetched results by their names
     */
    public CapabilityAnswer {
        files = Collections.unmodifiableMap(new TreeMap<>(files));
    }
}
