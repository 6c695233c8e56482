package io.pepper.plan;

import io.pepper.cluster.Device;
import io.pepper.cluster.Link;

/**
 * A message between two devices in a placement.
 *
 * @param flow what it carries, by its index in {@link Placement#flows}; of a chain, the cut that it crosses
 * @param from the sender
 * @param to the receiver
 * @param link the link between them
 * @param bytes size of the tensors
 * @param beginSeconds when it leaves in an inference that is alone, since the inputs are there
 * @param seconds from the first byte that leaves to the last that arrives
 * @param occupiedSeconds how long it keeps the link from sending another message
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
     * Returns when its last byte arrives in an inference that is alone.
     *
     * @return seconds since the inputs are there
     */
    public double endSeconds() {
        return beginSeconds + seconds;
    }

    /** The same message, by another number of its flow. */
    Transfer ofFlow(int other) {
        return new Transfer(other, from, to, link, bytes, beginSeconds, seconds, occupiedSeconds, joules);
    }
}
