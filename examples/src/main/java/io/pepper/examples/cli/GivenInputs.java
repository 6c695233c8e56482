package io.pepper.examples.cli;

import ai.onnxruntime.OnnxTensor;
import io.pepper.export.VerificationOptions;
import io.pepper.model.Dimension;
import io.pepper.model.InputValues;
import io.pepper.model.ModelException;
import io.pepper.model.TensorInfo;
import io.pepper.session.TensorFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Inputs of a model from files, which must have exactly the type and shape that the model requires. */
final class GivenInputs {
    private static final String PREFIX = "ONNX_TENSOR_ELEMENT_DATA_TYPE_";
    private static final String RANDOM = "random";

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--input",
            paramLabel = "NAME=FILE.npy|FILE.pb|random",
            description =
                    "An input: a NumPy file, a TensorProto file, or random values (the default). May be repeated.")
    private List<String> given = List.of();

    private final Set<String> taken = new HashSet<>();

    /** Returns whether an input is given. */
    boolean areGiven() {
        return !given.isEmpty();
    }

    /** Returns the files by input; random inputs are left out. */
    Map<String, Path> files(List<TensorInfo> inputs) {
        Map<String, Path> files = new LinkedHashMap<>();
        for (String input : given) {
            int split = input.lastIndexOf('=');
            String name = input.substring(0, Math.max(0, split));
            if (inputs.stream().noneMatch(known -> known.name().equals(name))) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--input " + input + ": the model has no input '" + name + "', only " + inputs);
            }
            if (!input.substring(split + 1).equals(RANDOM)) {
                files.put(name, Path.of(input.substring(split + 1)));
            }
        }
        return files;
    }

    /**
     * Returns the files of inputs that a model has, because several models may take different ones. Afterwards, {@link
     * #requireAllTaken} finds mistyped names.
     */
    Map<String, Path> filesOf(List<TensorInfo> inputs) {
        Map<String, Path> files = new LinkedHashMap<>();
        for (String input : given) {
            int split = input.lastIndexOf('=');
            String name = input.substring(0, Math.max(0, split));
            if (inputs.stream().anyMatch(known -> known.name().equals(name))) {
                taken.add(input);
                if (!input.substring(split + 1).equals(RANDOM)) {
                    files.put(name, Path.of(input.substring(split + 1)));
                }
            }
        }
        return files;
    }

    /** Refuses inputs that no model has. */
    void requireAllTaken() {
        for (String input : given) {
            if (!taken.contains(input)) {
                throw new ParameterException(spec.commandLine(), "--input " + input + ": no model has such an input");
            }
        }
    }

    /** Reads an input. Problems of its file are reported with the input's name. */
    static OnnxTensor read(TensorInfo input, Path file) throws IOException {
        OnnxTensor tensor;
        try {
            tensor = TensorFiles.read(file);
        } catch (ModelException | IllegalArgumentException wrong) {
            throw new IOException("input " + input.name() + ": " + wrong.getMessage(), wrong);
        }
        try {
            check(input, file, tensor);
            return tensor;
        } catch (IOException wrong) {
            tensor.close();
            throw wrong;
        }
    }

    /** Returns verification options with these inputs. */
    VerificationOptions verification(VerificationOptions options, List<TensorInfo> inputs) throws IOException {
        VerificationOptions with = options;
        Map<String, Path> files = files(inputs);
        for (TensorInfo input : inputs) {
            if (files.containsKey(input.name())) {
                try (OnnxTensor tensor = read(input, files.get(input.name()))) {
                    with = with(with, input.name(), tensor);
                }
            }
        }
        return with;
    }

    private static VerificationOptions with(VerificationOptions options, String name, OnnxTensor tensor)
            throws IOException {
        InputValues values = TensorFiles.values(tensor);
        long[] shape = tensor.getInfo().getShape();
        return values.numbers().isPresent()
                ? options.withInput(name, values.numbers().get(), shape)
                : options.withInput(name, values.strings(), shape);
    }

    /** Refuses a tensor of another type, rank or size; nothing is converted. */
    private static void check(TensorInfo input, Path file, OnnxTensor tensor) throws IOException {
        String type =
                tensor.getInfo().onnxType.name().substring(PREFIX.length()).toLowerCase(Locale.ROOT);
        long[] shape = tensor.getInfo().getShape();
        boolean fits = input.type().map(type::equals).orElse(true)
                && input.shape().map(asked -> fits(asked, shape)).orElse(true);
        if (!fits) {
            throw new IOException("input " + input.name() + ": " + file + " has " + type
                    + Arrays.toString(shape).replace(" ", "") + ", but the model requires " + input);
        }
    }

    private static boolean fits(List<Dimension> asked, long[] shape) {
        if (asked.size() != shape.length) {
            return false;
        }
        for (int axis = 0; axis < shape.length; axis++) {
            if (asked.get(axis).size().orElse(shape[axis]) != shape[axis]) {
                return false;
            }
        }
        return true;
    }
}
