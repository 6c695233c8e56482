package io.pepper.onnx;

import io.pepper.onnx.internal.picture.PlanDrawing;
import io.pepper.onnx.internal.picture.PlanRenderer;
import io.pepper.onnx.internal.picture.Quantities;
import io.pepper.plan.GraphPlacement;
import io.pepper.plan.SegmentGraph;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A picture by which a person understands a placement of branches: the parts in the colours of their devices with what travels,
 * one inference over time, where branches run side by side, and the model on each device alone. Immutable and therefore
 * thread-safe. The same placement gives the same text.
 *
 * <pre>{@code
 * GraphPlacement placement = GraphPlanner.of(cluster, times.graph(branches)).plan();
 * ModelBranches whole = costs.branches(Partition.whole(model.graph()));
 * BranchPicture picture = BranchPicture.of(
 *         model, branches, placement, GraphPlanner.of(cluster, times.graph(whole)).singleDevices());
 * Files.writeString(Path.of("plan.html"), picture.html());
 * }</pre>
 */
public final class BranchPicture implements Picture {
    private static final double PERCENT = 100;

    private final OnnxModel model;
    private final ModelBranches branches;
    private final GraphPlacement placement;
    private final List<GraphPlacement.SingleDevice> singleDevices;
    private final List<String> caveats;

    private BranchPicture(
            OnnxModel model,
            ModelBranches branches,
            GraphPlacement placement,
            List<GraphPlacement.SingleDevice> singleDevices,
            List<String> caveats) {
        this.model = model;
        this.branches = branches;
        this.placement = placement;
        this.singleDevices = List.copyOf(singleDevices);
        this.caveats = List.copyOf(caveats);
    }

    /**
     * A placement, and what it is compared with.
     *
     * @param model the model
     * @param branches its parts
     * @param placement where they run
     * @param singleDevices the model on each device alone
     * @return the picture
     * @throws IllegalArgumentException if the parts are of another model, or the placement of other parts
     */
    public static BranchPicture of(
            OnnxModel model,
            ModelBranches branches,
            GraphPlacement placement,
            List<GraphPlacement.SingleDevice> singleDevices) {
        branches.check(model, placement);
        return new BranchPicture(model, branches, placement, singleDevices, List.of());
    }

    /**
     * With reasons why the predicted figures may be wrong.
     *
     * @param sentences one each, as {@link io.pepper.plan.CostModel#caveats} gives them
     * @return a picture
     */
    public BranchPicture withCaveats(List<String> sentences) {
        return new BranchPicture(model, branches, placement, singleDevices, sentences);
    }

    /**
     * One picture that needs nothing else.
     *
     * @return an SVG document, to be stored as UTF-8
     */
    @Override
    public String svg() {
        return PlanRenderer.svg(drawing());
    }

