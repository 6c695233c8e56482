package io.pepper.plan;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.Device;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Decides where the segments of a graph run that need not be one after the other.
 *
 * <ul>
 *   <li>{@link #plan}: branches run at the same time on different devices. Each device runs its segments one at a time, in their
 *       order; a tensor leaves as soon as it is made, once for each device that reads it, and does not wait for others on the link
 *       (the model of Topcuoglu et al., "Performance-effective and low-complexity task scheduling for heterogeneous computing",
 *       2002). Best-first search over the segments in their order with dominance: exact, exponential in the segments at worst, and
 *       with a proven gap where its budget ends.
 *   <li>{@link #cut}: for two devices that take turns, such as operators of which there are many: the assignment with the least
 *       sum of computing and sending, by minimum cuts (Hu et al., "Dynamic adaptive DNN surgery", INFOCOM 2019), in
 *       O(segments² √tensors) time for what lies between two tensors that are the only way on, and linear in the number of these.
 * </ul>
 *
 * <p>Immutable and therefore thread-safe. The same graph gives the same placement.
 */
public final class GraphPlanner {
    /** How many begins of placements a search looks at, unless told otherwise: a second or two. */
    public static final long DEFAULT_BUDGET = 300_000;

    private final Cluster cluster;
    private final SegmentGraph graph;
    private final long budget;

    private GraphPlanner(Cluster cluster, SegmentGraph graph, long budget) {
        this.cluster = cluster;
        this.graph = graph;
        this.budget = budget;
    }

    /**
     * Plans for a cluster.
     *
     * @param cluster the devices and links
     * @param graph what segments cost on these devices, in the same order
     * @return a planner
     * @throws IllegalArgumentException if the costs are of another number of devices
     */
    public static GraphPlanner of(Cluster cluster, SegmentGraph graph) {
        if (graph.devices() != cluster.devices().size()) {
            throw new IllegalArgumentException("the costs are of " + graph.devices() + " devices, the cluster has "
                    + cluster.devices().size());
        }
        return new GraphPlanner(cluster, graph, DEFAULT_BUDGET);
    }

    /**
     * Limits how long a search takes.
     *
     * @param begins how many begins of placements it looks at, at most; 1 or more
     * @return a planner that keeps to it
     */
    public GraphPlanner withBudget(long begins) {
        if (begins < 1) {
            throw new IllegalArgumentException("a budget is 1 or more, found " + begins);
        }
        return new GraphPlanner(cluster, graph, begins);
    }

    /**
     * The placement with the least latency, within the memory of the devices, where branches run at the same time.
     *
     * @return the placement, with its gap if the budget ended the search
     * @throws NoSuchPlacementException if there is none, or none was found within the budget
     */
    public GraphPlacement plan() {
        return plan(Constraints.NONE);
    }

    /**
     * The placement with the least latency, within the memory of the devices and these limits.
     *
     * @param constraints pins, what is kept off devices, and forbidden hops
     * @return the placement, with its gap if the budget ended the search
     * @throws NoSuchPlacementException if there is none, or none was found within the budget
     * @throws IllegalArgumentException if there are other limits, or they name what is not there
     */
    public GraphPlacement plan(Constraints constraints) {
        return new BranchSearch(new GraphProblem(cluster, graph, constraints), budget).find();
    }

    /**
     * The assignment to two devices with the least sum of computing and sending, within their memory; nothing runs at the same
     * time. Where the memory is too small for the minimum cut, segments are forced to either side by branch and bound.
     *
     * @return the placement; its latency is that sum
     * @throws NoSuchPlacementException if there is none, or none was found within the budget
     * @throws IllegalArgumentException if the cluster has not two devices
     */
    public GraphPlacement cut() {
        return cut(Constraints.NONE);
    }

    /**
     * The same within limits.
     *
     * @param constraints pins, what is kept off devices, and forbidden hops
     * @return the placement; its latency is that sum
     * @throws NoSuchPlacementException if there is none, or none was found within the budget
     * @throws IllegalArgumentException if the cluster has not two devices, there are other limits, or they name what is not there
     */
    public GraphPlacement cut(Constraints constraints) {
        return new TwoDeviceCut(new GraphProblem(cluster, graph, constraints), budget).find();
    }

    /**
     * What a placement costs.
     *
     * @param devices for each segment the name of the device
     * @return the placement, with branches at the same time; its gap is 1, for nothing is known of others
     * @throws IllegalArgumentException if there is no such device, or not one for each segment
     */
    public GraphPlacement evaluate(List<String> devices) {
        if (devices.size() != graph.segments()) {
            throw new IllegalArgumentException(devices.size() + " devices for " + graph.segments() + " segments");
        }
        int[] places = devices.stream().mapToInt(cluster::requireIndex).toArray();
        return new GraphProblem(cluster, graph, Constraints.NONE).placement(places, 0, false);
    }

    /**
     * All segments on each device alone, for comparison. A graph of one segment, which is the whole model, says it best: what
     * segments take one by one is more than what they take together.
     *
     * @return in the cluster's order
     */
    public List<GraphPlacement.SingleDevice> singleDevices() {
        GraphProblem problem = new GraphProblem(cluster, graph, Constraints.NONE);
        List<GraphPlacement.SingleDevice> found = new ArrayList<>();
        for (int device = 0; device < cluster.devices().size(); device++) {
            int[] places = new int[graph.segments()];
            Arrays.fill(places, device);
            GraphPlacement placement = problem.placement(places, 0, false);
            boolean possible = placement.latencySeconds() < Double.POSITIVE_INFINITY;
            found.add(new GraphPlacement.SingleDevice(
                    cluster.devices().get(device),
                    possible ? Optional.of(placement) : Optional.empty(),
                    placement.fits()));
        }
        return List.copyOf(found);
    }

    /** What a device can hold: infinite if not known. */
    static double memory(Device device) {
        OptionalLong bytes = device.memoryBytes();
        return bytes.isPresent() ? (double) bytes.getAsLong() : Double.POSITIVE_INFINITY;
    }
}
