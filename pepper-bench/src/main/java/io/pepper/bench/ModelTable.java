package io.pepper.bench;

import io.pepper.onnx.InputShapes;
import io.pepper.onnx.ModelCharacteristics;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.OnnxModel;
import io.pepper.onnx.TensorInfo;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/** Prints the table of {@code docs/models.md}: what models are made of, what they cost, and how many cuts they have. */
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
                "| model | operators | parameters | GFLOPs | MiB of weights in use | MiB alive at most | cuts of width 1"
                        + " | up to 2 | up to 3 | width 1, mask shared | no formula for |");
        out.println("|---|---|---|---|---|---|---|---|---|---|---|");
        for (String line : Files.readAllLines(Path.of(args[0]))) {
            if (!line.startsWith("#")) {
                List<String> words = Arrays.asList(line.split(" ", -1));
                Path file = Path.of(args[1], words.get(0) + ".onnx");
                out.println(row(words.get(0), file, sizes(words.subList(1, words.size()))));
            }
        }
    }

    private static InputShapes sizes(List<String> words) {
        InputShapes sizes = InputShapes.NONE;
        for (String word : words) {
            String name = word.substring(0, word.indexOf('='));
            long[] values = Arrays.stream(word.substring(name.length() + 1).split("x", -1))
                    .mapToLong(Long::parseLong)
                    .toArray();
            sizes = values.length > 1 ? sizes.withInputShape(name, values) : sizes.withDimension(name, values[0]);
        }
        return sizes;
    }

    private static String row(String name, Path file, InputShapes sizes) throws IOException {
        try (OnnxModel model = OnnxModel.load(file)) {
            ModelCosts costs = model.costs(model.shapes(sizes));
            ModelCharacteristics found = costs.characteristics();
            StringBuilder row = new StringBuilder("| ").append(name);
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
