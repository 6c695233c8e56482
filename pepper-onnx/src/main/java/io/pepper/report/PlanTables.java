package io.pepper.report;

import io.pepper.internal.text.Quantities;
import io.pepper.plan.Explanation;
import io.pepper.plan.PlacedPart;
import io.pepper.plan.Placement;
import io.pepper.plan.Segments;
import io.pepper.plan.Transfer;
import io.pepper.report.internal.PlanDrawing;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The tables below the pictures of a placement. */
final class PlanTables {
    private final Explanation why;
    private final String latency;

    /**
     * Takes the placement and its explanation.
     *
     * @param latency the name of the latency
     */
    PlanTables(Explanation why, String latency) {
        this.why = why;
        this.latency = latency;
    }

    List<PlanDrawing.Table> all() {
        return Stream.of(parts(), others(), changes())
                .filter(table -> !table.rows().isEmpty())
                .toList();
    }

    private PlanDrawing.Table parts() {
        List<List<String>> rows = new ArrayList<>();
        String inputs = sends(Segments.Flow.INPUT, 0);
        if (!inputs.isEmpty()) {
            rows.add(List.of("inputs", source(), "", "", "", "", "", inputs));
        }
        for (PlacedPart part : why.placement().parts()) {
            rows.add(List.of(
                    String.valueOf(part.index() + 1),
                    part.device().name(),
                    PlanReport.span(part),
                    Quantities.seconds(part.beginSeconds()),
                    Quantities.seconds(part.computeSeconds()),
                    Quantities.seconds(part.p90Seconds()),
                    Quantities.bytes(part.memoryBytes()),
                    sends(part.from(), part.to())));
        }
        return new PlanDrawing.Table(
                "What runs where",
                List.of("part", "device", "segments", "begins", "computes", "90 % within", "memory", "sends"),
                rows);
    }

    private String source() {
        return why.placement().transfers().get(0).from().name();
    }

    /** Returns the transfers of the tensors that a range of segments produces. */
    private String sends(int from, int to) {
        return why.placement().transfers().stream()
                .filter(transfer -> {
                    int producer = why.placement().flows().get(transfer.flow()).producer();
                    return producer >= from && producer < to;
                })
                .map(PlanTables::sends)
                .collect(Collectors.joining(", "));
    }

    private static String sends(Transfer transfer) {
        return Quantities.bytes(transfer.bytes()) + " in " + Quantities.seconds(transfer.seconds()) + " to "
                + transfer.to().name();
    }

    private PlanDrawing.Table others() {
        List<List<String>> rows = new ArrayList<>();
        why.runnerUp().ifPresent(second -> rows.add(row("runner-up", second)));
        why.prices().forEach(price -> rows.add(row("without " + price.limit(), price.without())));
        return new PlanDrawing.Table("Other plans", List.of("when", "plan", latency, "per second"), rows);
    }

    private PlanDrawing.Table changes() {
        List<List<String>> rows = new ArrayList<>();
        why.flips()
                .forEach(flip -> rows.add(
                        row("at " + Quantities.number(flip.factor()) + " × " + flip.what() + at(flip), flip.then())));
        return new PlanDrawing.Table(
                "What would change the decision", List.of("when", "plan", latency, "per second"), rows);
    }

    private static String at(Explanation.Flip flip) {
        if (flip.loadPercent().isPresent()) {
            return ": " + Math.round(flip.loadPercent().getAsDouble()) + " % load";
        }
        return flip.bytesPerSecond().isPresent()
                ? ": " + Quantities.bytes(flip.bytesPerSecond().getAsDouble()) + "/s"
                : "";
    }

    private static List<String> row(String when, Placement placement) {
        return List.of(
                when,
                PlanReport.line(placement),
                Quantities.seconds(placement.latencySeconds()),
                Quantities.number(placement.throughputPerSecond()));
    }
}
