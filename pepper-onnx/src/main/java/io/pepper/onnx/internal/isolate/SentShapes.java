package io.pepper.onnx.internal.isolate;

import io.pepper.model.InputShapes;
import java.util.List;
import java.util.Map;

/** The sizes of inputs, as a record. */
record SentShapes(Map<String, List<Long>> shapes, Map<String, Long> dimensions) {
    InputShapes shapesOfInputs() {
        InputShapes sizes = InputShapes.NONE;
        for (Map.Entry<String, List<Long>> input : shapes.entrySet()) {
            long[] axes = input.getValue().stream().mapToLong(Long::longValue).toArray();
            sizes = sizes.withInputShape(input.getKey(), axes);
        }
        for (Map.Entry<String, Long> dimension : dimensions.entrySet()) {
            sizes = sizes.withDimension(dimension.getKey(), dimension.getValue());
        }
        return sizes;
    }
}
