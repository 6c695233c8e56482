package io.pepper.plan;

import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** An evaluation of the costs of a route. */
final class Evaluation {
    private final Problem problem;
    private final CostTable table;
    private final List<PlacedPart> parts = new ArrayList<>();
    private final List<Transfer> transfers = new ArrayList<>();

    /** The busy time of each device and link for one inference, by name. */
    private final Map<String, Double> busy = new LinkedHashMap<>();

    private Evaluation(Problem problem) {
        this.problem = problem;
        this.table = problem.table();
    }

    /** Returns a route with its costs. The lower bound refers to the value of the objective. */
    static Placement of(Problem problem, Route route, double lowerBound) {
        Evaluation evaluation = new Evaluation(problem);
        return problem.topology().isChain()
                ? evaluation.ofChain(route, lowerBound)
                : evaluation.ofBranches(route, lowerBound);
    }

    private Placement ofChain(Route route, double lowerBound) {
        int at = problem.source();
        double now = 0;
        for (int part = 0; part < route.parts(); part++) {
            now += transfer(route.begin(part), at, route.device(part), now);
            at = route.device(part);
            now += part(at, route.begin(part), route.end(part), now);
        }
        transfer(problem.segments(), at, problem.sink(), now);
        double latency = 0;
        double p90 = 0;
        for (PlacedPart part : parts) {
            latency += part.computeSeconds();
            p90 += part.p90Seconds();
        }
        for (Transfer transfer : transfers) {
            latency += transfer.seconds();
            p90 += transfer.seconds();
        }
        return placement(latency, p90, lowerBound);
    }

    private Placement ofBranches(Route route, double lowerBound) {
        double latency = schedule(route, false, new Schedule.Listener() {
            @Override
            public void runs(int segment, int device, double begin) {
                part(device, segment, segment + 1, begin);
            }

            @Override
            public void sends(int flow, int from, int to, double begin) {
                transfer(flow, from, to, begin);
            }
        });
        return placement(latency, schedule(route, true, Schedule.NOBODY), lowerBound);
    }

    /**
     * Returns the time at which everything is finished; infinite if a part cannot run, or a message cannot reach its
     * receiver.
     */
    private double schedule(Route route, boolean pessimistic, Schedule.Listener listener) {
        Schedule schedule = new Schedule(problem, listener);
        for (int segment = 0; segment < route.parts(); segment++) {
            int device = route.device(segment);
            double seconds = pessimistic
                    ? table.p90Seconds(segment, segment + 1, device)
                    : table.seconds(segment, segment + 1, device);
            if (!schedule.run(segment, device, seconds, 0, listener)) {
                return Double.POSITIVE_INFINITY;
            }
        }
        return schedule.done;
    }

    private Placement placement(double latency, double p90, double lowerBound) {
        double joules = 0;
        for (PlacedPart part : parts) {
            joules += part.joules().orElse(Double.NaN);
        }
        for (Transfer transfer : transfers) {
            joules += transfer.joules();
        }
        String bottleneck = "";
        double period = 0;
        for (Map.Entry<String, Double> each : busy.entrySet()) {
            if (bottleneck.isEmpty() || each.getValue() > period) {
                bottleneck = each.getKey();
                period = each.getValue();
            }
        }
        Placement.Costs costs = new Placement.Costs(
                latency,
                p90,
                period,
                bottleneck,
                Double.isNaN(joules) ? OptionalDouble.empty() : OptionalDouble.of(joules));
        double value = problem.objective().value(latency, period, joules);
        return placement(costs, gap(value, lowerBound));
    }

    private static double gap(double value, double lowerBound) {
        if (lowerBound >= value || value == 0) {
            return 0;
        }
        return value < Double.POSITIVE_INFINITY ? (value - lowerBound) / value : 1;
    }

    private Placement placement(Placement.Costs costs, double gap) {
        return new Placement(problem.cluster(), problem.objective(), problem.topology(), parts, transfers, costs, gap);
    }

    private double part(int device, int from, int to, double begin) {
        Device known = problem.cluster().devices().get(device);
        double seconds = table.seconds(from, to, device);
        parts.add(new PlacedPart(
                parts.size(),
                known,
                from,
                to,
                begin,
                seconds,
                table.p90Seconds(from, to, device),
                table.joules(from, to, device),
                table.memoryBytes(from, to, device)));
        busy.merge(known.name(), seconds, Double::sum);
        return seconds;
    }

    /** Returns the time of the transfer. */
    private double transfer(int flow, int from, int to, double begin) {
        if (from == Problem.NOWHERE || to == Problem.NOWHERE || from == to) {
            return 0;
        }
        Device sender = problem.cluster().devices().get(from);
        Device receiver = problem.cluster().devices().get(to);
        Link link = problem.cluster().link(from, to).orElseThrow();
        double bytes = table.flowBytes(flow);
        double seconds = link.transferSeconds(bytes);
        double occupied = link.occupiedSeconds(bytes);
        transfers.add(new Transfer(flow, sender, receiver, link, bytes, begin, seconds, occupied, link.joules(bytes)));
        busy.merge(sender.name() + " → " + receiver.name(), occupied, Double::sum);
        if (!problem.constraints().overlap()) {
            busy.merge(sender.name(), occupied, Double::sum);
            busy.merge(receiver.name(), occupied, Double::sum);
        }
        return seconds;
    }
}
