package io.pepper.examples.cli;

import ai.onnxruntime.OnnxTensor;
import io.pepper.generation.GenerationSession;
import io.pepper.generation.TokenSequence;
import io.pepper.model.Dimension;
import io.pepper.model.InputShapes;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.OnnxModel;
import io.pepper.session.RandomInputs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The inputs of a text generator that are the same in all steps of a sequence, such as the states of an encoder. */
final class ContextOptions {
    /** The size of an open axis of random inputs. */
    private static final long RANDOM_SIZE = 8;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--input",
            paramLabel = "NAME=FILE.npy|FILE.pb",
            description = "An input that is the same in all steps, such as encoder_hidden_states: a NumPy file or a"
                    + " TensorProto file. May be repeated.")
    private Map<String, Path> given = new LinkedHashMap<>();

    boolean isGiven() {
        return !given.isEmpty();
    }

    /** Begins a sequence with the inputs from the files. */
    TokenSequence sequence(GenerationSession session) throws IOException {
        List<TensorInfo> required = session.contextInputs();
        for (String name : given.keySet()) {
            if (required.stream().noneMatch(input -> input.name().equals(name))) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--input " + name + ": the inputs that are the same in all steps are " + required);
            }
        }
        Map<String, OnnxTensor> tensors = new HashMap<>();
        try {
            for (TensorInfo input : required) {
                Path file = given.get(input.name());
                if (file == null) {
                    throw new ParameterException(
                            spec.commandLine(), "the model needs --input " + input.name() + "=FILE for " + input);
                }
                tensors.put(input.name(), GivenInputs.read(input, file));
            }
            return session.newSequence(tensors);
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    /** Returns the inputs of a model that are the same in all steps: those of files, and random ones. */
    static Map<String, OnnxTensor> all(OnnxModel model, Path directory, GivenInputs given, InputShapes sizes)
            throws IOException {
        List<String> names = new ArrayList<>(model.recognizedInputs().readOnlyCaches());
        names.addAll(model.recognizedInputs().contexts());
        List<TensorInfo> required = model.inputs().stream()
                .filter(input -> names.contains(input.name()))
                .toList();
        Map<String, Path> files = given.files(required);
        InputShapes known = sizes;
        List<TensorInfo> random = new ArrayList<>();
        for (TensorInfo input : required) {
            if (!files.containsKey(input.name())) {
                random.add(input);
                for (Dimension axis : input.shape().orElse(List.of())) {
                    String symbol = axis.symbol().orElse("");
                    if (!symbol.isEmpty() && !known.dimensions().containsKey(symbol)) {
                        known = known.withDimension(symbol, symbol.contains("batch") ? 1 : RANDOM_SIZE);
                    }
                }
            }
        }
        Map<String, OnnxTensor> tensors =
                new HashMap<>(random.isEmpty() ? Map.of() : RandomInputs.of(directory, random, known, 0));
        for (TensorInfo input : required) {
            if (files.containsKey(input.name())) {
                tensors.put(input.name(), GivenInputs.read(input, Objects.requireNonNull(files.get(input.name()))));
            }
        }
        return tensors;
    }
}
