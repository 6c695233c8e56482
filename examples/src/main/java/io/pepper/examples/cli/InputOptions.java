package io.pepper.examples.cli;

import io.pepper.examples.SizeText;
import io.pepper.export.VerificationOptions;
import io.pepper.model.Dimension;
import io.pepper.model.InputShapes;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.OnnxModel;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options for the sizes of inputs that the model leaves open. */
final class InputOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--shape", paramLabel = "NAME=1x3x224x224", description = "The shape of an input; may be repeated.")
    private List<String> shapes = List.of();

    @Option(names = "--dim", paramLabel = "NAME=N", description = "The size of a named dimension; may be repeated.")
    private List<String> dimensions = List.of();

    private final Set<String> taken = new HashSet<>();

    /** Returns verification options with these sizes. */
    VerificationOptions verification() {
        return VerificationOptions.DEFAULTS.withSizes(shapes());
    }

    /** Returns the given sizes. */
    InputShapes shapes() {
        InputShapes given = InputShapes.NONE;
        for (String shape : shapes) {
            given = typed("--shape", shape, SizeText::withShape, given);
        }
        for (String dimension : dimensions) {
            given = typed("--dim", dimension, SizeText::withDimension, given);
        }
        return given;
    }

    /**
     * Returns the given sizes that belong to inputs and dimensions of a model, because several models may take
     * different ones.
     */
    InputShapes shapesOf(OnnxModel model) {
        return shapesOf(model.inputs());
    }

    /** Like {@link #shapesOf(OnnxModel)}. Afterwards, {@link #requireAllTaken} finds mistyped sizes. */
    InputShapes shapesOf(List<TensorInfo> inputs) {
        InputShapes given = shapes();
        InputShapes fitting = InputShapes.NONE;
        for (TensorInfo input : inputs) {
            List<Long> shape = given.shapes().get(input.name());
            if (shape != null) {
                taken.add(input.name());
                fitting = fitting.withInputShape(
                        input.name(), shape.stream().mapToLong(Long::longValue).toArray());
            }
            for (Dimension dimension : input.shape().orElse(List.of())) {
                String symbol = dimension.symbol().orElse("");
                Long size = given.dimensions().get(symbol);
                if (size != null) {
                    taken.add(symbol);
                    fitting = fitting.withDimension(symbol, size);
                }
            }
        }
        return fitting;
    }

    /** Refuses sizes that belong to no model. */
    void requireAllTaken() {
        InputShapes given = shapes();
        for (String input : given.shapes().keySet()) {
            if (!taken.contains(input)) {
                throw new ParameterException(spec.commandLine(), "--shape " + input + ": no such input");
            }
        }
        for (String dimension : given.dimensions().keySet()) {
            if (!taken.contains(dimension)) {
                throw new ParameterException(
                        spec.commandLine(), "--dim " + dimension + ": no input has such a dimension");
            }
        }
    }

    private InputShapes typed(
            String option, String value, BiFunction<InputShapes, String, InputShapes> reader, InputShapes before) {
        try {
            return reader.apply(before, value);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), option + " " + e.getMessage(), e);
        }
    }
}
