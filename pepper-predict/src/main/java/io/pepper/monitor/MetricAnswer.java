package io.pepper.monitor;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The answer of a Prometheus to a query. Immutable and therefore thread-safe.
 *
 * @param samples the elements of the vector, in the order of the answer
 * @param warnings the warnings of the server, for instance that a store did not respond, so that samples are missing
 */
public record MetricAnswer(List<Sample> samples, List<String> warnings) {
    /**
     * Creates an answer.
     *
     * @param samples the elements of the vector
     * @param warnings the warnings of the server
     */
    public MetricAnswer {
        samples = List.copyOf(samples);
        warnings = List.copyOf(warnings);
    }

    /**
     * An element of a vector.
     *
     * @param labels the labels of the series, sorted; they are texts of the server, which may contain anything
     * @param value the value, which may be NaN or infinite
     */
    public record Sample(Map<String, String> labels, double value) {
        /**
         * Creates a sample.
         *
         * @param labels the labels of the series
         * @param value the value, which may be NaN or infinite
         */
        public Sample {
            labels = Collections.unmodifiableMap(new TreeMap<>(labels));
        }
    }
}
