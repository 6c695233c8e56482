package io.pepper.onnx.internal.session;

import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.util.List;

/**
 * The whole model.
 *
 * @param source the source that ONNX Runtime loads
 * @param skeleton the same model, possibly without its large payloads
 */
public record WholeModel(ModelSource source, ModelProto skeleton) {
    /**
     * Returns the names of its outputs.
     *
     * @return the names in the order of the model
     */
    public List<String> outputs() {
        return skeleton.getGraph().getOutputList().stream()
                .map(ValueInfoProto::getName)
                .toList();
    }
}
