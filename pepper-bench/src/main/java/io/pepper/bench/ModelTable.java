package io.pepper.bench;

import io.pepper.model.TensorInfo;
import io.pepper.onnx.ModelCharacteristics;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.OnnxModel;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;

/** Prints the table of {@code docs/models.md}: characteristics, costs and number of cuts of models. */
public final class ModelTable {
    private static final int WIDEST = 3;
    private static final String MASK = "attention_mask";

    private ModelTable() {}

    /**
     * Prints the table.
     *
     * @param args a list of models with the sizes of their inputs, and the directory of the models
     * @throws IOException if a model cannot be read
     */
    public static void main(String[] args) throws IOException {
        if (args.length != 2) {
            throw new IllegalArgumentException("two arguments are needed: the list of models, and their directory");
        }
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        out.println(
                "| model | operators | parameters | GFLOPs | MiB of used weights | peak of live MiB | cuts of width 1"
                        + " | up to 2 | up to 3 | width 1, mask shared | no formula for |");
        out.println("|---|---|---|---|---|---|---|---|---|---|---|");
        for (ListedModel listed : ListedModel.read(Path.of(args[0]), Path.of(args[1]))) {
            out.println(row(listed));
        }
    }

    private static String row(ListedModel listed) throws IOException {
        try (OnnxModel model = OnnxModel.load(listed.file())) {
            ModelCosts costs = model.costs(model.shapes(listed.sizes()));
            ModelCharacteristics found = costs.characteristics();
            StringBuilder row = new StringBuilder("| ").append(listed.name());
            row.append(" | ").append(model.operatorCount());
            row.append(" | ").append(String.format(Locale.ROOT, "%,d", found.parameters()));
            row.append(" | ").append(scaled(found.flops(), 1e9));
            row.append(" | ").append(scaled(OptionalLong.of(found.weightBytes()), 1 << 20));
            row.append(" | ").append(scaled(found.peakActivationBytes(), 1 << 20));
            for (int width = 1; width <= WIDEST; width++) {
                row.append(" | ")
                        .append(model.cuts(costs.cutOptions().withMaxWidth(width))
                                .size());
            }
            boolean masked = model.inputs().stream().map(TensorInfo::name).anyMatch(MASK::equals);
            row.append(" | ")
                    .append(
                            masked
                                    ? model.cuts(costs.cutOptions().withShared(MASK))
                                            .size()
                                    : "");
            return row.append(" | ")
                    .append(String.join(", ", found.unknownOperators().keySet()))
                    .append(" |")
                    .toString();
        }
    }

    private static String scaled(OptionalLong value, double unit) {
        return value.isEmpty() ? "?" : String.format(Locale.ROOT, "%.4g", value.getAsLong() / unit);
    }
}
