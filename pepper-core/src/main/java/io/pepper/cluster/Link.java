package io.pepper.cluster;

/**
 * What it takes to send a message from one device to another: {@code overhead + latency + sent bytes / bandwidth}. Immutable and
 * therefore thread-safe.
 *
 * <pre>{@code
 * Link wifi = Link.of(40e6 / 8, 0.003).withOverheadSeconds(0.001);
 * wifi.transferSeconds(602_112); // 0.1244
 * }</pre>
 *
 * @param bytesPerSecond the bandwidth, more than 0, infinite if sending takes no time
 * @param latencySeconds how long a bit travels, one way, 0 or more
 * @param overheadSeconds what each message takes of both ends, whatever its size, 0 or more
 * @param joulesPerByte the energy to send and receive a byte, 0 or more
 * @param sentShare how many bytes are sent for each byte of a tensor, more than 0: less than 1 if messages are compressed, or
 *     elements sent in a narrower type
 */
public record Link(
        double bytesPerSecond, double latencySeconds, double overheadSeconds, double joulesPerByte, double sentShare) {
    /** Takes nothing: what links a device to itself. */
    public static final Link FREE = of(Double.POSITIVE_INFINITY, 0);

    /**
     * Checks the ranges.
     *
     * @param bytesPerSecond see the record
     * @param latencySeconds see the record
     * @param overheadSeconds see the record
     * @param joulesPerByte see the record
     * @param sentShare see the record
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
     * A link by its bandwidth and latency.
     *
     * @param bytesPerSecond see the record
     * @param latencySeconds see the record
     * @return the link, without overhead and energy, that sends bytes as they are
     */
    public static Link of(double bytesPerSecond, double latencySeconds) {
        return new Link(bytesPerSecond, latencySeconds, 0, 0, 1);
    }

    /**
     * With another bandwidth.
     *
     * @param rate see the record
     * @return this link with it
     */
    public Link withBytesPerSecond(double rate) {
        return new Link(rate, latencySeconds, overheadSeconds, joulesPerByte, sentShare);
    }

    /**
     * With an overhead for each message.
     *
     * @param seconds see the record
     * @return this link with it
     */
    public Link withOverheadSeconds(double seconds) {
        return new Link(bytesPerSecond, latencySeconds, seconds, joulesPerByte, sentShare);
    }

    /**
     * With an energy for each byte.
     *
     * @param joules see the record
     * @return this link with it
     */
    public Link withJoulesPerByte(double joules) {
        return new Link(bytesPerSecond, latencySeconds, overheadSeconds, joules, sentShare);
    }

    /**
     * With compressed messages or narrower elements.
     *
     * @param share see the record
     * @return this link with it
     */
    public Link withSentShare(double share) {
        return new Link(bytesPerSecond, latencySeconds, overheadSeconds, joulesPerByte, share);
    }

    /**
     * From the first byte that leaves one device to the last that arrives on the other.
     *
     * @param bytes of the tensors, 0 or more
     * @return seconds
     */
    public double transferSeconds(double bytes) {
        return occupiedSeconds(bytes) + latencySeconds;
    }

    /**
     * How long a message keeps the link from sending another one: without the latency, for the next may follow on its heels.
     *
     * @param bytes of the tensors, 0 or more
     * @return seconds
     */
    public double occupiedSeconds(double bytes) {
        return overheadSeconds + bytes * sentShare / bytesPerSecond;
    }

    /**
     * What a message costs.
     *
     * @param bytes of the tensors, 0 or more
     * @return joules
     */
    public double joules(double bytes) {
        return bytes * sentShare * joulesPerByte;
    }
}
