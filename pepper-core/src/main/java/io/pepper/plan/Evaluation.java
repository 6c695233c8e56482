package io.pepper.plan;

import io.pepper.cluster.Device;
import io.pepper.cluster.Link;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Adds up what a route costs. */
final class Evaluation {
    private final Problem problem;
    private final CostTable table;
    private final List<Stage> stages = new ArrayList<>();
    private final List<Transfer> transfers = new ArrayList<>();

    /** What an inference asks of each device and link, by name. */
    private final Map<String, Double> busy = new LinkedHashMap<>();

    private Evaluation(Problem problem) {
        this.problem = problem;
        this.table = problem.table();
    }

    /** What a route costs; the lower bound is of its value by the objective. */
    static Placement of(Problem problem, Route route, double lowerBound) {
        return new Evaluation(problem).placement(route, lowerBound);
    }

    private Placement placement(Route route, double lowerBound) {
        int at = problem.source();
        for (int part = 0; part < route.parts(); part++) {
            transfer(route.begin(part), at, route.device(part));
            at = route.device(part);
            stage(part, at, route.begin(part), route.end(part));
        }
        transfer(problem.segments(), at, problem.sink());
        double latency = 0;
        double p90 = 0;
        double joules = 0;
        for (Stage stage : stages) {
            latency += stage.computeSeconds();
            p90 += stage.p90Seconds();
            joules += stage.joules();
        }
        for (Transfer transfer : transfers) {
            latency += transfer.seconds();
            p90 += transfer.seconds();
            joules += transfer.joules();
        }
        Map.Entry<String, Double> slowest = null;
        for (Map.Entry<String, Double> each : busy.entrySet()) {
            if (slowest == null || each.getValue() > slowest.getValue()) {
                slowest = each;
            }
        }
        return new Placement(
                problem.cluster(),
                problem.objective(),
                stages,
                transfers,
                new Placement.Totals(
                        latency,
                        p90,
                        slowest == null ? 0 : slowest.getValue(),
                        slowest == null ? "" : slowest.getKey(),
                        joules),
                lowerBound);
    }

    private void stage(int part, int device, int from, int to) {
        Device known = problem.cluster().devices().get(device);
        double seconds = table.seconds(from, to, device);
        stages.add(new Stage(
                part,
                known,
                from,
                to,
                seconds,
                table.p90Seconds(from, to, device),
                table.joules(from, to, device),
                table.memoryBytes(from, to, device)));
        busy.merge(known.name(), seconds, Double::sum);
    }

    private void transfer(int cut, int from, int to) {
        if (from == Problem.NOWHERE || to == Problem.NOWHERE || from == to) {
            return;
        }
        Device sender = problem.cluster().devices().get(from);
        Device receiver = problem.cluster().devices().get(to);
        Link link = problem.cluster().link(from, to).orElseThrow();
        double bytes = table.cutBytes(cut);
        double occupied = link.occupiedSeconds(bytes);
        transfers.add(new Transfer(
                cut, sender, receiver, link, bytes, link.transferSeconds(bytes), occupied, link.joules(bytes)));
        busy.merge(sender.name() + " → " + receiver.name(), occupied, Double::sum);
        if (!problem.constraints().overlap()) {
            busy.merge(sender.name(), occupied, Double::sum);
            busy.merge(receiver.name(), occupied, Double::sum);
        }
    }
}
