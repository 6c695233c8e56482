package io.pepper.report;

import io.pepper.cluster.Device;
import io.pepper.internal.text.Quantities;
import io.pepper.onnx.ModelSegments;
import io.pepper.onnx.OnnxModel;
import io.pepper.plan.Explanation;
import io.pepper.plan.Metric;
import io.pepper.plan.Objective;
import io.pepper.plan.Phases;
import io.pepper.plan.PlacedPart;
import io.pepper.plan.Placement;
import io.pepper.plan.PlanSimulator;
import io.pepper.plan.Transfer;
import io.pepper.report.internal.PlanDrawing;
import io.pepper.report.internal.PlanRenderer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A report that explains a placement: the segments in the colours of their devices with the transfers between them, one
 * inference and the pipeline over time, alternative plans, the best trade-offs, and what would change the decision.
 * Immutable and therefore thread-safe. The same placement gives the same text.
 *
 * <pre>{@code
 * Explanation why = planner.explain(placement, Constraints.NONE);
 * List<Placement> front = planner.pareto(Metric.LATENCY, Metric.PERIOD, Constraints.NONE);
 * PlanReport picture = PlanReport.of(model, segments, why).withFront(Metric.LATENCY, Metric.PERIOD, front);
 * Files.writeString(Path.of("plan.html"), picture.html());
 * }</pre>
 */
public final class PlanReport implements Report {
    private static final int MAX_INFERENCES = 8;
    private static final double PERCENT = 100;

    /** The minimum width of a segment, so that the smallest one stays visible. */
    static final double MIN_SHARE = 0.012;

    private final OnnxModel model;
    private final ModelSegments segments;
    private final Explanation why;
    private final List<PlanDrawing.Front> fronts;
    private final List<String> caveats;
    private final Optional<PhaseSections> phases;

    private PlanReport(
            OnnxModel model,
            ModelSegments segments,
            Explanation why,
            List<PlanDrawing.Front> fronts,
            List<String> caveats,
            Optional<PhaseSections> phases) {
        this.model = model;
        this.segments = segments;
        this.why = why;
        this.fronts = fronts;
        this.caveats = caveats;
        this.phases = phases;
    }

    /**
     * Returns a report on a placement and its explanation.
     *
     * @param model the model
     * @param segments its segments
     * @param why the placement and its explanation
     * @return the report
     * @throws IllegalArgumentException if the segments belong to another model, or the placement to other segments
     */
    public static PlanReport of(OnnxModel model, ModelSegments segments, Explanation why) {
        segments.requireOf(model, why.placement());
        return new PlanReport(model, segments, why, List.of(), List.of(), Optional.empty());
    }

    /**
     * Adds the Pareto front of two metrics.
     *
     * @param across the metric of the horizontal axis
     * @param up the metric of the vertical axis
     * @param front placements that no other one beats in both metrics
     * @return a copy with this front
     * @throws IllegalArgumentException if energy is one of the metrics and the energy of a placement is unknown
     */
    public PlanReport withFront(Metric across, Metric up, List<Placement> front) {
        List<PlanDrawing.Point> points = new ArrayList<>(front.stream()
                .map(placement -> new PlanDrawing.Point(
                        known(placement, across), known(placement, up), summary(placement), isChosen(placement)))
                .toList());
        if (front.stream().noneMatch(this::isChosen)) {
            points.add(new PlanDrawing.Point(
                    known(placement(), across), known(placement(), up), "this plan: " + summary(placement()), true));
        }
        return with(new PlanDrawing.Front(quantity(across), quantity(up), points));
    }

