package io.pepper.monitor.internal;

import java.util.List;

/**
 * The answer of Prometheus to a query.
 *
 * @param samples the elements of the vector
 * @param warnings the warnings of the answer, for instance that a store did not respond
 */
public record Answer(List<Sample> samples, List<String> warnings) {
    /** An empty answer. */
    public static final Answer EMPTY = new Answer(List.of(), List.of());

    /**
     * Creates an answer.
     *
     * @param samples the elements of the vector
     * @param warnings the warnings of the answer
     */
    public Answer {
        samples = List.copyOf(samples);
        warnings = List.copyOf(warnings);
    }
}
