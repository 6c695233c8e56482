package io.pepper.onnx.internal.wire;

import com.google.protobuf.MessageLite;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.FunctionProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.SparseTensorProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TrainingInfoProto;

/** The messages that contain tensors, directly or indirectly. {@link ChildField} lists the fields that lead to them. */
enum MessageKind {
    MODEL(ModelProto.class),
    TRAINING_INFO(TrainingInfoProto.class),
    FUNCTION(FunctionProto.class),
    GRAPH(GraphProto.class),
    NODE(NodeProto.class),
    ATTRIBUTE(AttributeProto.class),
    SPARSE_TENSOR(SparseTensorProto.class),
    TENSOR(TensorProto.class);

    private final Class<? extends MessageLite> type;

    MessageKind(Class<? extends MessageLite> type) {
        this.type = type;
    }

    /**
     * Returns the kind of a message.
     *
     * @throws IllegalArgumentException if messages of its type cannot contain tensors
     */
    static MessageKind of(MessageLite message) {
        for (MessageKind kind : values()) {
            if (kind.type.isInstance(message)) {
                return kind;
            }
        }
        throw new IllegalArgumentException(message.getClass().getSimpleName() + " cannot hold tensors");
    }
}
