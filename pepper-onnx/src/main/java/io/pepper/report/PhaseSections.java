package io.pepper.report;

import io.pepper.cluster.Device;
import io.pepper.internal.text.Quantities;
import io.pepper.plan.Constraints;
import io.pepper.plan.PhaseShare;
import io.pepper.plan.Phases;
import io.pepper.plan.PlacedPart;
import io.pepper.plan.Placement;
import io.pepper.report.internal.PlanDrawing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** The phases of a task in a report: the time of each, its place, and the memory that stays occupied between steps. */
final class PhaseSections {
    private final Phases phases;
    private final String objective;
    private final List<Placement> costs;
    private final List<PhaseShare> shares;
    private final List<Double> residentBytes;
    private final Placement placement;
    private final Constraints constraints;

    PhaseSections(
            Phases phases, Placement placement, Constraints constraints, String objective, List<Double> residentBytes) {
        if (residentBytes.size() != placement.parts().size()) {
            throw new IllegalArgumentException("bytes of " + residentBytes.size() + " parts, where the placement has "
                    + placement.parts().size());
        }
        this.phases = phases;
        this.objective = objective;
        this.placement = placement;
        this.constraints = constraints;
        this.residentBytes = List.copyOf(residentBytes);
        this.costs = phases.costs(placement, constraints);
        this.shares = phases.shares(placement, constraints);
    }

    /** Returns the indexes of the phases that run. */
    private List<Integer> running() {
        return IntStream.range(0, costs.size())
                .filter(phase -> times(phase) > 0)
                .boxed()
                .toList();
    }

    private double times(int phase) {
        return phases.list().get(phase).times();
    }

    private String name(int phase) {
        return phases.list().get(phase).name();
    }

    private double seconds() {
        return shares.stream().mapToDouble(PhaseShare::taskSeconds).sum();
    }

    private String share(double seconds) {
        return Quantities.percent(seconds() == 0 ? 0 : seconds / seconds());
    }

    String objective() {
        return objective;
    }

    List<String> facts() {
        List<String> facts = new ArrayList<>();
        for (int phase : running()) {
            facts.add(name(phase) + " " + Quantities.seconds(costs.get(phase).latencySeconds()));
        }
        facts.add("task " + Quantities.seconds(seconds()));
        return facts;
    }

    List<String> sentences() {
        Map.Entry<String, Double> most = PhaseShare.most(shares);
        StringBuilder split = new StringBuilder();
        for (int phase : running()) {
            double seconds = times(phase) * costs.get(phase).latencySeconds();
            split.append(split.isEmpty() ? "" : ", ")
                    .append(name(phase))
                    .append(' ')
                    .append(Quantities.number(times(phase)))
                    .append(" × ")
                    .append(Quantities.seconds(costs.get(phase).latencySeconds()))
                    .append(" (")
                    .append(share(seconds))
                    .append(')');
        }
        return List.of(
                "A task takes " + Quantities.seconds(seconds()) + ": " + split + ".",
                most.getKey() + " limits it, with " + share(most.getValue()) + " of the time. Figures of parts"
                        + " without a phase are means of " + Quantities.number(phases.steps()) + " steps.");
    }

    /** Returns the placement in each phase that runs, with a caption. */
    Map<String, Placement> runs() {
        Map<String, Placement> runs = new LinkedHashMap<>();
        for (int phase : running()) {
            runs.put("One " + name(phase) + ", paced by " + costs.get(phase).bottleneck(), costs.get(phase));
        }
        return runs;
    }

    /** Returns the points of a front; the chosen placement is one of them, or beside them. */
    List<PlanDrawing.Point> points(Phases.Front front, String rate) {
        Phases.TradeOff own = phases.tradeOff(front, placement, constraints);
        OptionalInt chosen = front.indexOf(own);
        List<PlanDrawing.Point> points = new ArrayList<>();
        for (int i = 0; i < front.tradeOffs().size(); i++) {
            boolean isOwn = chosen.isPresent() && chosen.getAsInt() == i;
            points.add(point(isOwn ? own : front.tradeOffs().get(i), rate, isOwn));
        }
        if (chosen.isEmpty()) {
            points.add(point(own, rate, true));
        }
        return points;
    }

    private static PlanDrawing.Point point(Phases.TradeOff each, String rate, boolean chosen) {
        return new PlanDrawing.Point(
                each.onceSeconds(),
                1 / each.stepSeconds(),
                (chosen ? "this plan: " : "") + PlanReport.line(each.placement()) + ": "
                        + Quantities.seconds(each.onceSeconds()) + ", " + Quantities.number(1 / each.stepSeconds())
                        + " " + rate,
                chosen);
    }

    /** Returns the occupied memory on a device, in words; empty if there is none. */
    String resident(Device device) {
        double bytes = bytes(device);
        return bytes > 0 ? ", of which " + Quantities.bytes(bytes) + " are caches" : "";
    }

    private double bytes(Device device) {
        return placement.parts().stream()
                .filter(part -> part.device().name().equals(device.name()))
                .mapToDouble(part -> residentBytes.get(part.index()))
                .sum();
    }

    List<PlanDrawing.Table> tables() {
        return List.of(payers(), caches());
    }

    private PlanDrawing.Table payers() {
        List<String> columns = new ArrayList<>(List.of("part or link"));
        running().forEach(phase -> columns.add("one " + name(phase)));
        columns.add("in a task");
        columns.add("share");
        List<List<String>> rows = new ArrayList<>();
        for (PhaseShare each : shares) {
            List<String> row = new ArrayList<>();
            row.add(each.part().isPresent() ? each.part().getAsInt() + 1 + " on " + each.where() : each.where());
            running().forEach(phase -> row.add(Quantities.seconds(each.seconds().get(phase))));
            row.add(Quantities.seconds(each.taskSeconds()));
            row.add(share(each.taskSeconds()));
            rows.add(row);
        }
        return new PlanDrawing.Table("Which phase takes the time", columns, rows);
    }

    private PlanDrawing.Table caches() {
        List<List<String>> rows = new ArrayList<>();
        for (Device device : placement.cluster().devices()) {
            List<PlacedPart> its = placement.parts().stream()
                    .filter(part -> part.device().name().equals(device.name()))
                    .toList();
            if (!its.isEmpty()) {
                rows.add(List.of(
                        device.name(),
                        Quantities.bytes(bytes(device)),
                        Quantities.bytes(its.stream()
                                .mapToDouble(PlacedPart::memoryBytes)
                                .sum()),
                        device.memoryBytes().isPresent()
                                ? Quantities.bytes(device.memoryBytes().getAsLong())
                                : "unknown"));
            }
        }
        return new PlanDrawing.Table(
                "Caches at the longest context",
                List.of("device", "caches", "all memory of its parts", "it has"),
                rows);
    }
}
