package io.pepper.plan;

import io.pepper.cluster.Cluster;
import io.pepper.cluster.LinkState;
import io.pepper.document.InvalidFileException;
import io.pepper.internal.text.Document;
import io.pepper.internal.text.Fields;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * A discrete-event simulation of a placement under a trace of requests: each device computes one part at a time and
 * each link sends one message at a time, first come, first served; the steps of one request follow the order of the
 * placement. A single request takes the placement's latency. With more requests than the bottleneck can serve, at best
 * one is completed per period; if requests return to a device or link, earlier requests may delay it.
 *
 * <p>O(requests × (parts + messages) × log requests) time. Deterministic; requests that are ready at the same time are
 * served in their order. Immutable and therefore thread-safe.
 *
 * <pre>{@code
 * PlanSimulator.Trace rush = PlanSimulator.Trace.every(0.010, 1_000).withLoad("pi", 5.0, 2.0).withFailure("cloud", 8.0);
 * PlanSimulator.Result result = PlanSimulator.of(placement).run(rush);
 * System.out.println(result.latencySeconds(0.99) + " s, " + result.lost() + " lost");
 * }</pre>
 */
public final class PlanSimulator {
    private final Cluster cluster;
    private final SimulatedSteps steps;
    private final boolean overlap;

    private PlanSimulator(Cluster cluster, SimulatedSteps steps, boolean overlap) {
        this.cluster = cluster;
        this.steps = steps;
        this.overlap = overlap;
    }

    /**
     * Returns a simulator of a placement on devices that send while they compute.
     *
     * @param placement the placement
     * @return the simulator
     */
    public static PlanSimulator of(Placement placement) {
        return of(placement.cluster(), placement.flows(), placement.parts(), placement.transfers());
    }

    /**
     * Returns a simulator of stored parts, on devices that send while they compute.
     *
     * @param cluster the devices
     * @param flows the flows between the segments
     * @param parts the parts, in the order of their segments
     * @param transfers the messages, in the order in which they are scheduled
     * @return the simulator
     * @throws IllegalArgumentException if a part reads a flow that does not reach its device
     */
    public static PlanSimulator of(
            Cluster cluster, List<Segments.Flow> flows, List<PlacedPart> parts, List<Transfer> transfers) {
        return new PlanSimulator(cluster, SimulatedSteps.of(flows, parts, transfers), true);
    }

    /**
     * Returns this simulator with or without overlap: whether devices send and receive while they compute.
     *
     * @param together {@code false} if a message occupies both devices
     * @return the simulator
     */
    public PlanSimulator withOverlap(boolean together) {
        return new PlanSimulator(cluster, steps, together);
    }

