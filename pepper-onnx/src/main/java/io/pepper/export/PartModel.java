package io.pepper.export;

import io.pepper.model.TensorInfo;
import io.pepper.onnx.internal.proto.ModelProto;
import java.util.List;

/**
 * A part, ready to be written.
 *
 * @param model the message, whose large payloads are in the whole model's table
 * @param inputs the tensors that it reads
 * @param outputs the tensors that it produces
 * @param operators number of operators of the dataflow in the part
 * @param recomputedOperators number of operators that another part contains, too
 * @param constantOperators number of operators that compute constants
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

    /** Returns the same part with another message. */
    PartModel with(ModelProto message) {
        return new PartModel(message, inputs, outputs, operators, recomputedOperators, constantOperators, weightBytes);
    }
}
