package io.pepper.onnx.internal.shape;

import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TensorShapeProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * A variant of a model for type and shape inference: selected tensors are its outputs, and its large constants are
 * inputs of the same type and shape, so that it has no weights.
 */
final class InferenceModel {
    private final Predicate<TensorProto> isLarge;

    /**
     * Creates variants of one model.
     *
     * @param isLarge whether a tensor's payload is not part of the message
     */
    InferenceModel(Predicate<TensorProto> isLarge) {
        this.isLarge = isLarge;
    }

    ModelProto of(ModelProto model, Collection<String> outputs) {
        return without(model, outputs, node -> false, Map.of());
    }

    /**
     * Returns a variant without some operators, whose outputs become inputs.
     *
     * @param types the types of these outputs
     */
    ModelProto without(
            ModelProto model,
            Collection<String> outputs,
            Predicate<NodeProto> isLeftOut,
            Map<String, TypeProto> types) {
        GraphProto graph = model.getGraph();
        GraphProto.Builder variant =
                graph.toBuilder().clearInitializer().clearNode().clearOutput().clearQuantizationAnnotation();
        var inputs = graph.getInputList().stream().map(ValueInfoProto::getName).collect(Collectors.toSet());
        for (TensorProto initializer : graph.getInitializerList()) {
            if (!isLarge.test(initializer)) {
                variant.addInitializer(initializer);
            } else if (inputs.add(initializer.getName())) {
                variant.addInput(input(initializer.getName(), initializer));
            }
        }
        Substitutes substitutes = new Substitutes(OpsetVersion.of(model));
        for (NodeProto node : graph.getNodeList()) {
            Optional<TensorProto> constant = largeConstant(node);
            if (constant.isPresent()) {
                variant.addInput(input(node.getOutput(0), constant.get()));
            } else if (isLeftOut.test(node)) {
                node.getOutputList().stream()
                        .filter(output -> !output.isEmpty() && types.containsKey(output))
                        .forEach(output -> variant.addInput(
                                ValueInfoProto.newBuilder().setName(output).setType(types.get(output))));
            } else {
                variant.addAllNode(substitutes.of(node));
            }
        }
        outputs.forEach(name -> variant.addOutput(ValueInfoProto.newBuilder().setName(name)));
        return model.toBuilder()
                .clearTrainingInfo()
                .clearMetadataProps()
                .setGraph(variant)
                .build();
    }

    /** Returns the type and shape of a constant. */
    static TypeProto type(TensorProto tensor) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        tensor.getDimsList().forEach(dim -> shape.addDimBuilder().setDimValue(dim));
        TypeProto.Tensor type = TypeProto.Tensor.newBuilder()
                .setElemType(tensor.getDataType())
                .setShape(shape)
                .build();
        return TypeProto.newBuilder().setTensorType(type).build();
    }

    private Optional<TensorProto> largeConstant(NodeProto node) {
        if (!node.getOpType().equals("Constant") || node.getOutputCount() != 1) {
            return Optional.empty();
        }
        return node.getAttributeList().stream()
                .filter(AttributeProto::hasT)
                .map(AttributeProto::getT)
                .filter(isLarge)
                .findFirst();
    }

    private static ValueInfoProto input(String name, TensorProto tensor) {
        return ValueInfoProto.newBuilder().setName(name).setType(type(tensor)).build();
    }
}
