package io.pepper.plan;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Where each segment of a graph runs, and when. Immutable.
 *
 * @param cluster the devices and links that it was made for
 * @param steps each segment, in their order
 * @param sendings what travels, in the order in which it leaves
 * @param latencySeconds until all outputs are where they are wanted, by medians
 * @param p90LatencySeconds the same, by 90th percentiles: cautious, for not all segments are slow at once
 * @param periodSeconds the greatest of what an inference asks of each device and link
 * @param bottleneck which one that is
 * @param energyJoules of one inference, empty if some device's watts are not known
 * @param gap by how much a better one could cost less at most, relative: 0 if there is proven to be none, 1 if nothing is known of
 *     others
 */
public record GraphPlacement(
        Cluster cluster,
        List<Step> steps,
        List<Sending> sendings,
        double latencySeconds,
        double p90LatencySeconds,
        double periodSeconds,
        String bottleneck,
        OptionalDouble energyJoules,
        double gap) {
    /**
     * Copies the lists.
     *
     * @param cluster see the record
     * @param steps see the record
     * @param sendings see the record
     * @param latencySeconds see the record
     * @param p90LatencySeconds see the record
     * @param periodSeconds see the record
     * @param bottleneck see the record
     * @param energyJoules see the record
     * @param gap see the record
     */
    public GraphPlacement {
        steps = List.copyOf(steps);
        sendings = List.copyOf(sendings);
    }

    /**
     * Whether this can be: all arrives, and devices are allowed and hold what they run.
     *
     * @return whether it can
     */
    public boolean fits() {
        Map<Device, Double> memory = new HashMap<>();
        steps.forEach(step -> memory.merge(step.device(), step.memoryBytes(), Double::sum));
        return latencySeconds < Double.POSITIVE_INFINITY
                && memory.entrySet().stream()
                        .allMatch(used ->
                                used.getKey().allowed() && used.getValue() <= GraphPlanner.memory(used.getKey()));
    }

    /**
     * All on one device.
     *
     * @param device the device
     * @param placement what that costs; empty if it cannot run there at all, or the device cannot be reached
     * @param fits whether it may be placed there, and fits the memory
     */
    public record SingleDevice(Device device, Optional<GraphPlacement> placement, boolean fits) {}

    /**
     * A segment on its device.
     *
     * @param segment which
     * @param device where
     * @param beginSeconds since the inputs are there
     * @param endSeconds since the inputs are there
     * @param p90Seconds how long it takes at most, 90 % of the times
     * @param joules what it draws; NaN if not known
     * @param memoryBytes what it takes of the device's memory
     */
    public record Step(
            int segment,
            Device device,
            double beginSeconds,
            double endSeconds,
            double p90Seconds,
            double joules,
            double memoryBytes) {
        /**
         * How long it takes, half of the times.
         *
         * @return seconds
         */
        public double computeSeconds() {
            return endSeconds - beginSeconds;
        }
    }

    /**
     * A tensor that travels.
     *
     * @param tensor which, by its place in the graph's list
     * @param from the sender
     * @param to the receiver
     * @param bytes its size
     * @param beginSeconds when it leaves
     * @param endSeconds when its last byte is there
     * @param joules what that draws
     */
    public record Sending(
            int tensor, Device from, Device to, double bytes, double beginSeconds, double endSeconds, double joules) {}
}
