package io.pepper.bench;

import io.pepper.cut.CutOptions;
import io.pepper.export.ExportOptions;
import io.pepper.export.PartitionManifest;
import io.pepper.export.SubmodelExporter;
import io.pepper.model.InputShapes;
import io.pepper.onnx.ModelCosts;
import io.pepper.onnx.OnnxModel;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * A model of a list: a line with its name, then the sizes of inputs that it leaves open.
 *
 * @param name the name of its file, without the ending
 * @param file the file
 * @param sizes the sizes
 */
record ListedModel(String name, Path file, InputShapes sizes) {
    /** Reads a list. */
    static List<ListedModel> read(Path list, Path directory) throws IOException {
        return Files.readAllLines(list).stream()
                .filter(line -> !line.startsWith("#"))
                .map(line -> Arrays.asList(line.split(" ", -1)))
                .map(words -> new ListedModel(
                        words.get(0), directory.resolve(words.get(0) + ".onnx"), sizes(words.subList(1, words.size()))))
                .toList();
    }

    /** Divides it into parts of equal arithmetic, at cuts of a kind, and writes them. */
    PartitionManifest export(int parts, Function<ModelCosts, CutOptions> kind, Path directory) throws IOException {
        try (OnnxModel model = OnnxModel.load(file)) {
            ModelCosts costs = model.costs(model.shapes(sizes));
            Partition partition = Partitioner.balanced(parts, costs.flops()).partition(model.cuts(kind.apply(costs)));
            return SubmodelExporter.export(model, partition, directory, ExportOptions.DEFAULTS.withDurable(false));
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
}
