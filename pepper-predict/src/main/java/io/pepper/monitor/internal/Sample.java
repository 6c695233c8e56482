package io.pepper.monitor.internal;

import java.util.Map;

/**
 * An element of an instant vector.
 *
 * @param labels the series
 * @param value its value, which may be NaN or infinite
 */
public record Sample(Map<String, String> labels, double value) {}
