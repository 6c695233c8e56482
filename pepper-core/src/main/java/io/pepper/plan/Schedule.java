package io.pepper.plan;

import io.pepper.plan.Segments.Flow;
import java.util.Arrays;

/**
 * A partial schedule of one inference over branches, segment by segment in their order. Each device runs one segment at
 * a time and each link sends one message at a time, both in the order in which they are scheduled; a message leaves as
 * soon as its flow is available and the link is free, once for each device that needs it. A search copies it for each
 * further segment, so that it can backtrack.
 */
final class Schedule {
    /** A listener to the scheduled events. */
    interface Listener {
        /** Notifies that a segment runs from a time on. */
        void runs(int segment, int device, double begin);

        /** Notifies that a flow leaves a device for another one at a time. */
        void sends(int flow, int from, int to, double begin);
    }

    /** A listener that ignores all events. */
    static final Listener NOBODY = new Listener() {
        @Override
        public void runs(int segment, int device, double begin) {}

        @Override
        public void sends(int flow, int from, int to, double begin) {}
    };

    private final Problem problem;
    private final boolean concurrent;
    private final boolean overlap;

    /** By device, and by sender and receiver: the time from which on it is free. */
    final double[] free;

    final double[] linkFree;

    /** By device, and by sender and receiver: its busy time for one inference. */
    final double[] busy;

    final double[] linkBusy;

    /** By device: the bytes of memory of its segments. */
    final double[] memory;

    /** By flow and device: the time from which on the flow is available; infinite if it is not. */
    final double[] arrivals;

    /** By flow: the device that it comes from; {@link Problem#NOWHERE} if it is on every device or not computed yet. */
    final int[] origins;

    /** By flow, if data must not return to a device: the devices that its data has left. */
    final long[] left;

    /** The devices that run a segment, as bits. */
    long used;

    /** True if data has returned to a device that it had left. Tracked only if this is forbidden. */
    boolean comesBack;

    double done;
    double joules;

    /** Creates a schedule with the inputs only. Inputs that are also outputs are sent to the sink. */
    Schedule(Problem problem, Listener listener) {
        this.problem = problem;
        this.concurrent = problem.constraints().concurrency();
        this.overlap = problem.constraints().overlap();
        int devices = problem.devices();
        int flows = problem.topology().flows().size();
        this.free = new double[devices];
        this.linkFree = new double[devices * devices];
        this.busy = new double[devices];
        this.linkBusy = new double[devices * devices];
        this.memory = new double[devices];
        this.arrivals = new double[flows * devices];
        this.origins = new int[flows];
        this.left = new long[problem.constraints().reuse() ? 0 : flows];
        Arrays.fill(arrivals, Double.POSITIVE_INFINITY);
        Arrays.fill(origins, Problem.NOWHERE);
        for (int flow = 0; flow < flows; flow++) {
            if (problem.topology().flow(flow).producer() == Flow.INPUT) {
                give(flow, listener);
            }
        }
    }

    /** Creates a copy to continue from. */
    Schedule(Schedule before) {
        this.problem = before.problem;
        this.concurrent = before.concurrent;
        this.overlap = before.overlap;
        this.free = before.free.clone();
        this.linkFree = before.linkFree.clone();
        this.busy = before.busy.clone();
        this.linkBusy = before.linkBusy.clone();
        this.memory = before.memory.clone();
        this.arrivals = before.arrivals.clone();
        this.origins = before.origins.clone();
        this.left = before.left.clone();
        this.used = before.used;
        this.comesBack = before.comesBack;
        this.done = before.done;
        this.joules = before.joules;
    }

    private void give(int flow, Listener listener) {
        int source = problem.source();
        int devices = problem.devices();
        if (source == Problem.NOWHERE) {
            Arrays.fill(arrivals, flow * devices, (flow + 1) * devices, 0);
            return;
        }
        origins[flow] = source;
        arrivals[flow * devices + source] = 0;
        deliver(flow, listener);
    }

    /** Sends a flow to the sink, if it is an output. */
    private void deliver(int flow, Listener listener) {
        if (problem.topology().flow(flow).isOutput() && problem.sink() != Problem.NOWHERE) {
            done = Math.max(done, arrive(flow, problem.sink(), listener));
        }
    }

    /**
     * Runs the next segment on a device for some time. Returns false if one of its flows cannot reach a device that
     * needs it.
     */
    boolean run(int segment, int device, double seconds, double energy, Listener listener) {
        Topology topology = problem.topology();
        double begin = 0;
        long before = 0;
        for (int flow : topology.reads(segment)) {
            begin = Math.max(begin, arrive(flow, device, listener));
            if (left.length > 0 && topology.flow(flow).producer() != Flow.INPUT) {
                before |= left[flow] | (origins[flow] == device ? 0 : 1L << origins[flow]);
            }
        }
        if (begin == Double.POSITIVE_INFINITY) {
            return false;
        }
        comesBack |= (before >>> device & 1) != 0;
        begin = Math.max(begin, concurrent ? free[device] : done);
        listener.runs(segment, device, begin);
        double end = begin + seconds;
        free[device] = end;
        busy[device] += seconds;
        memory[device] += problem.table().memoryBytes(segment, segment + 1, device);
        joules += energy;
        used |= 1L << device;
        done = Math.max(done, end);
        for (int flow : topology.produces(segment)) {
            origins[flow] = device;
            arrivals[flow * problem.devices() + device] = end;
            if (left.length > 0) {
                left[flow] = before;
            }
            deliver(flow, listener);
        }
        return done < Double.POSITIVE_INFINITY;
    }

    /**
     * Returns the time at which a flow is on a device, and sends it there if needed; infinite if it cannot reach the
     * device.
     */
    private double arrive(int flow, int device, Listener listener) {
        int place = flow * problem.devices() + device;
        if (arrivals[place] < Double.POSITIVE_INFINITY) {
            return arrivals[place];
        }
        int from = origins[flow];
        double seconds = problem.hopSeconds().at(flow, from, device);
        if (seconds == Double.POSITIVE_INFINITY) {
            return seconds;
        }
        int link = from * problem.devices() + device;
        double occupied = problem.hopOccupied().at(flow, from, device);
        double begin = Math.max(arrivals[flow * problem.devices() + from], linkFree[link]);
        if (!concurrent) {
            begin = Math.max(begin, done);
        }
        linkBusy[link] += occupied;
        if (!overlap) {
            begin = Math.max(begin, Math.max(free[from], free[device]));
            free[from] = begin + occupied;
            free[device] = begin + occupied;
            busy[from] += occupied;
            busy[device] += occupied;
        }
        linkFree[link] = begin + occupied;
        joules += problem.hopJoules().at(flow, from, device);
        arrivals[place] = begin + seconds;
        listener.sends(flow, from, device, begin);
        if (!concurrent) {
            done = begin + seconds;
        }
        return arrivals[place];
    }

    /** Returns the busy time of the busiest device or link for one inference. */
    double period() {
        double most = 0;
        for (double seconds : busy) {
            most = Math.max(most, seconds);
        }
        for (double seconds : linkBusy) {
            most = Math.max(most, seconds);
        }
        return most;
    }
}
