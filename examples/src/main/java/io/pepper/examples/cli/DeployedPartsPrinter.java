package io.pepper.examples.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pepper.distributed.PartMetrics;
import io.pepper.examples.DeployedPart;
import io.pepper.export.DeploymentPlan;
import io.pepper.internal.text.Quantities;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/**
 * The parts that nodes serve: what they did, beside what the plans predict.
 *
 * @param parts the parts
 * @param plans the plans by the names of their deployments, as far as they are known
 */
record DeployedPartsPrinter(List<DeployedPart> parts, Map<String, DeploymentPlan> plans) {
    /** Returns the parts by deployment and version. */
    private Map<String, List<DeployedPart>> byVersion() {
        return parts.stream()
                .collect(Collectors.groupingBy(
                        part -> part.deployment() + " version " + part.version(),
                        java.util.LinkedHashMap::new,
                        Collectors.toList()));
    }

    void print(PrintWriter out) {
        byVersion().forEach((title, served) -> {
            out.println();
            DeploymentPlan plan = plans.get(served.get(0).deployment());
            out.println(title + (plan == null ? "" : ": predicted " + predicted(plan)));
            Table table = new Table(
                    "part",
                    "node",
                    "runs",
                    "per second",
                    "run",
                    "predicted",
                    "ratio",
                    "queue",
                    "on the wire",
                    "predicted");
            served.forEach(part -> row(table, part));
            table.print(out);
        });
    }

    private static String predicted(DeploymentPlan plan) {
        String mean = Quantities.seconds(plan.placement().latencySeconds()) + " alone, "
                + Quantities.number(1 / plan.placement().periodSeconds()) + " per second";
        return plan.phases().isEmpty() ? mean : PlannedPhases.shares(plan) + "; the mean step " + mean;
    }

    private static void row(Table table, DeployedPart part) {
        PartMetrics counts = part.metrics().orElse(null);
        table.row(
                part.file().orElse(String.valueOf(part.part())),
                part.node() + (part.planned() ? "" : " (spare)"),
                counts == null
                        ? "-"
                        : counts.runs() + (counts.failures() == 0 ? "" : " and " + counts.failures() + " failed"),
                counts == null ? "-" : Quantities.number(counts.recent().perSecond()),
                seconds(counts == null ? OptionalDouble.empty() : counts.meanRunSeconds()),
                seconds(part.predictedSeconds()),
                part.ratio().isPresent()
                        ? String.format(Locale.ROOT, "%.2f", part.ratio().getAsDouble())
                        : "-",
                seconds(counts == null ? OptionalDouble.empty() : counts.meanQueueSeconds()),
                seconds(counts == null ? OptionalDouble.empty() : counts.meanWireSeconds()),
                seconds(part.predictedWireSeconds()));
    }

    private static String seconds(OptionalDouble value) {
        return value.isPresent() ? Quantities.seconds(value.getAsDouble()) : "-";
    }

    void addTo(ObjectNode document) {
        ArrayNode deployments = document.putArray("deployments");
        byVersion().values().forEach(served -> {
            DeploymentPlan plan = plans.get(served.get(0).deployment());
            ObjectNode entry = deployments.addObject();
            entry.put("deployment", served.get(0).deployment());
            entry.put("version", served.get(0).version());
            ObjectNode predicted = entry.putObject("predicted");
            Json.put(
                    predicted,
                    "latencySeconds",
                    plan == null ? Double.NaN : plan.placement().latencySeconds());
            Json.put(
                    predicted,
                    "throughputPerSecond",
                    plan == null ? Double.NaN : 1 / plan.placement().periodSeconds());
            if (plan != null) {
                Json.putPhases(predicted, plan);
            }
            ArrayNode rows = entry.putArray("parts");
            served.forEach(part -> add(rows.addObject(), part));
        });
    }

    private static void add(ObjectNode row, DeployedPart part) {
        row.put("part", part.part());
        row.put("file", part.file().orElse(null));
        row.put("node", part.node());
        row.put("spare", !part.planned());
        Json.put(row, "predictedSeconds", part.predictedSeconds());
        Json.put(row, "predictedWireSeconds", part.predictedWireSeconds());
        part.metrics().ifPresent(counts -> {
            row.put("runs", counts.runs());
            row.put("failures", counts.failures());
            Json.put(row, "perSecond", counts.recent().perSecond());
            Json.put(row, "meanRunSeconds", counts.meanRunSeconds());
            Json.put(row, "meanQueueSeconds", counts.meanQueueSeconds());
            Json.put(row, "meanWireSeconds", counts.meanWireSeconds());
            Json.put(row, "totalRunSeconds", counts.runSeconds());
            row.put("bytesIn", counts.bytesIn());
            row.put("bytesOut", counts.bytesOut());
        });
        Json.put(row, "measuredPerPredicted", part.ratio());
    }
}
