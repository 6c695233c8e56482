package io.pepper.onnx;

import io.pepper.onnx.internal.picture.PlanDrawing;
import io.pepper.onnx.internal.picture.Quantities;
import io.pepper.plan.Explanation;
import io.pepper.plan.Placement;
import io.pepper.plan.Stage;
import io.pepper.plan.Transfer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The tables below the pictures of a placement. */
final class PlanTables {
    private final Explanation why;

    PlanTables(Explanation why) {
        this.why = why;
    }

    List<PlanDrawing.Table> all() {
        return List.of(stages(), others(), changes());
    }

    private PlanDrawing.Table stages() {
        List<List<String>> rows = new ArrayList<>();
        why.placement().transfers().stream()
                .filter(transfer -> transfer.cut() == 0)
                .forEach(input -> rows.add(List.of("inputs", input.from().name(), "", "", "", "", sends(input))));
        for (Stage stage : why.placement().stages()) {
            rows.add(List.of(
                    String.valueOf(stage.index() + 1),
                    stage.device().name(),
                    PlanPicture.span(stage),
                    Quantities.seconds(stage.computeSeconds()),
                    Quantities.seconds(stage.p90Seconds()),
                    Quantities.bytes(stage.memoryBytes()),
                    why.placement().transfers().stream()
                            .filter(transfer -> transfer.cut() == stage.to())
                            .map(PlanTables::sends)
                            .collect(Collectors.joining())));
        }
        return new PlanDrawing.Table(
                "What runs where",
                List.of("part", "device", "segments", "computes", "90 % within", "memory", "sends"),
                rows);
    }

    private static String sends(Transfer transfer) {
        return Quantities.bytes(transfer.bytes()) + " in " + Quantities.seconds(transfer.seconds()) + " to "
                + transfer.to().name();
    }

    private PlanDrawing.Table others() {
        List<List<String>> rows = new ArrayList<>();
        why.runnerUp().ifPresent(second -> rows.add(row("if this one were not there", second)));
        why.prices().forEach(price -> rows.add(row("without " + price.limit(), price.without())));
        return new PlanDrawing.Table("Other plans", List.of("when", "plan", "latency", "per second"), rows);
    }

    private PlanDrawing.Table changes() {
        List<List<String>> rows = new ArrayList<>();
        why.flips()
                .forEach(flip -> rows.add(row(
                        "at " + Quantities.number(flip.factor()) + " times " + flip.what() + at(flip), flip.then())));
        return new PlanDrawing.Table(
                "What would change the decision", List.of("when", "plan", "latency", "per second"), rows);
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
                PlanPicture.line(placement),
                Quantities.seconds(placement.latencySeconds()),
                Quantities.number(placement.throughputPerSecond()));
    }
}
