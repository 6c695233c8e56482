package io.pepper.onnx.internal.model;

import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.FunctionProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The calls of a model's functions, each as a separate model. */
public final class FunctionCalls {
    private final ModelProto model;
    private final Map<FunctionId, FunctionProto> functions = new HashMap<>();

    /**
     * Collects the functions.
     *
     * @param model the model
     */
    public FunctionCalls(ModelProto model) {
        this.model = model;
        model.getFunctionsList().forEach(function -> functions.put(FunctionId.of(function), function));
    }

    /**
     * Returns the function that an operator calls.
     *
     * @param node the operator
     * @return a model whose main graph is the function's, with the attributes of the call instead of references to
     *     them; inputs have no types; empty if the operator calls no function
     */
    public Optional<ModelProto> body(NodeProto node) {
        FunctionProto function = functions.get(FunctionId.of(node));
        if (function == null) {
            return Optional.empty();
        }
        Map<String, AttributeProto> given = new HashMap<>();
        function.getAttributeProtoList().forEach(attribute -> given.put(attribute.getName(), attribute));
        node.getAttributeList().forEach(attribute -> given.put(attribute.getName(), attribute));
        GraphProto.Builder graph = GraphProto.newBuilder().setName(function.getName());
        function.getInputList()
                .forEach(name -> graph.addInput(ValueInfoProto.newBuilder().setName(name)));
        function.getOutputList()
                .forEach(name -> graph.addOutput(ValueInfoProto.newBuilder().setName(name)));
        function.getNodeList().forEach(inner -> graph.addNode(withAttributes(inner, given)));
        return Optional.of(model.toBuilder()
                .clearOpsetImport()
                .addAllOpsetImport(function.getOpsetImportList())
                .setGraph(graph)
                .build());
    }

    /** References in bodies are left unchanged. */
    private static NodeProto withAttributes(NodeProto node, Map<String, AttributeProto> given) {
        if (node.getAttributeList().stream().allMatch(a -> a.getRefAttrName().isEmpty())) {
            return node;
        }
        NodeProto.Builder filled = node.toBuilder().clearAttribute();
        for (AttributeProto attribute : node.getAttributeList()) {
            AttributeProto value = given.get(attribute.getRefAttrName());
            if (attribute.getRefAttrName().isEmpty()) {
                filled.addAttribute(attribute);
            } else if (value != null) {
                filled.addAttribute(value.toBuilder().setName(attribute.getName()));
            }
        }
        return filled.build();
    }
}
