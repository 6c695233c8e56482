package io.pepper.bench.compare;

import java.util.List;
import java.util.Locale;

/** The table of a comparison, as Markdown. */
final class Report {
    private Report() {}

    /** The table, the number of each verdict, and how to read it. */
    static String of(List<Comparison> comparisons, double share) {
        StringBuilder text = new StringBuilder("| benchmark | before | now | unit | time now / before | interval | |\n")
                .append("|---|---|---|---|---|---|---|\n");
        double confidence = 1;
        for (Comparison one : comparisons) {
            Spread slowdown = one.slowdown();
            confidence = Math.min(confidence, slowdown.confidence());
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %.4g | %.4g | %s | %.3f | %.3f to %.3f | %s |%n",
                    one.benchmark(),
                    one.before(),
                    one.now(),
                    one.unit(),
                    slowdown.median(),
                    slowdown.low(),
                    slowdown.high(),
                    one.verdict(share).name().toLowerCase(Locale.ROOT)));
        }
        text.append(String.format(
                Locale.ROOT,
                "%nRatios of medians; above 1 it is slower now. The intervals hold the true ratio with at least %.0f %%.%n",
                100 * confidence));
        for (Comparison.Verdict verdict : Comparison.Verdict.values()) {
            long number = comparisons.stream()
                    .filter(one -> one.verdict(share) == verdict)
                    .count();
            text.append(verdict.name().toLowerCase(Locale.ROOT))
                    .append(": ")
                    .append(number)
                    .append("  ");
        }
        return text.append(String.format(Locale.ROOT, "(by more than %.1f %%)%n", 100 * share))
                .toString();
    }
}
