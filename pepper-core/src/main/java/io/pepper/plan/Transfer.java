package io.pepper.plan;

import io.pepper.cluster.Device;
import io.pepper.cluster.Link;

/**
 * What travels between two devices in a placement.
 *
 * @param cut where in the model: 0 for its inputs, the number of segments for its outputs
 * @param from the sender
 * @param to the receiver
 * @param link what links them
 * @param bytes of the tensors
 * @param seconds from the first byte that leaves to the last that arrives
 * @param occupiedSeconds how long it keeps the link from sending another message
 * @param joules what sending and receiving draws
 */
public record Transfer(
        int cut,
        Device from,
        Device to,
        Link link,
        double bytes,
        double seconds,
        double occupiedSeconds,
        double joules) {}
