package io.pepper.monitor;

import io.pepper.monitor.internal.link.LinkSettings;
import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * The links that an agent measures, and the limits of a measurement. An agent measures a link on request, or on a
 * schedule. Immutable.
 *
 * <p>The latency is half of the smallest round trip of several small exchanges over one connection: it includes the
 * programs at both ends. The bandwidth is the rate at which a transfer arrives, once slow start is over; transfers grow until
 * two of them agree.
 *
 * <pre>{@code
 * LinkOptions links = LinkOptions.DEFAULTS
 *         .withPeer("cloud", URI.create("http://10.0.0.7:9100"))
 *         .withInterval(Duration.ofMinutes(1));
 * }</pre>
 *
 * @param peers the addresses of other agents by the names of their devices
 * @param interval the time between two measurements of a link; empty to measure on request only
 * @param maxBytes the largest number of bytes that a measurement may send and receive together, at least 1 MiB
 * @param maxTime the time in which a measurement starts transfers, more than 0; a measurement that takes twice as long
 *     is stopped, and counts as a failure
 * @param maxShare the largest share of the time in which a link may be busy with scheduled measurements, more than 0, at
 *     most 1; the interval grows where it is needed
 * @param maxAge the age from which a measurement is stale, more than 0
 * @param headers the headers of each request to other agents, for instance {@code Authorization}
 * @param tls the trusted certificates of other agents; empty for those of the system
 */
public record LinkOptions(
        Map<String, URI> peers,
        Optional<Duration> interval,
        long maxBytes,
        Duration maxTime,
        double maxShare,
        Duration maxAge,
        Map<String, String> headers,
        Optional<SSLContext> tls) {
    private static final int MIN_BYTES = 1 << 20;
    private static final int MAX_NAME = 200;

    /** No peers; at most 32 MiB, 8 seconds and 5 % of the time; stale after ten minutes. */
    public static final LinkOptions DEFAULTS = new LinkOptions(
            LinkSettings.DEFAULTS.peers(),
            LinkSettings.DEFAULTS.interval(),
            LinkSettings.DEFAULTS.maxBytes(),
            LinkSettings.DEFAULTS.maxTime(),
            LinkSettings.DEFAULTS.maxShare(),
            LinkSettings.DEFAULTS.maxAge(),
            LinkSettings.DEFAULTS.headers(),
            LinkSettings.DEFAULTS.tls());

    /**
     * Checks the values.
     *
     * @param peers the addresses of other agents by the names of their devices
     * @param interval the time between two measurements of a link; empty to measure on request only
     * @param maxBytes the largest number of bytes that a measurement may send and receive together, at least 1 MiB
     * @param maxTime the time in which a measurement starts transfers, more than 0
     * @param maxShare the largest share of the time in which a link may be busy with scheduled measurements, more than
     *     0, at most 1
     * @param maxAge the age from which a measurement is stale, more than 0
     * @param headers the headers of each request to other agents
     * @param tls the trusted certificates of other agents; empty for those of the system
     * @throws IllegalArgumentException if a value is out of its range; the message contains no header's value
     */
    public LinkOptions {
        peers = Collections.unmodifiableMap(new LinkedHashMap<>(peers));
        headers = Map.copyOf(headers);
        peers.forEach(LinkOptions::checkPeer);
        headers.forEach(LinkOptions::checkHeader);
        interval.ifPresent(time -> check("interval", isPositive(time), time));
        check("maxBytes", maxBytes >= MIN_BYTES, maxBytes);
        check("maxTime", isPositive(maxTime), maxTime);
        check("maxShare", maxShare > 0 && maxShare <= 1, maxShare);
        check("maxAge", isPositive(maxAge), maxAge);
    }

    private static boolean isPositive(Duration time) {
        return !time.isNegative() && !time.isZero();
    }

    private static void check(String what, boolean right, Object value) {
        if (!right) {
            throw new IllegalArgumentException("the " + what + " of measuring links cannot be " + value);
        }
    }

    private static void checkPeer(String name, URI address) {
        if (name.isBlank() || name.length() > MAX_NAME || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "the name of a peer has 1 to " + MAX_NAME + " characters, and no control character");
        }
        boolean isHttp = "http".equalsIgnoreCase(address.getScheme()) || "https".equalsIgnoreCase(address.getScheme());
        if (!isHttp || address.getHost() == null) {
            throw new IllegalArgumentException(
                    "the address of the peer '" + name + "' is not http://HOST:PORT or https://HOST:PORT");
        }
        if (address.getRawUserInfo() != null || address.getRawQuery() != null || address.getRawFragment() != null) {
            throw new IllegalArgumentException("the address of the peer '" + name
                    + "' has a user, or something that begins with '?' or '#': give a header instead of a user");
        }
    }

    private static void checkHeader(String name, String value) {
        if (!name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+") || value.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("a header of requests to other agents is not a single line of text");
        }
    }

    /**
     * Returns these options with another agent.
     *
     * @param name the name of its device
     * @param address its address, {@code http://HOST:PORT} or {@code https://HOST:PORT}
     * @return the options
     * @throws IllegalArgumentException if the name is empty, or if the address is not one of an HTTP server
     */
    public LinkOptions withPeer(String name, URI address) {
        Map<String, URI> more = new LinkedHashMap<>(peers);
        more.put(name, address);
        return new LinkOptions(more, interval, maxBytes, maxTime, maxShare, maxAge, headers, tls);
    }

    /**
     * Returns these options with a schedule.
     *
     * @param time the time between two measurements of a link, more than 0
     * @return the options
     */
    public LinkOptions withInterval(Duration time) {
        return new LinkOptions(peers, Optional.of(time), maxBytes, maxTime, maxShare, maxAge, headers, tls);
    }

    /**
     * Returns these options with other limits of a measurement.
     *
     * @param bytes the largest number of bytes that it may send and receive together, at least 1 MiB
     * @param time the time in which it starts transfers, more than 0
     * @param share the largest share of the time in which a link may be busy with scheduled measurements, more than 0,
     *     at most 1
     * @return the options
     */
    public LinkOptions withLimits(long bytes, Duration time, double share) {
        return new LinkOptions(peers, interval, bytes, time, share, maxAge, headers, tls);
    }

    /**
     * Returns these options with the age from which a measurement is stale.
     *
     * @param age the age, more than 0
     * @return the options
     */
    public LinkOptions withMaxAge(Duration age) {
        return new LinkOptions(peers, interval, maxBytes, maxTime, maxShare, age, headers, tls);
    }

    /**
     * Returns these options with a header for each request to other agents.
     *
     * @param name the header's name, for instance {@code Authorization}
     * @param value its value, of one line
     * @return the options
     * @throws IllegalArgumentException if the name or the value has a line break; the message does not contain the value
     */
    public LinkOptions withHeader(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new LinkOptions(peers, interval, maxBytes, maxTime, maxShare, maxAge, more, tls);
    }

    /**
     * Returns these options with other trusted certificates.
     *
     * @param context the TLS context
     * @return the options
     */
    public LinkOptions withTls(SSLContext context) {
        return new LinkOptions(peers, interval, maxBytes, maxTime, maxShare, maxAge, headers, Optional.of(context));
    }

    /** Returns these options for the classes that measure. */
    LinkSettings settings() {
        return new LinkSettings(peers, interval, maxBytes, maxTime, maxShare, maxAge, headers, tls);
    }

    /** Returns the options without the values of headers. */
    @Override
    public String toString() {
        return "LinkOptions[" + peers + ", every "
                + interval.map(Duration::toString).orElse("request") + "]";
    }
}
