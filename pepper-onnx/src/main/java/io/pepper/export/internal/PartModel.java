package io.pepper.export.internal;

import io.pepper.onnx.internal.session.ModelSource;
import java.util.List;

/**
 * A part of the chain.
 *
 * @param source what ONNX Runtime loads
 * @param inputs the names of the tensors it reads
 * @param outputs the names of the tensors it gives
 */
public record PartModel(ModelSource source, List<String> inputs, List<String> outputs) {
    /**
     * Copies the lists.
     *
     * @param source what ONNX Runtime loads
     * @param inputs the names of the tensors it reads
     * @param outputs the names of the tensors it gives
     */
    public PartModel {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }
}
