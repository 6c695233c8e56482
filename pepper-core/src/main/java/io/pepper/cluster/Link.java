package io.pepper.cluster;

/**
 * A connection between two devices. The time of a message is {@code overhead + latency + sent bytes / bandwidth}.
 * Immutable and therefore thread-safe.
 *
 * <pre>{@code
 * Link wifi = Link.of(40e6 / 8, 0.003).withOverheadSeconds(0.001);
 * wifi.transferSeconds(602_112); // 0.1244
 * }</pre>
 *
 * @param bytesPerSecond the bandwidth, more than 0, infinite if sending takes no time
 * @param latencySeconds one-way delay of a bit, 0 or more
 * @param overheadSeconds time that each message takes at both ends, whatever its size, 0 or more
 * @param joulesPerByte the energy to send and receive a byte, 0 or more
 * @param sentShare the bytes sent per byte of a tensor, more than 0; less than 1 if messages are compressed, or if
 *     elements are sent in a narrower type
 */
public record Link(
        double bytesPerSecond, double latencySeconds, double overheadSeconds, double joulesPerByte, double sentShare) {
    /** The link from a device to itself, without time and energy. */
    public static final Link FREE = of(Double.POSITIVE_INFINITY, 0);

    /**
     * Checks the ranges.
     *
     * @param bytesPerSecond the bandwidth, more than 0, infinite if sending takes no time
     * @param latencySeconds one-way delay of a bit, 0 or more
     * @param overheadSeconds time that each message takes at both ends, whatever its size, 0 or more
     * @param joulesPerByte the energy to send and receive a byte, 0 or more
     * @param sentShare the bytes sent per byte of a tensor, more than 0; less than 1 if messages are compressed, or if
     *     elements are sent in a narrower type
     * @throws IllegalArgumentException if a number is out of its range
     */
    public Link {
        check("bytesPerSecond", bytesPerSecond > 0, bytesPerSecond);
        check("latencySeconds", isAmount(latencySeconds), latencySeconds);
        check("overheadSeconds", isAmount(overheadSeconds), overheadSeconds);
        check("joulesPerByte", isAmount(joulesPerByte), joulesPerByte);
        check("sentShare", sentShare > 0 && isAmount(sentShare), sentShare);
    }

    private static boolean isAmount(double value) {
        return value >= 0 && value < Double.POSITIVE_INFINITY;
    }

    private static void check(String field, boolean right, double value) {
        if (!right) {
            throw new IllegalArgumentException("a link's " + field + " cannot be " + value);
        }
    }

    /**
     * Returns a link with a bandwidth and a latency.
     *
     * @param bytesPerSecond the bandwidth, more than 0; infinite if sending takes no time
     * @param latencySeconds one-way delay of a bit, 0 or more
     * @return the link, without overhead and energy, that sends bytes as they are
     */
    public static Link of(double bytesPerSecond, double latencySeconds) {
        return new Link(bytesPerSecond, latencySeconds, 0, 0, 1);
    }

    /**
     * Returns this link with another bandwidth.
     *
     * @param rate bytes per second, more than 0
     * @return the new link
     */
    public Link withBytesPerSecond(double rate) {
        return new Link(rate, latencySeconds, overheadSeconds, joulesPerByte, sentShare);
    }

    /**
     * Returns this link with an overhead for each message.
     *
     * @param seconds time that each message takes at both ends, 0 or more
     * @return the new link
     */
    public Link withOverheadSeconds(double seconds) {
        return new Link(bytesPerSecond, latencySeconds, seconds, joulesPerByte, sentShare);
    }

    /**
     * Returns this link with an energy for each byte.
     *
     * @param joules energy to send and receive a byte, 0 or more
     * @return the new link
     */
    public Link withJoulesPerByte(double joules) {
        return new Link(bytesPerSecond, latencySeconds, overheadSeconds, joules, sentShare);
    }

    /**
     * Returns this link with compressed messages or narrower elements.
     *
     * @param share bytes sent for each byte of a tensor, more than 0
     * @return the new link
     */
    public Link withSentShare(double share) {
        return new Link(bytesPerSecond, latencySeconds, overheadSeconds, joulesPerByte, share);
    }

    /**
     * Returns the time of a message, from the first byte that leaves one device to the last byte that arrives on the
     * other.
     *
     * @param bytes of the tensors, 0 or more
     * @return seconds
     */
    public double transferSeconds(double bytes) {
        return occupiedSeconds(bytes) + latencySeconds;
    }

    /**
     * Returns how long a message occupies the link. The latency does not count: the next message may follow at once.
     *
     * @param bytes of the tensors, 0 or more
     * @return seconds
     */
    public double occupiedSeconds(double bytes) {
        return overheadSeconds + bytes * sentShare / bytesPerSecond;
    }

    /**
     * Returns the energy of a message.
     *
     * @param bytes of the tensors, 0 or more
     * @return joules
     */
    public double joules(double bytes) {
        return bytes * sentShare * joulesPerByte;
    }
}
