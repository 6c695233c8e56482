package io.pepper.plan;

import io.pepper.internal.text.Quantities;
import java.util.List;
import java.util.StringJoiner;

/** Placements and explanations as lines of text. */
final class Description {
    private Description() {}

    static String of(Placement placement) {
        StringJoiner lines = new StringJoiner("\n");
        for (PlacedPart part : placement.parts()) {
            lines.add("part " + (part.index() + 1) + ", " + segments(part) + ", on "
                    + part.device().name() + ": " + Quantities.seconds(part.computeSeconds()) + " from "
                    + Quantities.seconds(part.beginSeconds())
                    + " on");
        }
        for (Transfer transfer : placement.transfers()) {
            lines.add(Quantities.bytes(transfer.bytes()) + " from "
                    + transfer.from().name() + " to " + transfer.to().name() + ": "
                    + Quantities.seconds(transfer.seconds())
                    + " from "
                    + Quantities.seconds(transfer.beginSeconds()) + " on");
        }
        return lines.add(summary(placement)).toString();
    }

    static String of(Explanation why) {
        StringJoiner lines = new StringJoiner("\n").add(of(why.placement()));
        List<String> limits = why.constraints().descriptions();
        if (!limits.isEmpty()) {
            lines.add("within: " + String.join("; ", limits));
        }
        for (Explanation.SingleDevice single : why.singleDevices()) {
            lines.add("all on " + single.device().name() + ": "
                    + single.placement().map(Description::summary).orElse("not possible")
                    + (single.placement().isPresent() && !single.fits() ? "; does not fit" : ""));
        }
        why.runnerUp().ifPresent(second -> lines.add("runner-up: " + second));
        why.prices().forEach(price -> lines.add("without " + price.limit() + ": " + price.without()));
        why.flips()
                .forEach(flip -> lines.add("if " + flip.what() + " were " + Quantities.number(flip.factor())
                        + " times what it is: " + flip.then()));
        return lines.toString();
    }

    private static String segments(PlacedPart part) {
        return part.to() - part.from() == 1
                ? "segment " + part.to()
                : "segments " + (part.from() + 1) + " to " + part.to();
    }

    private static String summary(Placement placement) {
        return "latency " + Quantities.seconds(placement.latencySeconds()) + " (90 % within "
                + Quantities.seconds(placement.p90LatencySeconds())
                + "), " + Quantities.number(placement.throughputPerSecond()) + " per second, paced by "
                + placement.bottleneck()
                + (placement.energyJoules().isPresent()
                        ? ", " + Quantities.number(placement.energyJoules().getAsDouble()) + " J"
                        : "")
                + proof(placement);
    }

    private static String proof(Placement placement) {
        if (placement.gap() == 1) {
            return "";
        }
        return placement.isOptimal()
                ? "; optimal by these figures"
                : "; at most " + Quantities.percent(placement.gap()) + " from the optimum by these figures";
    }
}
