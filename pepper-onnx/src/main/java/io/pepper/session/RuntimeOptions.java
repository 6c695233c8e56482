package io.pepper.session;

import io.pepper.model.ReadOptions;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * How the parts of a partition are opened and run. Immutable and therefore thread-safe.
 *
 * <pre>{@code
 * RuntimeOptions options = RuntimeOptions.DEFAULTS
 *         .withStages(StageOptions.DEFAULTS.withThreads(2))
 *         .withFailures(FailurePolicy.FAIL.withTimeout(Duration.ofSeconds(1)).withRetries(1));
 * }</pre>
 *
 * @param stages how ONNX Runtime runs a part, unless told otherwise for one
 * @param byPart for single parts, by their place in the manifest, from 0
 * @param checksums whether the SHA-256 of each file must be what the manifest says
 * @param parallel whether parts that do not need each other run at the same time
 * @param failures what happens when a stage fails
 * @param listener hears what happens
 * @param reading into which other directories links among the parts may lead, and how much a part may ask for
 */
public record RuntimeOptions(
        StageOptions stages,
        Map<Integer, StageOptions> byPart,
        boolean checksums,
        boolean parallel,
        FailurePolicy failures,
        RunListener listener,
        ReadOptions reading) {
    /** One thread for each part, files checked, independent branches at the same time, failures passed on. */
    public static final RuntimeOptions DEFAULTS = new RuntimeOptions(
            StageOptions.DEFAULTS, Map.of(), true, true, FailurePolicy.FAIL, RunListener.NONE, ReadOptions.DEFAULTS);

    /**
     * Copies the map.
     *
     * @param stages see the record
     * @param byPart see the record
     * @param checksums see the record
     * @param parallel see the record
     * @param failures see the record
     * @param listener see the record
     * @param reading see the record
     */
    public RuntimeOptions {
        Objects.requireNonNull(stages);
        Objects.requireNonNull(failures);
        Objects.requireNonNull(listener);
        Objects.requireNonNull(reading);
        byPart = Collections.unmodifiableMap(new TreeMap<>(byPart));
    }

    /**
     * With options for all parts that have none of their own.
     *
     * @param value the options
     * @return these options with them
     */
    public RuntimeOptions withStages(StageOptions value) {
        return new RuntimeOptions(value, byPart, checksums, parallel, failures, listener, reading);
    }

    /**
     * With options for one part.
     *
     * @param part its place in the manifest, from 0
     * @param value the options
     * @return these options with them
     */
    public RuntimeOptions withStage(int part, StageOptions value) {
        Map<Integer, StageOptions> more = new TreeMap<>(byPart);
        more.put(part, value);
        return new RuntimeOptions(stages, more, checksums, parallel, failures, listener, reading);
    }

    /**
     * With or without checks of the files.
     *
     * @param value whether they are read once and compared with the manifest's SHA-256
     * @return these options with it
     */
    public RuntimeOptions withChecksums(boolean value) {
        return new RuntimeOptions(stages, byPart, value, parallel, failures, listener, reading);
    }

    /**
     * With branches at the same time, or one after the other.
     *
     * @param value whether at the same time
     * @return these options with it
     */
    public RuntimeOptions withParallel(boolean value) {
        return new RuntimeOptions(stages, byPart, checksums, value, failures, listener, reading);
    }

    /**
     * With another policy.
     *
     * @param value what happens when a stage fails
     * @return these options with it
     */
    public RuntimeOptions withFailures(FailurePolicy value) {
        return new RuntimeOptions(stages, byPart, checksums, parallel, value, listener, reading);
    }

    /**
     * With a listener.
     *
     * @param value hears what happens
     * @return these options with it
     */
    public RuntimeOptions withListener(RunListener value) {
        return new RuntimeOptions(stages, byPart, checksums, parallel, failures, value, reading);
    }

    /**
     * With other options for reading.
     *
     * @param value how parts are read before ONNX Runtime opens them
     * @return these options with them
     */
    public RuntimeOptions withReading(ReadOptions value) {
        return new RuntimeOptions(stages, byPart, checksums, parallel, failures, listener, value);
    }

    /** How a part is run. */
    StageOptions of(int part) {
        return byPart.getOrDefault(part, stages);
    }
}
