package io.pepper.plan;

import io.pepper.cluster.Device;
import io.pepper.cluster.Link;

/**
 * A message between two devices in a placement.
 *
 * @param flow the index of its flow in {@link Placement#flows}; in a chain, the index of the cut that it crosses
 * @param from the sender
 * @param to the receiver
 * @param link the link between them
 * @param bytes size of the tensors
 * @param beginSeconds its departure in a single inference, in seconds after the arrival of the inputs
 * @param seconds the time from the first sent byte to the last received byte
 * @param occupiedSeconds the time for which it occupies the link
 * @param joules energy of sending and receiving
 */
public record Transfer(
        int flow,
        Device from,
        Device to,
        Link link,
        double bytes,
        double beginSeconds,
        double seconds,
        double occupiedSeconds,
        double joules) {
    /**
     * Returns the arrival of its last byte in a single inference.
     *
     * @return seconds after the arrival of the inputs
     */
    public double endSeconds() {
        return beginSeconds + seconds;
    }

    /** Returns the same message with another flow index. */
    Transfer ofFlow(int other) {
        return new Transfer(other, from, to, link, bytes, beginSeconds, seconds, occupiedSeconds, joules);
    }
}
