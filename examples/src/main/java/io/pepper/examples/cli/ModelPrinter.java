package io.pepper.examples.cli;

import io.pepper.export.PartitionManifest;
import io.pepper.export.Verification;
import io.pepper.internal.text.Quantities;
import io.pepper.model.OptimizationLevel;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.OnnxModel;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Results for a person at a terminal. */
final class ModelPrinter {
    private static final int MAX_OPSETS = 6;
    private static final Set<String> STANDARD = Set.of("", "ai.onnx");

    private ModelPrinter() {}

    static void summary(OnnxModel model, PrintWriter out) {
        out.println(model.name() + ": IR version " + model.irVersion() + ", operator sets " + opsets(model.opsets()));
        Table facts = Table.ofFacts();
        facts.row(
                "operators",
                model.operatorCount() + ", of which " + model.constantOperatorCount() + " only compute constants");
        facts.row("weights", Quantities.bytes(model.weightBytes()));
        model.inputs().forEach(input -> facts.row("input", input.toString()));
        model.outputs().forEach(output -> facts.row("output", output.toString()));
        facts.row("cuts", model.cuts().size() + " at a single tensor");
        facts.print(out);
        out.println();
    }

    /** Returns some operator sets by name, the standard one first, and the number of the others. */
    static String opsets(Map<String, Long> opsets) {
        String named = opsets.entrySet().stream()
                .sorted(Comparator.comparing(entry -> !STANDARD.contains(entry.getKey())))
                .limit(MAX_OPSETS)
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", "));
        int more = opsets.size() - MAX_OPSETS;
        return more > 0 ? named + " and " + more + " more" : named;
    }

    static void parts(PartitionManifest manifest, Path directory, PrintWriter out) {
        Table table = new Table("part", "size", "operators", "weights", "takes", "gives");
        for (PartitionManifest.Part part : manifest.parts()) {
            table.row(
                    part.file(),
                    Quantities.bytes(part.bytes()),
                    Integer.toString(part.operators()),
                    Quantities.bytes(part.weightBytes()),
                    names(part.inputs()),
                    names(part.outputs()));
        }
        table.print(out);
        manifest.notes().forEach(note -> out.println("note: " + note));
        out.println("written to " + directory + ": " + Quantities.bytes(manifest.bytesWritten()));
    }

    static void verification(Verification verification, PrintWriter out) {
        out.println();
        Table table = new Table("output", "shape", "whole and parts", "largest difference");
        for (Verification.OutputComparison output : verification.outputs()) {
            table.row(output.output(), output.shape().toString(), agreement(output), difference(output));
        }
        table.print(out);
        verification.warnings().forEach(warning -> out.println("warning: " + warning));
        out.println(verdict(verification));
    }

    private static String agreement(Verification.OutputComparison output) {
        if (!output.comparable()) {
            return "not comparable";
        }
        return output.identical() ? "bit-identical" : "different";
    }

    private static String difference(Verification.OutputComparison output) {
        if (!output.comparable()) {
            return "-";
        }
        return output.identical()
                ? "0"
                : Quantities.number(output.maxAbsDiff()) + " (relative " + Quantities.number(output.maxRelDiff()) + ")";
    }

    private static String verdict(Verification verification) {
        if (verification.identical()) {
            return "verified: the parts compute exactly the same as the whole model";
        }
        if (verification.passed()) {
            return verification.optimization().equals(OptimizationLevel.NONE.name())
                    ? "verified: the parts compute the same as the whole model, except for the rounding of 16-bit numbers at the cuts"
                    : "verified: the parts compute the same as the whole model, within the tolerance";
        }
        if (verification.differs()) {
            return "NOT verified: the parts do not compute the same as the whole model";
        }
        return verification.outputs().stream().anyMatch(Verification.OutputComparison::comparable)
                ? "verified in part: the outputs that can be compared agree; the others cannot be compared"
                : "not comparable: no output can be compared";
    }

    static String names(List<TensorInfo> tensors) {
        return tensors.stream().map(TensorInfo::name).collect(Collectors.joining(", "));
    }
}
