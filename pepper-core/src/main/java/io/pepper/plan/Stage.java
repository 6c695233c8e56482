package io.pepper.plan;

import io.pepper.cluster.Device;

/**
 * One part of a placement: neighbouring segments that run on a device, one after the other, as one piece.
 *
 * @param index its place in the placement, from 0
 * @param device where it runs
 * @param from its first segment
 * @param to the segment after its last
 * @param computeSeconds how long it takes, half of the times
 * @param p90Seconds how long it takes at most, 90 % of the times
 * @param joules what it draws; NaN if not known
 * @param memoryBytes what it takes of the device's memory
 */
public record Stage(
        int index,
        Device device,
        int from,
        int to,
        double computeSeconds,
        double p90Seconds,
        double joules,
        double memoryBytes) {}