    /**
     * One page that needs nothing else: the picture, and a table of the parts.
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
                facts(),
                devices(),
                parts(),
                hops(),
                List.of(chart()),
                rivals(),
                List.of(),
                List.of(table()));
    }

    private List<String> verdict() {
        List<String> sentences = new ArrayList<>();
        sentences.add(
                "Planned for the least latency of one inference, with parts on different devices at the same time.");
        long used = placement.steps().stream()
                .map(GraphPlacement.Step::device)
                .distinct()
                .count();
        double travels = placement.sendings().stream()
                .mapToDouble(GraphPlacement.Sending::bytes)
                .sum();
        sentences.add("So " + count(placement.steps().size(), "part") + " on " + count(used, "device") + "; "
                + (travels > 0 ? Quantities.bytes(travels) + " travel." : "nothing travels."));
        singleDevices.stream()
                .filter(GraphPlacement.SingleDevice::fits)
                .flatMap(single -> single.placement().stream())
                .min((a, b) -> Double.compare(a.latencySeconds(), b.latencySeconds()))
                .filter(best -> best.latencySeconds() != placement.latencySeconds())
                .ifPresent(best -> sentences.add(String.format(
                        Locale.ROOT,
                        "All on %s, the best single device, would take %s in the place of %s.",
                        best.steps().get(0).device().name(),
                        Quantities.seconds(best.latencySeconds()),
                        Quantities.seconds(placement.latencySeconds()))));
        sentences.add(proof());
        caveats.forEach(caveat -> sentences.add("Caution: " + caveat + "."));
        return sentences;
    }

    private String proof() {
        if (placement.gap() == 0) {
            return "By these predicted figures no other placement of these parts is better.";
        }
        return placement.gap() < 1
                ? String.format(
                        Locale.ROOT,
                        "By these predicted figures a better placement could cost %.2f %% less at most.",
                        PERCENT * placement.gap())
                : "It is not proven that no other is better.";
    }

    private static String count(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    private List<String> facts() {
        List<String> facts = new ArrayList<>();
        facts.add("latency " + Quantities.seconds(placement.latencySeconds()) + " (90 % within "
                + Quantities.seconds(placement.p90LatencySeconds()) + ")");
        facts.add(Quantities.number(1 / placement.periodSeconds()) + " per second, paced by " + placement.bottleneck());
        placement.energyJoules().ifPresent(joules -> facts.add(Quantities.number(joules) + " J each"));
        facts.add(placement.gap() == 0 ? "optimal by these figures" : "not proven optimal");
        return facts;
    }

    private List<PlanDrawing.Place> devices() {
        return placement.cluster().devices().stream()
                .map(device -> {
                    List<GraphPlacement.Step> its = placement.steps().stream()
                            .filter(step -> step.device().equals(device))
                            .toList();
                    String runs = its.isEmpty()
                            ? device.allowed() ? "runs nothing" : "is not allowed"
                            : "parts " + its.stream().map(BranchPicture::number).collect(Collectors.joining(", "))
                                    + ", "
                                    + Quantities.seconds(its.stream()
                                            .mapToDouble(GraphPlacement.Step::computeSeconds)
                                            .sum())
                                    + ", "
                                    + Quantities.bytes(its.stream()
                                            .mapToDouble(GraphPlacement.Step::memoryBytes)
                                            .sum());
                    return new PlanDrawing.Place(device.name(), runs);
                })
                .toList();
    }

    private static String number(GraphPlacement.Step step) {
        return Integer.toString(step.segment() + 1);
    }

    private int place(GraphPlacement.Step step) {
        return placement.cluster().indexOf(step.device().name()).orElseThrow();
    }

    private List<PlanDrawing.Piece> parts() {
        double all = placement.steps().stream()
                .mapToDouble(step -> branches.workload(step.segment()).total().flops())
                .sum();
        return placement.steps().stream()
                .map(step -> {
                    double flops = branches.workload(step.segment()).total().flops();
                    double share = all > 0 ? flops / all : 1.0 / branches.segments();
                    return new PlanDrawing.Piece(
                            place(step),
                            Math.max(share, PlanPicture.LEAST_SHARE),
                            "part " + number(step) + " on " + step.device().name() + ": "
                                    + Quantities.number(PERCENT * share) + " % of the arithmetic, takes "
                                    + takes(step.segment()));
                })
                .toList();
    }

    private String takes(int part) {
        return IntStream.range(0, branches.tensors().size())
                .filter(tensor -> branches.tensors().get(tensor).readers().contains(part))
                .mapToObj(branches::tensorName)
                .collect(Collectors.joining(", "));
    }

    /** Behind the part that sends them, all that go the same way together. */
    private List<PlanDrawing.Hop> hops() {
        Map<Way, List<GraphPlacement.Sending>> ways = new LinkedHashMap<>();
        for (GraphPlacement.Sending sending : placement.sendings()) {
            int producer = branches.tensors().get(sending.tensor()).producer();
            int before = producer == SegmentGraph.INPUT ? 0 : producer + 1;
            ways.computeIfAbsent(new Way(before, link(sending)), none -> new ArrayList<>())
                    .add(sending);
        }
        List<PlanDrawing.Hop> hops = new ArrayList<>();
        ways.forEach((way, sent) -> hops.add(new PlanDrawing.Hop(
                way.before,
                Quantities.bytes(sent.stream()
                                .mapToDouble(GraphPlacement.Sending::bytes)
                                .sum())
                        + " " + way.link,
                sent.stream()
                        .map(sending -> branches.tensorName(sending.tensor()))
                        .collect(Collectors.joining(", ")))));
        return hops;
    }

