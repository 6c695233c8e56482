package io.pepper.onnx.internal.session;

import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.util.List;

/**
 * The whole model.
 *
 * @param source what ONNX Runtime loads
 * @param skeleton the same model, possibly without its big payloads
 */
public record WholeModel(ModelSource source, ModelProto skeleton) {
    /**
     * The names of its outputs.
     *
     * @return in the order of the model
     */
    public List<String> outputs() {
        return skeleton.getGraph().getOutputList().stream()
                .map(ValueInfoProto::getName)
                .toList();
    }
}
