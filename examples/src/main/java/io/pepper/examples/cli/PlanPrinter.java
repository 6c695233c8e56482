package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.export.DeploymentPlan;
import io.pepper.internal.text.Quantities;
import io.pepper.plan.Explanation;
import io.pepper.plan.PlacedPart;
import io.pepper.plan.Placement;
import io.pepper.plan.Segments;
import io.pepper.plan.Transfer;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** A placement and its explanation, for a person or a program. */
final class PlanPrinter {

    private PlanPrinter() {}

    static void print(Explanation why, PrintWriter out) {
        Placement placement = why.placement();
        Table table = new Table("part", "device", "segments", "begins", "computes", "sends", "memory");
        String inputs = sends(placement, Segments.Flow.INPUT, 0);
        if (!inputs.isEmpty()) {
            table.row("inputs", placement.transfers().get(0).from().name(), "", "", "", inputs, "");
        }
        for (PlacedPart part : placement.parts()) {
            table.row(
                    String.valueOf(part.index() + 1),
                    part.device().name(),
                    span(part),
                    Quantities.seconds(part.beginSeconds()),
                    Quantities.seconds(part.computeSeconds()),
                    sends(placement, part.from(), part.to()),
                    Quantities.bytes(part.memoryBytes()));
        }
        table.print(out);
        out.println("latency " + Quantities.seconds(placement.latencySeconds()) + " (90 % within "
                + Quantities.seconds(placement.p90LatencySeconds()) + "), "
                + Quantities.number(placement.throughputPerSecond()) + " per second, paced by " + placement.bottleneck()
                + (placement.energyJoules().isPresent()
                        ? ", " + Quantities.number(placement.energyJoules().getAsDouble()) + " J"
                        : ""));
        boolean tied = why.runnerUp()
                .filter(second -> second.value() == placement.value())
                .isPresent();
        out.println(proof(placement.gap())
                + (placement.isOptimal() && placement.isChain() && tied
                        ? "; of equals the one with the fewest parts"
                        : ""));
        out.println();
        Table single = new Table("all on", "latency", "90 % within", "per second", "");
        for (Explanation.SingleDevice device : why.singleDevices()) {
            single.row(
                    device.device().name(),
                    device.placement()
                            .map(whole -> Quantities.seconds(whole.latencySeconds()))
                            .orElse("–"),
                    device.placement()
                            .map(whole -> Quantities.seconds(whole.p90LatencySeconds()))
                            .orElse("–"),
                    device.placement()
                            .map(whole -> Quantities.number(whole.throughputPerSecond()))
                            .orElse("–"),
                    device.fits() ? "" : device.placement().isPresent() ? "does not fit" : "not possible");
        }
        single.print(out);
        Table others = new Table("alternative", "segments", "latency", "per second");
        why.runnerUp().ifPresent(second -> others.row(row("runner-up", second)));
        why.prices().forEach(price -> others.row(row("without " + price.limit(), price.without())));
        why.flips().forEach(flip -> others.row(row(when(flip), flip.then())));
        if (!others.isEmpty()) {
            out.println();
            others.print(out);
        }
    }

    /** Returns what the search has proven, given the figures. */
    static String proof(double gap) {
        if (gap == 0) {
            return "optimal by these figures";
        }
        return gap < 1
                ? "at most " + Quantities.percent(gap) + " from the optimum by these figures"
                : "not proven optimal";
    }

    /** Returns the change of a flip, in words. */
    static String when(Explanation.Flip flip) {
        return "at " + Quantities.number(flip.factor()) + " × " + flip.what() + at(flip);
    }

    private static String at(Explanation.Flip flip) {
        if (flip.loadPercent().isPresent()) {
            return ": " + Quantities.percents(flip.loadPercent()) + " load";
        }
        return flip.bytesPerSecond().isPresent()
                ? ": " + Quantities.bytes(flip.bytesPerSecond().getAsDouble()) + "/s"
                : "";
    }

    private static String[] row(String when, Placement placement) {
        return new String[] {
            when,
            line(placement),
            Quantities.seconds(placement.latencySeconds()),
            Quantities.number(placement.throughputPerSecond())
        };
    }