    /**
     * Adds the phases of a task, of whose mean step the placement is.
     *
     * @param task the phases, with their numbers of runs in one task
     * @param objective the objective in words, such as {@code the lowest time of a prompt of 512 tokens and 128 new ones}
     * @param caches the bytes that each part keeps between steps, which are some of its memory
     * @return a copy with these phases
     * @throws IllegalArgumentException if the phases are of other segments or devices, of branches, or if there is not
     *     one number of bytes for each part
     */
    public PlanReport withPhases(Phases task, String objective, List<Double> caches) {
        PhaseSections sections = new PhaseSections(task, placement(), why.constraints(), objective, caches);
        return new PlanReport(model, segments, why, fronts, caveats, Optional.of(sections));
    }

    /**
     * Adds the Pareto front of two phases.
     *
     * @param front the front
     * @param once the name of the latency of the one phase, such as {@code time to first token}
     * @param rate the name of the rate of the other, such as {@code tokens per second}
     * @return a copy with this front
     * @throws IllegalStateException if the report has no phases
     */
    public PlanReport withFront(Phases.Front front, String once, String rate) {
        PhaseSections sections = phases.orElseThrow(() -> new IllegalStateException("the report has no phases"));
        return with(new PlanDrawing.Front(
                new PlanDrawing.Quantity(once, PlanDrawing.Unit.SECONDS),
                new PlanDrawing.Quantity(rate, PlanDrawing.Unit.PER_SECOND),
                sections.points(front, rate)));
    }

    private PlanReport with(PlanDrawing.Front front) {
        List<PlanDrawing.Front> more = new ArrayList<>(fronts);
        more.add(front);
        return new PlanReport(model, segments, why, more, caveats, phases);
    }

    private static double known(Placement placement, Metric metric) {
        return placement
                .cost(metric)
                .orElseThrow(() ->
                        new IllegalArgumentException("the " + name(metric) + " of " + placement + " is not known"));
    }

    /**
     * Adds the reasons why the predicted figures may be wrong.
     *
     * @param sentences a sentence for each reason, as in {@link io.pepper.plan.CostModel#caveats}
     * @return a copy with these reasons
     */
    public PlanReport withCaveats(List<String> sentences) {
        return new PlanReport(model, segments, why, fronts, List.copyOf(sentences), phases);
    }

    private boolean isChosen(Placement placement) {
        return line(placement).equals(line(why.placement()));
    }

    private static String name(Metric metric) {
        return metric.name().toLowerCase(Locale.ROOT);
    }

    private static PlanDrawing.Quantity quantity(Metric metric) {
        return new PlanDrawing.Quantity(
                name(metric), metric == Metric.ENERGY ? PlanDrawing.Unit.JOULES : PlanDrawing.Unit.SECONDS);
    }

    /**
     * Returns one self-contained picture: the segments, the charts, and alternative plans.
     *
     * @return an SVG document, to be stored as UTF-8
     */
    @Override
    public String svg() {
        return PlanRenderer.svg(drawing());
    }

    /**
     * Returns one self-contained page: the picture, and tables of stages, alternative plans, and what would change the
     * decision.
     *
     * @return an HTML document, to be stored as UTF-8
     */
    @Override
    public String html() {
        return PlanRenderer.html(drawing());
    }

    private PlanDrawing drawing() {
        return new PlanDrawing(
                model.name(),
                verdict(),
                caveats.stream().map(caveat -> "Caution: " + caveat + ".").toList(),
                facts(),
                devices(),
                segments(),
                hops(),
                charts(),
                latency(),
                rivals(),
                fronts,
                tables());
    }

    private List<PlanDrawing.Table> tables() {
        List<PlanDrawing.Table> tables =
                new ArrayList<>(phases.map(PhaseSections::tables).orElse(List.of()));
        tables.addAll(new PlanTables(why, latency()).all());
        return tables;
    }

    private Placement placement() {
        return why.placement();
    }

