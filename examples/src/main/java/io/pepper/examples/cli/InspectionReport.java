package io.pepper.examples.cli;

import io.pepper.cut.Cut;
import io.pepper.cut.PaperBridges;
import io.pepper.internal.text.Quantities;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.ModelCharacteristics;
import io.pepper.onnx.ModelWeights;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.RecognizedInputs;
import io.pepper.onnx.TensorShapes;
import io.pepper.onnx.UndecidedIf;
import io.pepper.partition.Partitioner;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** The findings on a model, for a person at a terminal. */
final class InspectionReport {

    private InspectionReport() {}

    static void print(Inspection inspection, PrintWriter out) {
        ModelPrinter.summary(inspection.model(), out);
        costs(inspection.costs().characteristics(), out);
        sizes(inspection.costs().shapes(), out);
        recognized(inspection, out);
        SharingReport.print(inspection, out);
        cuts(inspection, out);
        if (inspection.original()) {
            original(inspection.model().paperBridges(), out);
        }
        if (inspection.weights()) {
            weights(ModelWeights.of(inspection.model()).tensors(), out);
        }
    }

    private static void costs(ModelCharacteristics found, PrintWriter out) {
        Table facts = Table.ofFacts();
        facts.row(
                "layers",
                found.convLayers() + " convolutional with " + text(found.filters()) + " filters, " + found.poolLayers()
                        + " pooling, " + found.fcLayers() + " fully connected");
        facts.row("parameters", found.parameters() + ", " + Quantities.bytes(found.weightBytes()) + " in use");
        facts.row(
                "arithmetic",
                found.flops().isPresent()
                        ? Quantities.decimal(found.flops(), "FLOPs") + ", " + Quantities.decimal(found.macs(), "MACs")
                        : "unknown");
        facts.row(
                "memory",
                found.peakActivationBytes().isPresent()
                        ? Quantities.bytes(found.peakActivationBytes()) + " peak of live tensors, "
                                + Quantities.bytes(found.leastPeakActivationBytes()) + " in the best order found"
                        : "unknown");
        facts.print(out);
        if (found.leastPeakSearch().limited()) {
            out.println("  note: the search for the best order stopped at its budget, after "
                    + found.leastPeakSearch().steps() + " steps; a better order may exist");
        }
        found.unknownOperators()
                .forEach((type, number) -> out.println("  note: no formula for " + number + " " + type));
    }

    private static void sizes(TensorShapes shapes, PrintWriter out) {
        shapes.failure().ifPresent(why -> out.println("  note: shapes are as the model states them; " + why));
        if (!shapes.openDimensions().isEmpty()) {
            out.println("  note: the inputs leave open " + String.join(", ", shapes.openDimensions()));
            Failures.hint(shapes.openDimensions()).ifPresent(out::println);
        }
        out.println();
    }

    private static void recognized(Inspection inspection, PrintWriter out) {
        RecognizedInputs found = inspection.recognized();
        if (found.names().isEmpty()) {
            return;
        }
        List<String> lines = new ArrayList<>();
        if (!found.caches().isEmpty()) {
            RecognizedInputs.Cache first = found.caches().get(0);
            lines.add(found.caches().size() + " cache" + (found.caches().size() == 1 ? "" : "s") + " (" + first.past()
                    + " becomes " + first.present() + (found.caches().size() == 1 ? ")" : ", and so on)"));
        }
        int readOnly = found.readOnlyCaches().size();
        if (readOnly > 0) {
            lines.add(readOnly + " cache" + (readOnly == 1 ? "" : "s") + " that no output extends ("
                    + found.readOnlyCaches().get(0) + (readOnly == 1 ? ")" : ", and so on)"));
        }
        add("context", found.contexts(), lines);
        add("mask", found.masks(), lines);
        add("added mask", found.addedMasks(), lines);
        add("hiding mask", found.hidingMasks(), lines);
        add("position", found.positions(), lines);
        add("length", found.lengths(), lines);
        out.println("Recognised and shared, so that cuts lie between layers: " + String.join("; ", lines) + ".");
        out.println("--no-auto-share turns that off.");
        out.println();
    }

