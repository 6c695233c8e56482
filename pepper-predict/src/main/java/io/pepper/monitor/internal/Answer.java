package io.pepper.monitor.internal;

import java.util.List;

/**
 * What Prometheus answers to a query.
 *
 * @param samples the elements of the vector
 * @param warnings what it says beside them, for instance that a store did not answer
 */
public record Answer(List<Sample> samples, List<String> warnings) {
    /** Nothing. */
    public static final Answer EMPTY = new Answer(List.of(), List.of());

    /**
     * Copies the lists.
     *
     * @param samples see the record
     * @param warnings see the record
     */
    public Answer {
        samples = List.copyOf(samples);
        warnings = List.copyOf(warnings);
    }
}
