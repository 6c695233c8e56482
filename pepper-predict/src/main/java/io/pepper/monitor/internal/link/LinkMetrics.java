package io.pepper.monitor.internal.link;

import java.util.List;

/** The names of the metrics of links, as agents expose them and monitors read them. */
public final class LinkMetrics {
    /** The start of all names. */
    public static final String PREFIX = "pepper_link_";

    /** Latency in seconds. */
    public static final String LATENCY = "pepper_link_latency_seconds";

    /** Bandwidth in bytes per second. */
    public static final String BANDWIDTH = "pepper_link_bandwidth_bytes_per_second";

    /** Unix time of the measurement, by the clock of the agent. */
    public static final String TIME = "pepper_link_measured_timestamp_seconds";

    /** Seconds since the measurement. */
    public static final String AGE = "pepper_link_age_seconds";

    /** 1 if the measurement is too old, else 0. */
    public static final String STALE = "pepper_link_stale";

    /** Number of measurements, without the suffix {@code _total} of a counter. */
    public static final String MEASUREMENTS = "pepper_link_measurements";

    /** Number of failures, without the suffix {@code _total} of a counter. */
    public static final String FAILURES = "pepper_link_failures";

    /** All names. */
    public static final List<String> NAMES = List.of(LATENCY, BANDWIDTH, TIME, AGE, STALE, MEASUREMENTS, FAILURES);

    private LinkMetrics() {}
}