    /** Returns the transfers of the tensors that a range of segments produces. */
    private static List<Transfer> sent(Placement placement, int from, int to) {
        return placement.transfers().stream()
                .filter(transfer -> {
                    int producer = placement.flows().get(transfer.flow()).producer();
                    return producer >= from && producer < to;
                })
                .toList();
    }

    private static String sends(Placement placement, int from, int to) {
        return sent(placement, from, to).stream()
                .map(transfer -> Quantities.bytes(transfer.bytes()) + " to "
                        + transfer.to().name() + " in " + Quantities.seconds(transfer.seconds()))
                .collect(Collectors.joining(", "));
    }

    static ObjectNode json(String model, String objective, Explanation why, Optional<DeploymentPlan> written) {
        ObjectNode document = Json.object();
        document.put("model", model);
        document.put("objective", objective);
        document.setAll(placement(why.placement()));
        if (written.isPresent()) {
            for (int i = 0; i < written.get().partition().parts().size(); i++) {
                ((ObjectNode) document.path("stages").path(i))
                        .put("part", written.get().partition().parts().get(i).file());
            }
        }
        ArrayNode single = document.putArray("singleDevice");
        for (Explanation.SingleDevice device : why.singleDevices()) {
            ObjectNode node = single.addObject().put("device", device.device().name());
            Json.put(
                    node,
                    "latencySeconds",
                    device.placement().map(Placement::latencySeconds).orElse(Double.NaN));
            Json.put(
                    node,
                    "p90LatencySeconds",
                    device.placement().map(Placement::p90LatencySeconds).orElse(Double.NaN));
            node.put("fits", device.fits());
        }
        document.set("runnerUp", why.runnerUp().map(PlanPrinter::placement).orElse(null));
        ArrayNode prices = document.putArray("prices");
        why.prices().forEach(price -> {
            ObjectNode node = prices.addObject().put("limit", price.limit()).put("saves", price.saves());
            node.set("without", placement(price.without()));
        });
        ArrayNode flips = document.putArray("flips");
        why.flips().forEach(flip -> {
            ObjectNode node = flips.addObject().put("what", flip.what()).put("factor", flip.factor());
            Json.put(node, "bytesPerSecond", flip.bytesPerSecond());
            Json.put(node, "loadPercent", flip.loadPercent());
            node.set("then", placement(flip.then()));
        });
        return document;
    }

    static ObjectNode placement(Placement placement) {
        ObjectNode document = Json.object();
        Json.put(document, "latencySeconds", placement.latencySeconds());
        Json.put(document, "p90LatencySeconds", placement.p90LatencySeconds());
        Json.put(document, "throughputPerSecond", placement.throughputPerSecond());
        Json.put(document, "energyJoules", placement.energyJoules());
        document.put("bottleneck", placement.bottleneck());
        ArrayNode stages = document.putArray("stages");
        for (PlacedPart part : placement.parts()) {
            List<Transfer> sent = sent(placement, part.from(), part.to());
            ObjectNode node = stages.addObject();
            node.put("part", String.valueOf(part.index() + 1));
            node.put("device", part.device().name());
            Json.put(node, "beginSeconds", part.beginSeconds());
            Json.put(node, "computeSeconds", part.computeSeconds());
            Json.put(
                    node,
                    "transferSeconds",
                    sent.stream().mapToDouble(Transfer::seconds).sum());
            Json.put(
                    node, "bytesOut", sent.stream().mapToDouble(Transfer::bytes).sum());
            Json.put(node, "memoryBytes", part.memoryBytes());
        }
        document.put("optimal", placement.isOptimal());
        document.put("gap", placement.gap());
        return document;
    }

    /** Returns the parts of a placement in one line; adjacent parts on one device are merged. */
    static String line(Placement placement) {
        List<String> spans = new ArrayList<>();
        List<PlacedPart> parts = placement.parts();
        int from = 0;
        for (int i = 0; i < parts.size(); i++) {
            boolean last = i + 1 == parts.size()
                    || !parts.get(i + 1).device().equals(parts.get(i).device());
            if (last) {
                spans.add(span(from, parts.get(i).to()) + " on "
                        + parts.get(i).device().name());
                from = parts.get(i).to();
            }
        }
        return String.join(", ", spans);
    }

    private static String span(PlacedPart part) {
        return span(part.from(), part.to());
    }

    static String span(int from, int to) {
        return to - from == 1 ? String.valueOf(to) : from + 1 + "–" + to;
    }
}
