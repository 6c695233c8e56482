package io.pepper.onnx.internal.model;

import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.NodeProto;
import java.util.Optional;

/** The attributes of an operator by name. */
public final class NodeAttributes {
    private NodeAttributes() {}

    /**
     * Finds an attribute. O(attributes).
     *
     * @param node the operator
     * @param name the attribute's name
     * @return the first attribute of this name; empty if there is none
     */
    public static Optional<AttributeProto> find(NodeProto node, String name) {
        return node.getAttributeList().stream()
                .filter(attribute -> attribute.getName().equals(name))
                .findFirst();
    }

    /**
     * Finds an integer.
     *
     * @param node the operator
     * @param name the attribute's name
     * @return the attribute's integer; 0 if there is no such attribute
     */
    public static long integer(NodeProto node, String name) {
        return find(node, name).map(AttributeProto::getI).orElse(0L);
    }
}
