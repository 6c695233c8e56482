package io.pepper.onnx.testmodels;

import com.google.protobuf.ByteString;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.AttributeProto.AttributeType;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorProto;
import java.util.List;

/** One operator being written. Without a name it takes one from its type and position when it is added to a graph. */
public final class NodeSpec {
    private final NodeProto.Builder node = NodeProto.newBuilder();

    private NodeSpec() {}

    public static NodeSpec node(String type) {
        NodeSpec spec = new NodeSpec();
        spec.node.setOpType(type);
        return spec;
    }

    /** The name; an empty one leaves the operator without a name. */
    public NodeSpec named(String name) {
        node.setName(name);
        return this;
    }

    public NodeSpec domain(String domain) {
        node.setDomain(domain);
        return this;
    }

    public NodeSpec doc(String text) {
        node.setDocString(text);
        return this;
    }

    public NodeSpec in(String... tensors) {
        node.addAllInput(List.of(tensors));
        return this;
    }

    public NodeSpec out(String... tensors) {
        node.addAllOutput(List.of(tensors));
        return this;
    }

    public NodeSpec with(String attribute, long value) {
        return put(attribute(attribute, AttributeType.INT).setI(value));
    }

    public NodeSpec with(String attribute, float value) {
        return put(attribute(attribute, AttributeType.FLOAT).setF(value));
    }

    public NodeSpec with(String attribute, String value) {
        return put(attribute(attribute, AttributeType.STRING).setS(ByteString.copyFromUtf8(value)));
    }

    public NodeSpec with(String attribute, TensorProto value) {
        return put(attribute(attribute, AttributeType.TENSOR).setT(value));
    }

    public NodeSpec with(String attribute, GraphProto value) {
        return put(attribute(attribute, AttributeType.GRAPH).setG(value));
    }

    public NodeSpec ints(String attribute, long... values) {
        AttributeProto.Builder builder = attribute(attribute, AttributeType.INTS);
        for (long value : values) {
            builder.addInts(value);
        }
        return put(builder);
    }

    public NodeSpec floats(String attribute, float... values) {
        AttributeProto.Builder builder = attribute(attribute, AttributeType.FLOATS);
        for (float value : values) {
            builder.addFloats(value);
        }
        return put(builder);
    }

    /** In the body of a function: an attribute whose value the caller gives. */
    public NodeSpec reference(String attribute, AttributeType type, String functionAttribute) {
        return put(attribute(attribute, type).setRefAttrName(functionAttribute));
    }

    public NodeProto build(int position) {
        NodeProto.Builder copy = node.build().toBuilder();
        return (copy.hasName() ? copy : copy.setName(copy.getOpType() + "_" + position)).build();
    }

    private NodeSpec put(AttributeProto.Builder attribute) {
        node.addAttribute(attribute);
        return this;
    }

    private static AttributeProto.Builder attribute(String name, AttributeType type) {
        return AttributeProto.newBuilder().setName(name).setType(type);
    }
}
