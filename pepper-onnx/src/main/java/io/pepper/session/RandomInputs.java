package io.pepper.session;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import io.pepper.export.PartitionManifest;
import io.pepper.model.Dimension;
import io.pepper.model.InputShapes;
import io.pepper.model.OptimizationLevel;
import io.pepper.model.ReadOptions;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.internal.session.CannotRunException;
import io.pepper.onnx.internal.session.Draw;
import io.pepper.onnx.internal.session.IndexHints;
import io.pepper.onnx.internal.session.InputGenerator;
import io.pepper.onnx.internal.session.NativeRuntime;
import io.pepper.onnx.internal.session.PlannedInput;
import io.pepper.onnx.internal.session.ValueHint;
import io.pepper.session.internal.ModelFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Random inputs for trying a session. Stateless and therefore thread-safe. */
public final class RandomInputs {
    private RandomInputs() {}

    /**
     * Returns random values. The same names, sizes and seed give the same values. Integers are 0 to 2, masks mostly
     * ones.
     *
     * @param inputs the inputs of the model
     * @param sizes the sizes of open dimensions
     * @param seed any number
     * @return tensors by name, for the caller to close
     * @throws IllegalArgumentException if a size is unknown; the message names the input and the dimension
     * @throws IOException if ONNX Runtime's Java interface cannot make a tensor of some type
     */
    public static Map<String, OnnxTensor> of(List<TensorInfo> inputs, InputShapes sizes, long seed) throws IOException {
        return make(inputs, sizes, seed, Map.of());
    }

    /**
     * Returns random values on which a partition can run. Where a part uses an integer input as an index, the value is
     * a valid index. The same files, names, sizes and seed give the same values.
     *
     * @param directory the directory of {@code partition.json} and the parts
     * @param inputs the wanted inputs of the model
     * @param sizes the sizes of open dimensions
     * @param seed any number
     * @return tensors by name, for the caller to close
     * @throws IllegalArgumentException if a size is unknown; the message names the input and the dimension
     * @throws IOException if a part cannot be read, or ONNX Runtime's Java interface cannot make a tensor of some type
     */
    public static Map<String, OnnxTensor> of(Path directory, List<TensorInfo> inputs, InputShapes sizes, long seed)
            throws IOException {
        return of(directory, inputs, sizes, seed, ReadOptions.DEFAULTS);
    }

    /**
     * Returns random values on which a partition can run, see {@link #of(Path, List, InputShapes, long)}.
     *
     * @param directory the directory of {@code partition.json} and the parts
     * @param inputs the wanted inputs of the model
     * @param sizes the sizes of open dimensions
     * @param seed any number
     * @param reading further directories into which links among the parts may lead
     * @return tensors by name, for the caller to close
     * @throws IllegalArgumentException if a size is unknown; the message names the input and the dimension
     * @throws IOException if a part cannot be read, or ONNX Runtime's Java interface cannot make a tensor of some type
     */
    public static Map<String, OnnxTensor> of(
            Path directory, List<TensorInfo> inputs, InputShapes sizes, long seed, ReadOptions reading)
            throws IOException {
        Map<String, ValueHint> hints = new HashMap<>();
        for (PartitionManifest.Part part :
                PartitionManifest.read(directory, reading).parts()) {
            List<String> read = part.inputs().stream()
                    .map(TensorInfo::name)
                    .filter(name ->
                            inputs.stream().anyMatch(input -> input.name().equals(name)))
                    .toList();
            if (!read.isEmpty()) {
                IndexHints found =
                        new IndexHints(ModelFiles.refuseCostly(directory, part.file(), reading, OptimizationLevel.NONE)
                                .skeleton());
                read.forEach(name -> hints.merge(name, found.of(name), ValueHint::and));
            }
        }
        return make(inputs, sizes, seed, hints);
    }

    private static Map<String, OnnxTensor> make(
            List<TensorInfo> inputs, InputShapes sizes, long seed, Map<String, ValueHint> hints) throws IOException {
        List<PlannedInput> planned = new ArrayList<>();
        for (TensorInfo input : inputs) {
            planned.add(new PlannedInput(
                    input.name(),
                    input.type().orElse("?"),
                    shape(input, sizes),
                    hints.getOrDefault(input.name(), ValueHint.NONE)));
        }
        NativeRuntime.environment();
        try {
            return new InputGenerator(seed, Map.of()).create(planned, Draw.FIRST);
        } catch (OrtException | CannotRunException refused) {
            throw new IOException("no random inputs: " + refused.getMessage(), refused);
        }
    }

    private static List<Long> shape(TensorInfo input, InputShapes sizes) {
        List<Long> given = sizes.shapes().get(input.name());
        if (given != null) {
            return given;
        }
        List<Long> shape = new ArrayList<>();
        for (Dimension dimension : input.shape().orElseThrow(() -> open(input, "its rank"))) {
            Long size = dimension.symbol().map(sizes.dimensions()::get).orElse(null);
            shape.add(size != null ? size : dimension.size().orElseThrow(() -> open(input, "dimension " + dimension)));
        }
        return shape;
    }

    private static IllegalArgumentException open(TensorInfo input, String what) {
        return new IllegalArgumentException(
                "input " + input.name() + ": " + what + " is open; give its size, or the input's shape");
    }
}
