package io.pepper.plan;

import io.pepper.plan.Segments.Flow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * An assignment of segments to two devices by minimum cuts. A flow that is the only connection between two sets of
 * segments divides the graph into blocks. Each block is cut for each device of the producers of its entry and of its
 * exit, and a shortest path combines the blocks.
 */
final class TwoDeviceCut {
    private static final long BUDGET_OF_A_CUT = 1_000;

    private final Problem problem;
    private final Prices prices;
    private final long most;
    private final List<Block> blocks;

    /**
     * Neighbouring segments.
     *
     * @param from the first
     * @param to the one after the last
     * @param entry the flow that enters it; -1 for the first block
     * @param exit the segment in it that produces the next block's entry; -1 for the last block
     */
    record Block(int from, int to, int entry, int exit) {}

    /** An assignment in which some segments are forced to a device. */
    private static final class Choice {
        private final int[] forced;
        private final int[] devices;
        private final double cost;

        private Choice(int[] forced, int[] devices, double cost) {
            this.forced = forced;
            this.devices = devices;
            this.cost = cost;
        }
    }

    /** The costs of segments and messages by the objective. Latency counts as a sum, since devices take turns. */
    static final class Prices {
        private final Problem problem;
        private final LinkCosts links;

        Prices(Problem problem) {
            this.problem = problem;
            Objective objective = problem.objective();
            this.links = problem.hopSeconds()
                    .weighted(objective.latencyWeight(), problem.hopJoules(), objective.energyWeight());
        }

        double of(int segment, int device) {
            if (!problem.allowed().is(segment, segment + 1, device)) {
                return Double.POSITIVE_INFINITY;
            }
            DeviceCosts costs = problem.table().column(device);
            return problem.objective().value(costs.seconds()[segment], 0, costs.joules()[segment]);
        }

        double ofSending(int flow, int from, int to) {
            return links.at(flow, from, to);
        }
    }

    private TwoDeviceCut(Problem problem, long budget) {
        this.problem = problem;
        this.prices = new Prices(problem);
        this.most = Math.max(1, budget / BUDGET_OF_A_CUT);
        this.blocks = blocks();
    }

    private List<Block> blocks() {
        List<Block> found = new ArrayList<>();
        int begin = 0;
        int entry = -1;
        for (int place = 1; place < problem.segments(); place++) {
            int only = onlyFlowAcross(place);
            if (only >= 0 && problem.topology().flow(only).producer() >= begin) {
                found.add(new Block(
                        begin, place, entry, problem.topology().flow(only).producer()));
                begin = place;
                entry = only;
            }
        }
        found.add(new Block(begin, problem.segments(), entry, -1));
        return found;
    }

    /**
     * Returns the only flow that is produced before a position and read only from there on; -1 if there are several or
     * none.
     */
    private int onlyFlowAcross(int place) {
        int only = -1;
        for (int i = 0; i < problem.topology().flows().size(); i++) {
            Flow flow = problem.topology().flow(i);
            List<Integer> readers = flow.readers();
            if (!readers.isEmpty() && flow.producer() < place && readers.get(readers.size() - 1) >= place) {
                if (only >= 0 || readers.get(0) < place) {
                    return -1;
                }
                only = i;
            }
        }
        return only;
    }

    /**
     * Returns whether this search applies to a problem: two devices, and costs that are sums over segments and
     * messages.
     */
    static boolean isFor(Problem problem) {
        Objective objective = problem.objective();
        boolean sums = objective.latencyWeight() == 0 || !problem.constraints().concurrency();
        return problem.devices() == 2 && objective.periodWeight() == 0 && sums;
    }

    /** Returns the best placement within the memory of the devices. Other limits are ignored. */
    static SearchResult find(Problem problem, long budget) {
        return new TwoDeviceCut(problem, budget).find();
    }

    private SearchResult find() {
        PriorityQueue<Choice> open = new PriorityQueue<>(Comparator.comparingDouble(choice -> choice.cost));
        int[] free = new int[problem.segments()];
        Arrays.fill(free, TwoDeviceNetwork.FREE);
        add(open, solve(free));
        long cuts = 1;
        while (!open.isEmpty()) {
            Choice best = open.poll();
            int crowded = crowded(best.devices);
            if (crowded < 0) {
                return SearchResult.proven(Route.bySegment(best.devices));
            }
            if (cuts >= most) {
                return new SearchResult(Route.NONE, best.cost, false);
            }
            int segment = largest(best, crowded);
            if (segment >= 0) {
                for (int device = 0; device < 2; device++) {
                    int[] forced = best.forced.clone();
                    forced[segment] = device;
                    add(open, solve(forced));
                    cuts++;
                }
            }
        }
        return SearchResult.proven(Route.NONE);
    }

    private static void add(PriorityQueue<Choice> open, @Nullable Choice choice) {
        if (choice != null) {
            open.add(choice);
        }
    }

    /** Returns a device whose memory is exceeded by its segments; -1 if there is none. */
    private int crowded(int... devices) {
        double[] taken = new double[2];
        for (int segment = 0; segment < devices.length; segment++) {
            taken[devices[segment]] += memoryBytes(segment, devices[segment]);
        }
        return taken[0] > problem.capacity(0) ? 0 : taken[1] > problem.capacity(1) ? 1 : -1;
    }

    private double memoryBytes(int segment, int device) {
        return problem.table().memoryBytes(segment, segment + 1, device);
    }

    /** Returns the segment with the most memory on a device, except for those forced to it; -1 if there is none. */
    private int largest(Choice choice, int device) {
        int largest = -1;
        for (int segment = 0; segment < choice.devices.length; segment++) {
            boolean mayMove = choice.devices[segment] == device && choice.forced[segment] == TwoDeviceNetwork.FREE;
            if (mayMove && (largest < 0 || memoryBytes(segment, device) > memoryBytes(largest, device))) {
                largest = segment;
            }
        }
        return largest;
    }

    /** Returns the cheapest assignment with some forced segments, or null if there is none. */
    private @Nullable Choice solve(int... forced) {
        int[][] begin = new int[1][0];
        double[] costs = {0};
        for (Block block : blocks) {
            int ends = block.exit < 0 ? 1 : 2;
            int[][] next = new int[ends][];
            double[] nextCosts = new double[ends];
            for (int end = 0; end < ends; end++) {
                nextCosts[end] = Double.POSITIVE_INFINITY;
                for (int entry = 0; entry < begin.length; entry++) {
                    TwoDeviceNetwork.Side side = Double.isInfinite(costs[entry])
                            ? null
                            : new TwoDeviceNetwork(problem, prices, block, entry, block.exit < 0 ? -1 : end, forced)
                                    .cut();
                    if (side != null && costs[entry] + side.cost < nextCosts[end]) {
                        nextCosts[end] = costs[entry] + side.cost;
                        next[end] = joined(begin[entry], side.devices);
                    }
                }
            }
            begin = next;
            costs = nextCosts;
        }
        return Double.isInfinite(costs[0]) ? null : new Choice(forced, begin[0], costs[0]);
    }

    private static int[] joined(int[] one, int... other) {
        int[] all = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, all, one.length, other.length);
        return all;
    }
}
