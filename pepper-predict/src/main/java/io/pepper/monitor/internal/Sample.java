package io.pepper.monitor.internal;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * An element of an instant vector.
 *
 * @param labels the series, sorted by label
 * @param value its value, which may be NaN or infinite
 */
public record Sample(Map<String, String> labels, double value) {
    /**
     * Copies the map.
     *
     * @param labels see the record
     * @param value see the record
     */
    public Sample {
        labels = Collections.unmodifiableMap(new TreeMap<>(labels));
    }
}
