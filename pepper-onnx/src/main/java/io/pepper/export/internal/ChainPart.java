package io.pepper.export.internal;

import io.pepper.onnx.internal.session.ModelSource;
import java.util.List;

/**
 * A part of the chain.
 *
 * @param source the model that ONNX Runtime loads
 * @param inputs the names of the tensors that the part reads
 * @param outputs the names of the tensors that the part produces
 */
public record ChainPart(ModelSource source, List<String> inputs, List<String> outputs) {
    /**
     * Creates a part.
     *
     * @param source the model that ONNX Runtime loads
     * @param inputs the names of the tensors that the part reads
     * @param outputs the names of the tensors that the part produces
     */
    public ChainPart {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }
}