    /**
     * The events of a simulation. Immutable.
     *
     * @param arrivalSeconds arrival times of requests, ascending
     * @param loads changes of devices' speeds
     * @param failureSeconds the time at which a device fails for good, by device
     * @param links changes of links
     */
    public record Trace(
            List<Double> arrivalSeconds, List<Load> loads, Map<String, Double> failureSeconds, List<LinkChange> links) {
        /**
         * A change of a device's speed.
         *
         * @param device the device's name
         * @param atSeconds the time of the change
         * @param factor its times relative to the planned ones, more than 0
         */
        public record Load(String device, double atSeconds, double factor) {}

        /**
         * A change of a link.
         *
         * @param atSeconds the time of the change, 0 or more
         * @param link the state of the link for messages that leave from then on; an unknown value stays as it was
         */
        public record LinkChange(double atSeconds, LinkState link) {
            /**
             * Checks the values.
             *
             * @param atSeconds the time of the change, 0 or more
             * @param link the state of the link for messages that leave from then on; an unknown value stays as it was
             * @throws IllegalArgumentException if the time is negative or infinite, or if neither the bandwidth nor the
             *     latency is known
             */
            public LinkChange {
                if (!(atSeconds >= 0 && atSeconds < Double.POSITIVE_INFINITY)) {
                    throw new IllegalArgumentException("a link cannot change at " + atSeconds + " seconds");
                }
                if (!link.isKnown()) {
                    throw new IllegalArgumentException("the change of the link from '" + link.from() + "' to '"
                            + link.to() + "' has neither a bandwidth nor a latency");
                }
            }
        }

        /**
         * Reads a trace from a file of YAML or JSON.
         *
         * <pre>{@code
         * requests: {count: 500, everySeconds: 0.1}     # or arrivals: [0, 0.05, 0.4]
         * loads:
         *   - {device: pi, atSeconds: 5, factor: 2}     # twice as slow from then on
         * failures:
         *   cloud: 8                                    # fails after 8 seconds
         * links:                                        # slower from then on
         *   - {between: [pi, cloud], atSeconds: 5, bytesPerSecond: 1e6}
         * }</pre>
         *
         * @param file a file in UTF-8
         * @return the trace
         * @throws InvalidFileException if the file's content is wrong; the message names the line and the field
         * @throws IOException if the file cannot be read
         */
        public static Trace read(Path file) throws IOException {
            return TraceReader.trace(Fields.of(file.toString(), Document.read(file)));
        }

        /**
         * Reads a trace from YAML or JSON text.
         *
         * @param text the text
         * @param name the text's name in messages
         * @return the trace
         * @throws InvalidFileException if the text is wrong; the message names the line and the field
         */
        public static Trace parse(String text, String name) throws InvalidFileException {
            return TraceReader.trace(Fields.of(name, Document.read(text, name)));
        }

        /**
         * Copies the collections and checks the values.
         *
         * @param arrivalSeconds arrival times of requests, ascending
         * @param loads changes of devices' speeds
         * @param failureSeconds the time at which a device fails for good, by device
         * @param links changes of links
         * @throws IllegalArgumentException if the arrivals are not ascending from 0, or a factor is not more than 0
         */
        public Trace {
            arrivalSeconds = List.copyOf(arrivalSeconds);
            loads = List.copyOf(loads);
            failureSeconds = Map.copyOf(failureSeconds);
            links = List.copyOf(links);
            double last = 0;
            for (double arrival : arrivalSeconds) {
                if (!(arrival >= last && arrival < Double.POSITIVE_INFINITY)) {
                    throw new IllegalArgumentException("arrivals ascend from 0, found " + arrival + " after " + last);
                }
                last = arrival;
            }
            for (Load load : loads) {
                if (!(load.factor > 0 && load.factor < Double.POSITIVE_INFINITY)) {
                    throw new IllegalArgumentException("no load: " + load);
                }
            }
        }

        /**
         * Returns a trace of requests at a constant rate.
         *
         * @param seconds the seconds between two requests; 0 for all of them at once
         * @param count the number of requests, 0 or more
         * @return the new trace without further events
         */
        public static Trace every(double seconds, int count) {
            List<Double> arrivals = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                arrivals.add(i * seconds);
            }
            return new Trace(arrivals, List.of(), Map.of(), List.of());
        }

        /**
         * Returns this trace with a change of a device's speed.
         *
         * @param device the device's name
         * @param at the time of the change, in seconds
         * @param factor its times relative to the planned ones, until the next change
         * @return the new trace
         */
        public Trace withLoad(String device, double at, double factor) {
            List<Load> more = new ArrayList<>(loads);
            more.add(new Load(device, at, factor));
            return new Trace(arrivalSeconds, more, failureSeconds, links);
        }

        /**
         * Returns this trace with a failure of a device. Everything that it computes, or that is sent to it, is lost
         * from then on.
         *
         * @param device the device's name
         * @param at the time of the failure, in seconds
         * @return the new trace
         */
        public Trace withFailure(String device, double at) {
            Map<String, Double> more = new HashMap<>(failureSeconds);
            more.put(device, at);
            return new Trace(arrivalSeconds, loads, more, links);
        }