    private List<String> verdict() {
        List<String> sentences = new ArrayList<>();
        List<String> limits = why.constraints().descriptions();
        sentences.add("Objective: "
                + phases.map(PhaseSections::objective)
                        .orElseGet(() -> goal(placement().objective()))
                + (placement().isChain() ? "" : ", with parts on different devices at the same time")
                + (limits.isEmpty() ? "." : ". Constraints: " + String.join("; ", limits) + "."));
        phases.ifPresent(known -> sentences.addAll(known.sentences()));
        sentences.add("Placement: "
                + placement().parts().stream()
                        .map(part -> (part.to() - part.from() == 1 ? "segment " : "segments ")
                                + span(part)
                                + (part.to() - part.from() == 1 ? " runs on " : " run on ")
                                + part.device().name())
                        .collect(Collectors.joining("; "))
                + (placement().transfers().isEmpty()
                        ? "; nothing crosses a link."
                        : "; "
                                + Quantities.bytes(placement().transfers().stream()
                                        .mapToDouble(Transfer::bytes)
                                        .sum()) + " cross links."));
        why.singleDevices().stream()
                .filter(Explanation.SingleDevice::fits)
                .flatMap(single -> single.placement().stream())
                .min((a, b) -> Double.compare(a.value(), b.value()))
                .filter(best -> !isChosen(best))
                .ifPresent(best -> sentences.add(String.format(
                        Locale.ROOT,
                        "All on %s, the best single device, would take %s instead of %s%s, and complete %s per second instead"
                                + " of %s.",
                        best.parts().get(0).device().name(),
                        Quantities.seconds(best.latencySeconds()),
                        Quantities.seconds(placement().latencySeconds()),
                        phases.isPresent() ? " for the mean step" : "",
                        Quantities.number(best.throughputPerSecond()),
                        Quantities.number(placement().throughputPerSecond()))));
        why.runnerUp()
                .filter(second -> second.value() == placement().value())
                .ifPresent(second -> sentences.add("Another placement is equally good: " + line(second)
                        + (placement().isChain()
                                ? ". Among equals, the planner takes the one with the fewest parts."
                                : ".")));
        sentences.add(proof());
        return sentences;
    }

    private String proof() {
        if (placement().isOptimal()) {
            return "By these predicted figures, no other placement of these segments is better.";
        }
        return placement().gap() < 1
                ? "By these predicted figures, a better placement could cost at most "
                        + Quantities.percent(placement().gap()) + " less."
                : "It is not proven that no other is better.";
    }

    private static String goal(Objective objective) {
        for (Metric metric : Metric.values()) {
            if (objective.equals(Objective.of(metric))) {
                return switch (metric) {
                    case LATENCY -> "lowest latency of one inference";
                    case PERIOD -> "highest throughput";
                    case ENERGY -> "lowest energy of one inference";
                };
            }
        }
        return String.format(
                Locale.ROOT,
                "lowest weighted sum: %s × latency + %s × period (seconds) + %s × energy (joules)",
                Quantities.number(objective.latencyWeight()),
                Quantities.number(objective.periodWeight()),
                Quantities.number(objective.energyWeight()));
    }

    private List<String> facts() {
        List<String> facts = new ArrayList<>();
        phases.ifPresent(known -> facts.addAll(known.facts()));
        facts.add(latency() + " " + Quantities.seconds(placement().latencySeconds()) + " (90 % within "
                + Quantities.seconds(placement().p90LatencySeconds()) + ")");
        facts.add(Quantities.number(placement().throughputPerSecond()) + " per second, paced by "
                + placement().bottleneck());
        placement().energyJoules().ifPresent(joules -> facts.add(Quantities.number(joules) + " J each"));
        facts.add(placement().isOptimal() ? "optimal by these figures" : "not proven optimal");
        return facts;
    }

    /** Returns the name of the placement's latency. */
    private String latency() {
        return phases.isPresent() ? "mean step" : "latency";
    }

    private List<PlanDrawing.Place> devices() {
        return placement().cluster().devices().stream()
                .map(device -> new PlanDrawing.Place(device.name(), runs(device)))
                .toList();
    }

