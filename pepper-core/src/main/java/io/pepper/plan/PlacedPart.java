package io.pepper.plan;

import io.pepper.cluster.Device;
import java.util.OptionalDouble;

/**
 * One part of a placement: a segment, or neighbouring segments of a chain, that run on a device as one piece.
 *
 * @param index its index in the placement, from 0
 * @param device the device on which it runs
 * @param from its first segment
 * @param to the segment after its last
 * @param beginSeconds its start in a single inference, in seconds after the arrival of the inputs
 * @param computeSeconds median time of a run
 * @param p90Seconds 90th percentile of the time of a run
 * @param joules energy of a run; empty if unknown
 * @param memoryBytes memory that it takes on the device
 */
public record PlacedPart(
        int index,
        Device device,
        int from,
        int to,
        double beginSeconds,
        double computeSeconds,
        double p90Seconds,
        OptionalDouble joules,
        double memoryBytes) {
    /**
     * Returns its end in a single inference.
     *
     * @return seconds after the arrival of the inputs
     */
    public double endSeconds() {
        return beginSeconds + computeSeconds;
    }

    /** Returns the same part with other segment indices. */
    PlacedPart ofSegments(int first, int end) {
        return new PlacedPart(index, device, first, end, beginSeconds, computeSeconds, p90Seconds, joules, memoryBytes);
    }
}
