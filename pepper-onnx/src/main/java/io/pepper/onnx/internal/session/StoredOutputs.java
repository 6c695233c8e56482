package io.pepper.onnx.internal.session;

import ai.onnxruntime.OnnxValue;
import java.util.List;
import java.util.Map;

/**
 * What a run of parts gives. Closing closes what was computed, not what is the caller's and was passed through.
 *
 * @param values by name, in the order of the model's outputs
 * @param owned those that closing closes
 */
public record StoredOutputs(Map<String, OnnxValue> values, List<OnnxValue> owned) implements AutoCloseable {
    @Override
    public void close() {
        PartOutputs.close(owned);
    }
}