    private record Way(int before, String link) {}

    private static String link(GraphPlacement.Sending sending) {
        return sending.from().name() + " → " + sending.to().name();
    }

    private PlanDrawing.Chart chart() {
        Set<String> rows = new LinkedHashSet<>();
        placement.cluster().devices().stream()
                .filter(device -> placement.steps().stream()
                        .anyMatch(step -> step.device().equals(device)))
                .forEach(device -> rows.add(device.name()));
        placement.sendings().forEach(sending -> rows.add(link(sending)));
        List<String> order = List.copyOf(rows);
        List<PlanDrawing.Bar> bars = new ArrayList<>();
        for (GraphPlacement.Step step : placement.steps()) {
            bars.add(new PlanDrawing.Bar(
                    order.indexOf(step.device().name()),
                    place(step),
                    step.segment() % 2 == 1,
                    number(step),
                    "part " + number(step),
                    step.beginSeconds(),
                    step.endSeconds(),
                    step.endSeconds()));
        }
        for (GraphPlacement.Sending sending : placement.sendings()) {
            bars.add(new PlanDrawing.Bar(
                    order.indexOf(link(sending)),
                    -1,
                    false,
                    Quantities.bytes(sending.bytes()),
                    branches.tensorName(sending.tensor()),
                    sending.beginSeconds(),
                    sending.endSeconds(),
                    sending.endSeconds()));
        }
        return new PlanDrawing.Chart("One inference", order, bars);
    }

    private List<PlanDrawing.Rival> rivals() {
        List<PlanDrawing.Rival> rivals = new ArrayList<>();
        rivals.add(rival("this plan", placement, ""));
        for (GraphPlacement.SingleDevice single : singleDevices) {
            String label = "all on " + single.device().name();
            rivals.add(single.placement()
                    .map(whole -> rival(label, whole, PlanPicture.why(single.device(), single.fits())))
                    .orElseGet(() -> new PlanDrawing.Rival(label, Double.POSITIVE_INFINITY, 0, "not possible")));
        }
        return rivals;
    }

    private static PlanDrawing.Rival rival(String label, GraphPlacement placement, String note) {
        String pace = Quantities.number(1 / placement.periodSeconds()) + " per second";
        return new PlanDrawing.Rival(
                label, placement.latencySeconds(), computes(placement), note.isEmpty() ? pace : pace + ", " + note);
    }

    /** How long some device computes. */
    private static double computes(GraphPlacement placement) {
        double sum = 0;
        double until = 0;
        List<GraphPlacement.Step> order = placement.steps().stream()
                .sorted((a, b) -> Double.compare(a.beginSeconds(), b.beginSeconds()))
                .toList();
        for (GraphPlacement.Step step : order) {
            sum += Math.max(0, step.endSeconds() - Math.max(until, step.beginSeconds()));
            until = Math.max(until, step.endSeconds());
        }
        return sum;
    }

    private PlanDrawing.Table table() {
        List<List<String>> rows = new ArrayList<>();
        for (GraphPlacement.Step step : placement.steps()) {
            rows.add(List.of(
                    number(step),
                    step.device().name(),
                    Quantities.seconds(step.beginSeconds()),
                    Quantities.seconds(step.computeSeconds()),
                    Quantities.seconds(step.p90Seconds()),
                    Quantities.bytes(step.memoryBytes()),
                    placement.sendings().stream()
                            .filter(sending ->
                                    branches.tensors().get(sending.tensor()).producer() == step.segment())
                            .map(sending -> Quantities.bytes(sending.bytes()) + " in "
                                    + Quantities.seconds(sending.endSeconds() - sending.beginSeconds()) + " to "
                                    + sending.to().name())
                            .collect(Collectors.joining(", "))));
        }
        return new PlanDrawing.Table(
                "What runs where",
                List.of("part", "device", "begins", "computes", "90 % within", "memory", "sends"),
                rows);
    }
}
