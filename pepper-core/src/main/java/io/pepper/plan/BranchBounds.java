package io.pepper.plan;

import io.pepper.plan.Segments.Flow;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Lower bounds on the cost of all completions of a partial placement. Each path through the remaining segments chooses
 * its devices independently, and no message waits for another one. The computing time and energy of the remaining
 * segments are their minima over all devices.
 */
final class BranchBounds {
    private final Problem problem;
    private final Topology topology;
    private final int devices;

    /** By segment and device: the least time from its start until the last output is available. */
    private final double[][] rest;

    /** By the number of placed segments: the least total computing time and energy of the remaining segments. */
    private final double[] leastSeconds;

    private final double[] leastJoules;

    /**
     * By the number of placed segments: the flows from placed segments, or from the source, that remaining segments
     * read.
     */
    private final int[][] live;

    BranchBounds(Problem problem) {
        this.problem = problem;
        this.topology = problem.topology();
        this.devices = problem.devices();
        int segments = problem.segments();
        this.rest = new double[segments][devices];
        this.leastSeconds = new double[segments + 1];
        this.leastJoules = new double[segments + 1];
        for (int segment = segments - 1; segment >= 0; segment--) {
            double seconds = Double.POSITIVE_INFINITY;
            double joules = Double.POSITIVE_INFINITY;
            for (int device = 0; device < devices; device++) {
                rest[segment][device] = rest(segment, device);
                if (isFeasible(segment, device)) {
                    seconds = Math.min(seconds, seconds(segment, device));
                    joules = Math.min(joules, joules(segment, device));
                }
            }
            leastSeconds[segment] = leastSeconds[segment + 1] + seconds;
            leastJoules[segment] = leastJoules[segment + 1] + joules;
        }
        this.live = IntStream.rangeClosed(0, segments).mapToObj(this::live).toArray(int[][]::new);
    }

    boolean isFeasible(int segment, int device) {
        return problem.allowed().is(segment, segment + 1, device);
    }

    double seconds(int segment, int device) {
        return problem.table().column(device).seconds()[segment];
    }

    /** Returns the energy of a segment; 0 if it is unknown, since it then does not count. */
    double joules(int segment, int device) {
        double joules = problem.table().column(device).joules()[segment];
        return Double.isNaN(joules) ? 0 : joules;
    }

    /** Returns the flows that are still read once the given number of segments is placed. */
    int[] liveAfter(int placed) {
        return live[placed];
    }

    private int[] live(int placed) {
        return IntStream.range(0, topology.flows().size())
                .filter(index -> {
                    Flow flow = topology.flow(index);
                    int readers = flow.readers().size();
                    return flow.producer() < placed
                            && readers > 0
                            && flow.readers().get(readers - 1) >= placed;
                })
                .toArray();
    }

    private double rest(int segment, int device) {
        double after = 0;
        for (int flow : topology.produces(segment)) {
            double most = topology.flow(flow).isOutput() && problem.sink() != Problem.NOWHERE
                    ? problem.hopSeconds().at(flow, device, problem.sink())
                    : 0;
            for (int reader : topology.flow(flow).readers()) {
                double least = Double.POSITIVE_INFINITY;
                for (int there = 0; there < devices; there++) {
                    least = Math.min(least, problem.hopSeconds().at(flow, device, there) + rest[reader][there]);
                }
                most = Math.max(most, least);
            }
            after = Math.max(after, most);
        }
        return isFeasible(segment, device) ? seconds(segment, device) + after : Double.POSITIVE_INFINITY;
    }

    double energy(Schedule schedule, int placed) {
        return schedule.joules + leastJoules[placed];
    }

    double period(Schedule schedule, int placed) {
        return Math.max(schedule.period(), (Arrays.stream(schedule.busy).sum() + leastSeconds[placed]) / devices);
    }

    double latency(Schedule schedule, int placed) {
        if (!problem.constraints().concurrency()) {
            return schedule.done + leastSeconds[placed];
        }
        double bound = Math.max(schedule.done, (Arrays.stream(schedule.free).sum() + leastSeconds[placed]) / devices);
        for (int flow : live[placed]) {
            for (int reader : topology.flow(flow).readers()) {
                if (reader >= placed) {
                    bound = Math.max(bound, from(schedule, flow, reader));
                }
            }
        }
        for (int segment = placed; segment < problem.segments(); segment++) {
            double least = Double.POSITIVE_INFINITY;
            for (int device = 0; device < devices; device++) {
                least = Math.min(least, schedule.free[device] + rest[segment][device]);
            }
            bound = Math.max(bound, least);
        }
        return bound;
    }

    /** Returns the earliest time at which everything after a reader of a flow can be finished. */
    private double from(Schedule schedule, int flow, int reader) {
        double least = Double.POSITIVE_INFINITY;
        int origin = schedule.origins[flow];
        for (int there = 0; there < devices; there++) {
            double arrival = schedule.arrivals[flow * devices + there];
            if (arrival == Double.POSITIVE_INFINITY) {
                arrival = schedule.arrivals[flow * devices + origin]
                        + problem.hopSeconds().at(flow, origin, there);
            }
            least = Math.min(least, arrival + rest[reader][there]);
        }
        return least;
    }
}
