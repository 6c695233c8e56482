package io.pepper.onnx.internal.session;

import ai.onnxruntime.OnnxValue;
import java.util.List;
import java.util.Map;

/**
 * The outputs of a run of parts. Closing them closes the computed ones, but not the caller's values that were passed
 * through.
 *
 * @param values the outputs by name, in the order of the model's outputs
 * @param owned the values that closing closes
 */
public record StoredOutputs(Map<String, OnnxValue> values, List<OnnxValue> owned) implements AutoCloseable {
    @Override
    public void close() {
        PartOutputs.close(owned);
    }
}
