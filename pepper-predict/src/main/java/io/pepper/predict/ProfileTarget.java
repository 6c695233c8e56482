package io.pepper.predict;

import io.pepper.measure.ModelTimer;
import io.pepper.measure.TimingOptions;
import io.pepper.model.InputShapes;
import io.pepper.workload.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A model, or a piece of one, to measure.
 *
 * @param model the model's name
 * @param piece the piece's name, unique in its model
 * @param file the ONNX file of the piece
 * @param sizes the sizes of the piece's inputs
 * @param work the piece's workload
 * @param before the part of the model before the piece; empty for a piece at the model's start
 * @param inputs files with the values of its inputs, by input; the others have pseudo-random values
 */
public record ProfileTarget(
        String model,
        String piece,
        Path file,
        InputShapes sizes,
        Workload work,
        Optional<Before> before,
        Map<String, Path> inputs) {
    /**
     * Everything of a model before a piece, which computes inputs of the piece.
     *
     * @param file its ONNX file
     * @param sizes the size of each of its inputs
     */
    public record Before(Path file, InputShapes sizes) {}

    /**
     * Copies the map.
     *
     * @param model the model's name
     * @param piece the piece's name, unique in its model
     * @param file the ONNX file of the piece
     * @param sizes the sizes of the piece's inputs
     * @param work the piece's workload
     * @param before the part of the model before the piece; empty for a piece at the model's start
     * @param inputs files with the values of its inputs, by input
     */
    public ProfileTarget {
        inputs = Collections.unmodifiableMap(new TreeMap<>(inputs));
    }

    /**
     * Creates a target at the model's start, with pseudo-random inputs.
     *
     * @param model the model's name
     * @param piece the piece's name, unique in its model
     * @param file the ONNX file of the piece
     * @param sizes the sizes of the piece's inputs
     * @param work the piece's workload
     */
    public ProfileTarget(String model, String piece, Path file, InputShapes sizes, Workload work) {
        this(model, piece, file, sizes, work, Optional.empty(), Map.of());
    }

    /**
     * Gives the target the inputs that it has when the model runs on given values. What is before a piece runs once to
     * compute them; other inputs of the model have pseudo-random values.
     *
     * @param values files with the values of inputs of the model ({@code .npy} or {@code .pb}), by input
     * @param options the options with which the model runs; sizes and inputs do not count
     * @return a copy with these inputs
     * @throws IOException if a file cannot be read or written, or what is before the piece does not run
     */
    public ProfileTarget withInputs(Map<String, Path> values, TimingOptions options) throws IOException {
        Map<String, Path> known = new TreeMap<>(values);
        if (before.isPresent()) {
            Before first = before.get();
            TimingOptions there = options.withSizes(first.sizes).withInputs(of(values, first.sizes));
            known.putAll(ModelTimer.tensors(first.file, there, file.resolveSibling("inputs")));
        }
        boolean whole = piece.equals(ProfileTargets.WHOLE);
        return new ProfileTarget(model, piece, file, sizes, work, before, whole ? values : of(known, sizes));
    }

    /** Returns a copy with another name of the piece. */
    ProfileTarget named(String name) {
        return new ProfileTarget(model, name, file, sizes, work, before, inputs);
    }

    /** Returns the values of the inputs whose sizes are listed. */
    private static Map<String, Path> of(Map<String, Path> values, InputShapes listed) {
        Map<String, Path> some = new TreeMap<>(values);
        some.keySet().retainAll(listed.shapes().keySet());
        return some;
    }
}
