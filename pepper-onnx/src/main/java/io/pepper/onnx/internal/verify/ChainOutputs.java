package io.pepper.onnx.internal.verify;

import ai.onnxruntime.OnnxValue;
import java.util.List;
import java.util.Map;

/** Outputs by name; closing closes those that were computed, not those that are the caller's inputs passed through. */
record ChainOutputs(Map<String, OnnxValue> values, List<OnnxValue> owned) implements AutoCloseable {
    @Override
    public void close() {
        owned.forEach(OnnxValue::close);
    }
}
