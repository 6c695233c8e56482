package io.pepper.bench;

import io.pepper.onnx.InputShapes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

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
