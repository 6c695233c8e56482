package io.pepper.examples.cli;

import ai.onnxruntime.OnnxTensor;
import io.pepper.onnx.Dimension;
import io.pepper.onnx.TensorInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Compares tensors in files with what a model asks for. */
final class GivenInputs {
    private static final String PREFIX = "ONNX_TENSOR_ELEMENT_DATA_TYPE_";

    private GivenInputs() {}

    /** Refuses a tensor of another type, rank or size; nothing is converted. */
    static void check(TensorInfo input, Path file, OnnxTensor tensor) throws IOException {
        String type =
                tensor.getInfo().onnxType.name().substring(PREFIX.length()).toLowerCase(Locale.ROOT);
        long[] shape = tensor.getInfo().getShape();
        boolean fits = input.type().map(type::equals).orElse(true)
                && input.shape().map(asked -> fits(asked, shape)).orElse(true);
        if (!fits) {
            throw new IOException("input " + input.name() + ": " + file + " has " + type
                    + Arrays.toString(shape).replace(" ", "") + ", the model asks for " + input);
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