    private String runs(Device device) {
        List<PlacedPart> its = partsOn(device);
        if (its.isEmpty()) {
            return device.allowed() ? "runs nothing" : "is not allowed";
        }
        double memory = its.stream().mapToDouble(PlacedPart::memoryBytes).sum();
        return "segments " + its.stream().map(PlanReport::span).collect(Collectors.joining(", ")) + ", "
                + Quantities.seconds(
                        its.stream().mapToDouble(PlacedPart::computeSeconds).sum())
                + ", " + Quantities.bytes(memory)
                + (device.memoryBytes().isPresent()
                        ? " of " + Quantities.bytes(device.memoryBytes().getAsLong())
                        : "")
                + phases.map(known -> known.resident(device)).orElse("");
    }

    private List<PlacedPart> partsOn(Device device) {
        return placement().parts().stream()
                .filter(part -> part.device().name().equals(device.name()))
                .toList();
    }

    static String span(PlacedPart part) {
        return part.to() - part.from() == 1 ? String.valueOf(part.to()) : part.from() + 1 + "–" + part.to();
    }

    private List<PlanDrawing.Piece> segments() {
        List<PlanDrawing.Piece> found = new ArrayList<>();
        double[] flops = IntStream.range(0, segments.count())
                .mapToDouble(i -> segments.workload(i, i + 1).total().flops().orElse(Double.NaN))
                .toArray();
        double all = Arrays.stream(flops).sum();
        for (PlacedPart part : placement().parts()) {
            for (int i = part.from(); i < part.to(); i++) {
                double share = all > 0 ? flops[i] / all : 1.0 / flops.length;
                String title = "segment " + (i + 1) + " on " + part.device().name() + ": "
                        + Quantities.number(PERCENT * share) + " % of the arithmetic, reads " + reads(i);
                found.add(new PlanDrawing.Piece(place(part.device()), Math.max(share, MIN_SHARE), title));
            }
        }
        return found;
    }

    private String reads(int segment) {
        double bytes = 0;
        List<String> names = new ArrayList<>();
        for (int flow = 0; flow < segments.flows().size(); flow++) {
            if (segments.flows().get(flow).readers().contains(segment)) {
                bytes += placement().flows().get(flow).bytes();
                names.addAll(travelling(flow));
            }
        }
        return Quantities.bytes(bytes) + (names.isEmpty() ? "" : ": " + String.join(", ", names));
    }

    /** Returns the tensors of a flow. Caches and masks of a text generator stay with their segments. */
    private List<String> travelling(int flow) {
        Set<String> staying = phases.isPresent() ? model.recognizedInputs().staying() : Set.of();
        return segments.tensors(flow).stream()
                .filter(name -> !staying.contains(name))
                .toList();
    }

    private int place(Device device) {
        return placement().cluster().indexOf(device.name()).orElseThrow();
    }

    /** Returns the transfers, each after the segment that sends it; those on the same link are merged. */
    private List<PlanDrawing.Hop> hops() {
        Map<Way, List<Transfer>> ways = new LinkedHashMap<>();
        for (Transfer transfer : placement().transfers()) {
            int before = placement().flows().get(transfer.flow()).producer() + 1;
            ways.computeIfAbsent(new Way(before, link(transfer)), none -> new ArrayList<>())
                    .add(transfer);
        }
        List<PlanDrawing.Hop> hops = new ArrayList<>();
        ways.forEach((way, sent) -> hops.add(new PlanDrawing.Hop(
                way.before,
                Quantities.bytes(sent.stream().mapToDouble(Transfer::bytes).sum()) + " " + way.link,
                sent.stream()
                        .flatMap(transfer -> travelling(transfer.flow()).stream())
                        .collect(Collectors.joining(", ")))));
        return hops;
    }

    private record Way(int before, String link) {}

    private static String link(Transfer transfer) {
        return transfer.from().name() + " → " + transfer.to().name();
    }

