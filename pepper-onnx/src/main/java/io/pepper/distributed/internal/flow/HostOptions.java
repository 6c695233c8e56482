package io.pepper.distributed.internal.flow;

import java.time.Duration;

/**
 * Options of the stages of a node. Immutable.
 *
 * @param device the node's device name
 * @param host the address to bind
 * @param port the port; 0 for a free one
 * @param maxHeldBytes the largest size of the tensors that the node holds, in bytes; a request beyond it fails
 * @param silence the time without an answer after which another node counts as lost
 * @param abandoned the time of silence of a caller after which its requests are forgotten
 */
public record HostOptions(
        String device, String host, int port, long maxHeldBytes, Duration silence, Duration abandoned) {
    private static final Duration SILENCE = Duration.ofSeconds(5);
    private static final Duration ABANDONED = Duration.ofSeconds(30);
    private static final int SHARE = 2;

    /**
     * Checks the numbers.
     *
     * @param device the node's device name
     * @param host the address to bind
     * @param port the port; 0 for a free one
     * @param maxHeldBytes the largest size of the tensors that the node holds, in bytes
     * @param silence the time without an answer after which another node counts as lost
     * @param abandoned the time of silence of a caller after which its requests are forgotten
     * @throws IllegalArgumentException if one is out of its range
     */
    public HostOptions {
        if (device.isEmpty() || maxHeldBytes < 1 || silence.toMillis() < 1 || abandoned.toMillis() < 1) {
            throw new IllegalArgumentException("device '" + device + "', maxHeldBytes " + maxHeldBytes + ", silence "
                    + silence + ", abandoned " + abandoned + ": out of range");
        }
    }

    /**
     * Returns the usual options: tensors of half of the heap's limit, 5 s of silence, 30 s for a caller.
     *
     * @param device the node's device name
     * @param host the address to bind
     * @param port the port; 0 for a free one
     * @return the options
     */
    public static HostOptions of(String device, String host, int port) {
        return new HostOptions(device, host, port, Runtime.getRuntime().maxMemory() / SHARE, SILENCE, ABANDONED);
    }

    /**
     * Returns these options with another limit.
     *
     * @param value the largest size of the tensors that the node holds, in bytes
     * @return the options
     */
    public HostOptions withMaxHeldBytes(long value) {
        return new HostOptions(device, host, port, value, silence, abandoned);
    }

    /**
     * Returns these options with another silence.
     *
     * @param value the time without an answer after which another node counts as lost
     * @return the options
     */
    public HostOptions withSilence(Duration value) {
        return new HostOptions(device, host, port, maxHeldBytes, value, abandoned);
    }

    /**
     * Returns these options with another patience for callers.
     *
     * @param value the time of silence of a caller after which its requests are forgotten
     * @return the options
     */
    public HostOptions withAbandoned(Duration value) {
        return new HostOptions(device, host, port, maxHeldBytes, silence, value);
    }
}
