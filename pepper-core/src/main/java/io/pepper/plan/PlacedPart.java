package io.pepper.plan;

import io.pepper.cluster.Device;
import java.util.OptionalDouble;

/**
 * One part of a placement: a segment, or neighbouring segments of a chain, that run on a device as one piece.
 *
 * @param index its place in the placement, from 0
 * @param device where it runs
 * @param from its first segment
 * @param to the segment after its last
 * @param beginSeconds when it begins in an inference that is alone, since the inputs are there
 * @param computeSeconds median time of a run
 * @param p90Seconds 90th percentile of the time of a run
 * @param joules energy of a run; empty if not known
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
     * Returns when it ends in an inference that is alone.
     *
     * @return seconds since the inputs are there
     */
    public double endSeconds() {
        return beginSeconds + computeSeconds;
    }

    /** The same part, by other numbers of its segments. */
    PlacedPart ofSegments(int first, int end) {
        return new PlacedPart(index, device, first, end, beginSeconds, computeSeconds, p90Seconds, joules, memoryBytes);
    }
}