    private List<PlanDrawing.Chart> charts() {
        int inferences = Math.min(MAX_INFERENCES, placement().parts().size() + 3);
        List<PlanDrawing.Chart> charts = new ArrayList<>();
        phases.map(PhaseSections::runs)
                .orElse(Map.of("One inference", placement()))
                .forEach((caption, run) -> charts.add(chart(caption, run, PlanSimulator.Trace.every(0, 1))));
        charts.add(chart(
                "A pipeline: " + (phases.isPresent() ? "a mean step" : "an inference") + " every "
                        + Quantities.seconds(placement().periodSeconds()),
                placement(),
                PlanSimulator.Trace.every(placement().periodSeconds(), inferences)));
        return charts;
    }

    private PlanDrawing.Chart chart(String caption, Placement run, PlanSimulator.Trace trace) {
        List<PlanSimulator.Interval> timeline = PlanSimulator.of(run).timeline(trace);
        Set<String> rows = new LinkedHashSet<>();
        timeline.stream().filter(interval -> interval.request() == 0).forEach(interval -> rows.add(interval.where()));
        List<String> order = List.copyOf(rows);
        boolean several = timeline.stream().anyMatch(interval -> interval.request() > 0);
        return new PlanDrawing.Chart(
                caption,
                order,
                timeline.stream()
                        .map(interval -> new PlanDrawing.Bar(
                                order.indexOf(interval.where()),
                                placement().cluster().indexOf(interval.where()).orElse(-1),
                                interval.request() % 2 == 1,
                                several
                                        ? Integer.toString(interval.request() + 1)
                                        : Quantities.seconds(interval.endSeconds() - interval.beginSeconds()),
                                (phases.isPresent() ? "step " : "inference ") + (interval.request() + 1),
                                interval.beginSeconds(),
                                interval.endSeconds(),
                                interval.arrivesSeconds()))
                        .toList());
    }

    private List<PlanDrawing.Rival> rivals() {
        List<PlanDrawing.Rival> rivals = new ArrayList<>();
        rivals.add(rival("this plan", placement(), ""));
        why.runnerUp().ifPresent(second -> rivals.add(rival("the runner-up", second, line(second))));
        for (Explanation.SingleDevice single : why.singleDevices()) {
            String label = "all on " + single.device().name();
            rivals.add(single.placement()
                    .map(placement -> rival(label, placement, why(single.device(), single.fits())))
                    .orElseGet(() -> new PlanDrawing.Rival(label, Double.POSITIVE_INFINITY, 0, "not possible")));
        }
        return rivals;
    }

    /** Returns why the whole model cannot run on a device. */
    static String why(Device device, boolean fits) {
        return fits ? "" : device.allowed() ? "does not fit the memory" : "not allowed";
    }

    private static PlanDrawing.Rival rival(String label, Placement placement, String note) {
        String pace = Quantities.number(placement.throughputPerSecond()) + " per second";
        return new PlanDrawing.Rival(
                label, placement.latencySeconds(), computes(placement), note.isEmpty() ? pace : pace + ", " + note);
    }

    /** Returns the total computing time of a placement. */
    private static double computes(Placement placement) {
        double sum = 0;
        double until = 0;
        List<PlacedPart> order = placement.parts().stream()
                .sorted(Comparator.comparingDouble(PlacedPart::beginSeconds))
                .toList();
        for (PlacedPart part : order) {
            sum += Math.max(0, part.endSeconds() - Math.max(until, part.beginSeconds()));
            until = Math.max(until, part.endSeconds());
        }
        return sum;
    }

    static String line(Placement placement) {
        return placement.parts().stream()
                .map(part -> span(part) + " on " + part.device().name())
                .collect(Collectors.joining(", "));
    }

    private static String summary(Placement placement) {
        return line(placement) + ": latency " + Quantities.seconds(placement.latencySeconds()) + ", "
                + Quantities.number(placement.throughputPerSecond()) + " per second";
    }
}
