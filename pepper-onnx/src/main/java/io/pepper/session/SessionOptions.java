package io.pepper.session;

import io.pepper.model.ReadOptions;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Options for opening and running the parts of a partition. Immutable and therefore thread-safe.
 *
 * <pre>{@code
 * SessionOptions options = SessionOptions.DEFAULTS
 *         .withStages(StageOptions.DEFAULTS.withThreads(2))
 *         .withFailures(FailurePolicy.FAIL.withTimeout(Duration.ofSeconds(1)).withRetries(1));
 * }</pre>
 *
 * @param stages the options of parts without an entry in {@code byPart}
 * @param byPart the options of single parts, by place in the manifest, from 0
 * @param checksums whether the SHA-256 of each file must match the manifest
 * @param parallel whether independent parts run at the same time
 * @param failures the response to failing stages
 * @param listener the listener for events
 * @param reading how parts are read: further directories into which links may lead, and limits on resources
 */
public record SessionOptions(
        StageOptions stages,
        Map<Integer, StageOptions> byPart,
        boolean checksums,
        boolean parallel,
        FailurePolicy failures,
        SessionListener listener,
        ReadOptions reading) {
    /** One thread per part, checked files, independent branches at the same time, no retries. */
    public static final SessionOptions DEFAULTS = new SessionOptions(
            StageOptions.DEFAULTS,
            Map.of(),
            true,
            true,
            FailurePolicy.FAIL,
            SessionListener.NONE,
            ReadOptions.DEFAULTS);

    /**
     * Copies the map.
     *
     * @param stages the options of parts without an entry in {@code byPart}
     * @param byPart the options of single parts, by place in the manifest, from 0
     * @param checksums whether the SHA-256 of each file must match the manifest
     * @param parallel whether independent parts run at the same time
     * @param failures the response to failing stages
     * @param listener the listener for events
     * @param reading how parts are read: further directories into which links may lead, and limits on resources
     */
    public SessionOptions {
        Objects.requireNonNull(stages);
        Objects.requireNonNull(failures);
        Objects.requireNonNull(listener);
        Objects.requireNonNull(reading);
        byPart = Collections.unmodifiableMap(new TreeMap<>(byPart));
    }

    /**
     * Returns these options with options for all parts without their own.
     *
     * @param value the options
     * @return the options
     */
    public SessionOptions withStages(StageOptions value) {
        return new SessionOptions(value, byPart, checksums, parallel, failures, listener, reading);
    }

    /**
     * Returns these options with options for one part.
     *
     * @param part its place in the manifest, from 0
     * @param value the options
     * @return the options
     */
    public SessionOptions withStage(int part, StageOptions value) {
        Map<Integer, StageOptions> more = new TreeMap<>(byPart);
        more.put(part, value);
        return new SessionOptions(stages, more, checksums, parallel, failures, listener, reading);
    }

    /**
     * Returns these options, with or without file checks.
     *
     * @param value whether each file is read once and its SHA-256 compared with the manifest
     * @return the options
     */
    public SessionOptions withChecksums(boolean value) {
        return new SessionOptions(stages, byPart, value, parallel, failures, listener, reading);
    }

    /**
     * Returns these options with parallel or sequential branches.
     *
     * @param value whether independent parts run at the same time
     * @return the options
     */
    public SessionOptions withParallel(boolean value) {
        return new SessionOptions(stages, byPart, checksums, value, failures, listener, reading);
    }

    /**
     * Returns these options with another failure policy.
     *
     * @param value the response to failing stages
     * @return the options
     */
    public SessionOptions withFailures(FailurePolicy value) {
        return new SessionOptions(stages, byPart, checksums, parallel, value, listener, reading);
    }

    /**
     * Returns these options with a listener.
     *
     * @param value the listener for events
     * @return the options
     */
    public SessionOptions withListener(SessionListener value) {
        return new SessionOptions(stages, byPart, checksums, parallel, failures, value, reading);
    }

    /**
     * Returns these options with other options for reading.
     *
     * @param value how parts are read before ONNX Runtime opens them
     * @return the options
     */
    public SessionOptions withReading(ReadOptions value) {
        return new SessionOptions(stages, byPart, checksums, parallel, failures, listener, value);
    }

    /** Returns the options of a part. */
    StageOptions of(int part) {
        return byPart.getOrDefault(part, stages);
    }
}