    private static void add(String kind, List<String> names, List<String> lines) {
        if (!names.isEmpty()) {
            lines.add(kind + (names.size() == 1 ? " " : "s ") + String.join(", ", names));
        }
    }

    private static void cuts(Inspection inspection, PrintWriter out) {
        List<Cut> cuts = inspection.cuts().list();
        if (cuts.isEmpty()) {
            out.println("No single tensor separates its inputs from its outputs; " + advice(inspection.model()));
            return;
        }
        Table table = new Table("#", "cut at", "bytes", "operators before", "after");
        for (int i = 0; i < cuts.size(); i++) {
            Cut cut = cuts.get(i);
            String names =
                    inspection.crossing(cut).stream().map(TensorInfo::toString).collect(Collectors.joining("; "));
            // Caches stay with their layers.
            List<TensorInfo> along = inspection.carried(cut).stream()
                    .filter(tensor -> !inspection.recognized().isCache(tensor.name()))
                    .toList();
            String carried = along.isEmpty() ? "" : " with " + ModelPrinter.names(along);
            table.row(
                    Integer.toString(i + 1),
                    names + carried,
                    Quantities.bytes(cut.bytes()),
                    Integer.toString(cut.operatorsBefore()),
                    Integer.toString(cut.operatorsAfter()));
        }
        table.print(out);
    }

    /** Returns advice for a model without cuts. */
    static String advice(OnnxModel model) {
        List<UndecidedIf> undecided = model.undecidedIfs();
        if (undecided.isEmpty() && !model.closedFunctions().isEmpty()) {
            return String.join("; ", model.closedFunctions()) + ".";
        }
        if (undecided.isEmpty()) {
            return model.operatorCount() - model.constantOperatorCount() < 2
                    ? "it is one operator."
                    : "--max-width and --share may find wider cuts.";
        }
        UndecidedIf first =
                undecided.stream().filter(UndecidedIf::isSettable).findFirst().orElse(undecided.get(0));
        String what = model.operatorCount() == 1 ? "it is one If" : "it has an If ('" + first.operator() + "')";
        return what + decided(first);
    }

    private static String decided(UndecidedIf found) {
        if (found.inputs().isEmpty()) {
            return ", whose condition '" + found.condition() + "' depends on no input; its branches are not divided.";
        } else if (!found.isSettable()) {
            return ", whose condition '" + found.condition() + "' depends on " + String.join(", ", found.inputs())
                    + "; --set cannot decide it, because of " + String.join(", ", found.obstacles())
                    + ", and its branches are not divided.";
        }
        String input = found.inputs().get(0);
        if (found.inputs().size() == 1 && found.areTruthValues()) {
            return " on input '" + input + "': --set " + input + "=true or --set " + input + "=false opens it.";
        }
        return " on input" + (found.inputs().size() == 1 ? " '" : "s '") + String.join("', '", found.inputs()) + "': "
                + found.inputs().stream()
                        .map(name -> "--set " + name + "=VALUE")
                        .collect(Collectors.joining(" "))
                + " opens it.";
    }

    private static void weights(List<TensorInfo> tensors, PrintWriter out) {
        out.println();
        Table table = new Table("weight", "parameters", "bytes");
        for (TensorInfo tensor : tensors) {
            table.row(
                    tensor.toString(), Long.toString(ModelWeights.elements(tensor)), Quantities.bytes(tensor.bytes()));
        }
        table.print(out);
        out.println(tensors.size() + " stored tensors");
    }

    private static void original(PaperBridges original, PrintWriter out) {
        List<PaperBridges.Bridge> chosen = original.atDistance(Partitioner.DEFAULT_MINIMUM_DISTANCE);
        out.println();
        out.println("The original finds " + original.bridges().size() + " bridges, and would choose " + chosen.size()
                + ":");
        chosen.forEach(bridge -> out.println("  " + bridge.from() + " to " + bridge.to()));
    }

    private static String text(OptionalLong value) {
        return value.isPresent() ? Long.toString(value.getAsLong()) : "?";
    }
}
