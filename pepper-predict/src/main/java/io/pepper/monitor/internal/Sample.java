package io.pepper.monitor.internal;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * An element of an instant vector.
 *
 * @param labels the labels of the series, sorted
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
