package io.pepper.onnx.internal.shape;

import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.OperatorSetIdProto;

/** The version of ONNX's own operators that a model uses. */
final class OpsetVersion {
    private OpsetVersion() {}

    /** Returns the version; 1 if the model states none. */
    static long of(ModelProto model) {
        return model.getOpsetImportList().stream()
                .filter(opset ->
                        opset.getDomain().isEmpty() || opset.getDomain().equals("ai.onnx"))
                .mapToLong(OperatorSetIdProto::getVersion)
                .findFirst()
                .orElse(1);
    }
}
