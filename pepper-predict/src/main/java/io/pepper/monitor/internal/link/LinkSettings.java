package io.pepper.monitor.internal.link;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * The settings of measuring links, which were checked.
 *
 * @param peers the addresses of other agents by the names of their devices, in the order of their measurement
 * @param interval the time between two measurements of a link; empty to measure on request only
 * @param maxBytes the largest number of bytes of a measurement, in both directions together
 * @param maxTime the time in which a measurement starts transfers
 * @param maxShare the largest share of the time in which a link may be busy with scheduled measurements
 * @param maxAge the age from which a measurement is stale
 * @param headers the headers of each request to other agents
 * @param tls the trusted certificates of other agents; empty for those of the system
 */
public record LinkSettings(
        Map<String, URI> peers,
        Optional<Duration> interval,
        long maxBytes,
        Duration maxTime,
        double maxShare,
        Duration maxAge,
        Map<String, String> headers,
        Optional<SSLContext> tls) {
    /** No peers; at most 32 MiB, 8 seconds and 5 % of the time; stale after ten minutes. */
    public static final LinkSettings DEFAULTS = new LinkSettings(
            Map.of(),
            Optional.empty(),
            32L << 20,
            Duration.ofSeconds(8),
            0.05,
            Duration.ofMinutes(10),
            Map.of(),
            Optional.empty());
}
