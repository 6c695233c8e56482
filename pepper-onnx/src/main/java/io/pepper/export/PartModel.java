package io.pepper.export;

import io.pepper.model.TensorInfo;
import io.pepper.onnx.internal.proto.ModelProto;
import java.util.List;

/**
 * A part, ready to be written.
 *
 * @param model the message, whose large payloads stand in the whole model's table
 * @param inputs what it takes
 * @param outputs what it gives
 * @param operators how many operators of the dataflow it holds
 * @param recomputedOperators how many operators it holds that stand in another part too
 * @param constantOperators how many operators it holds that make constants
 * @param weightBytes the bytes of its constant tensors
 */
record PartModel(
        ModelProto model,
        List<TensorInfo> inputs,
        List<TensorInfo> outputs,
        int operators,
        int recomputedOperators,
        int constantOperators,
        long weightBytes) {

    /** The same part with another message. */
    PartModel with(ModelProto message) {
        return new PartModel(message, inputs, outputs, operators, recomputedOperators, constantOperators, weightBytes);
    }
}
