package io.pepper.plan;

import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/** Placements and explanations as lines of text. */
final class Description {
    private static final double MILLIS = 1e3;
    private static final double PERCENT = 100;

    private Description() {}

    static String of(Placement placement) {
        StringJoiner lines = new StringJoiner("\n");
        for (PlacedPart part : placement.parts()) {
            lines.add("part " + (part.index() + 1) + ", " + segments(part) + ", on "
                    + part.device().name() + ": " + millis(part.computeSeconds()) + " from "
                    + millis(part.beginSeconds())
                    + " on");
        }
        for (Transfer transfer : placement.transfers()) {
            lines.add(format("%,.0f bytes", transfer.bytes()) + " from "
                    + transfer.from().name() + " to " + transfer.to().name() + ": " + millis(transfer.seconds())
                    + " from "
                    + millis(transfer.beginSeconds()) + " on");
        }
        return lines.add(summary(placement)).toString();
    }

    static String of(Explanation why) {
        StringJoiner lines = new StringJoiner("\n").add(of(why.placement()));
        List<String> limits = why.constraints().inWords();
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
                .forEach(flip -> lines.add("if " + flip.what() + " were " + format("%.3g", flip.factor())
                        + " times what it is: " + flip.then()));
        return lines.toString();
    }

    private static String segments(PlacedPart part) {
        return part.to() - part.from() == 1
                ? "segment " + part.to()
                : "segments " + (part.from() + 1) + " to " + part.to();
    }

    private static String summary(Placement placement) {
        return "latency " + millis(placement.latencySeconds()) + " (90 % within "
                + millis(placement.p90LatencySeconds())
                + "), " + format("%.4g", placement.throughputPerSecond()) + " per second, paced by "
                + placement.bottleneck()
                + (placement.energyJoules().isPresent()
                        ? format(", %.3g J", placement.energyJoules().getAsDouble())
                        : "")
                + proof(placement);
    }

    private static String proof(Placement placement) {
        if (placement.gap() == 1) {
            return "";
        }
        return placement.isOptimal()
                ? "; optimal by these figures"
                : format("; at most %.2f %% from the optimum by these figures", PERCENT * placement.gap());
    }

    private static String millis(double seconds) {
        return format("%.4g ms", MILLIS * seconds);
    }

    private static String format(String pattern, double value) {
        return String.format(Locale.ROOT, pattern, value);
    }
}