        /**
         * Returns this trace with a change of a link in one direction.
         *
         * @param at the time of the change, in seconds, 0 or more
         * @param link the state of the link for messages that leave from then on; an unknown value stays as it was
         * @return the new trace
         * @throws IllegalArgumentException if the time is out of range, or if the state has no value
         */
        public Trace withLink(double at, LinkState link) {
            List<LinkChange> more = new ArrayList<>(links);
            more.add(new LinkChange(at, link));
            return new Trace(arrivalSeconds, loads, failureSeconds, more);
        }
    }

    /**
     * The outcome of the requests. Immutable.
     *
     * @param doneSeconds the completion time of each request, in their order; infinite if it was lost
     * @param latenciesSeconds time from arrival to completion of each request; infinite if it was lost
     * @param busyShare by device and link, the share of the time until the last completion in which it was busy, 0 to 1
     */
    public record Result(List<Double> doneSeconds, List<Double> latenciesSeconds, Map<String, Double> busyShare) {
        /**
         * Copies the collections.
         *
         * @param doneSeconds the completion time of each request, in their order; infinite if it was lost
         * @param latenciesSeconds time from arrival to completion of each request; infinite if it was lost
         * @param busyShare by device and link, the share of the time until the last completion in which it was busy, 0
         *     to 1
         */
        public Result {
            doneSeconds = List.copyOf(doneSeconds);
            latenciesSeconds = List.copyOf(latenciesSeconds);
            busyShare = Collections.unmodifiableMap(new LinkedHashMap<>(busyShare));
        }

        /**
         * Returns the number of lost requests.
         *
         * @return 0 or more
         */
        public long lost() {
            return doneSeconds.stream().filter(done -> done.isInfinite()).count();
        }

        /**
         * Returns a quantile of the latencies.
         *
         * @param share the quantile, more than 0, at most 1
         * @return seconds; infinite if too many requests were lost
         */
        public double latencySeconds(double share) {
            double[] sorted = latenciesSeconds.stream()
                    .mapToDouble(Double::doubleValue)
                    .sorted()
                    .toArray();
            return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
        }

        /**
         * Returns the throughput between the first and the last completion, in requests per second.
         *
         * @return the throughput; empty if fewer than two requests were completed
         */
        public OptionalDouble throughputPerSecond() {
            double[] done = doneSeconds.stream()
                    .mapToDouble(Double::doubleValue)
                    .filter(Double::isFinite)
                    .sorted()
                    .toArray();
            return done.length < 2
                    ? OptionalDouble.empty()
                    : OptionalDouble.of((done.length - 1) / (done[done.length - 1] - done[0]));
        }
    }

    /**
     * A time in which a device computes a part, or a link sends a message.
     *
     * @param where the device's name, or two with an arrow between them for a link
     * @param request the request's index, from 0
     * @param beginSeconds start time
     * @param endSeconds time at which the device or link is free again
     * @param arrivesSeconds time at which the result, or the last byte, has arrived
     */
    public record Interval(String where, int request, double beginSeconds, double endSeconds, double arrivesSeconds) {}

    /**
     * Simulates the placement.
     *
     * @param trace the events
     * @return the outcome of the requests
     * @throws IllegalArgumentException if the trace names a device or a link that is not in the cluster
     */
    public Result run(Trace trace) {
        return run(trace, interval -> {});
    }

    /**
     * Simulates the placement, and returns the intervals of a Gantt chart.
     *
     * @param trace the events
     * @return every interval of every request, in the order of their starts
     * @throws IllegalArgumentException if the trace names a device or a link that is not in the cluster
     */
    public List<Interval> timeline(Trace trace) {
        List<Interval> intervals = new ArrayList<>();
        run(trace, intervals::add);
        intervals.sort(Comparator.comparingDouble(Interval::beginSeconds));
        return Collections.unmodifiableList(intervals);
    }

    private Result run(Trace trace, Consumer<Interval> heard) {
        for (String device : trace.failureSeconds.keySet()) {
            cluster.requireIndex(device);
        }
        trace.loads.forEach(load -> cluster.requireIndex(load.device));
        trace.links.forEach(change -> requireLink(change.link()));
        return new Simulation(steps, trace, overlap, heard).run();
    }

    private void requireLink(LinkState link) {
        int from = cluster.requireIndex(link.from());
        int to = cluster.requireIndex(link.to());
        if (cluster.link(from, to).isEmpty()) {
            throw new IllegalArgumentException(
                    "the cluster has no link from '" + link.from() + "' to '" + link.to() + "' that could change");
        }
    }
}
