package io.pepper.onnx;

import io.pepper.model.Dimension;
import io.pepper.model.ElementType;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.internal.Contents;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.FunctionProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorProto;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The constant tensors that a model stores: initializers, sparse initializers by their values, and tensors in attributes,
 * also in the bodies of operators and in functions. Tensors that operators compute from them are not stored. Immutable and
 * therefore thread-safe.
 *
 * @param tensors the tensors in the order of the file, each with its type and shape; a tensor in an attribute has the name
 *     of its operator's first output, and that of the attribute unless it is {@code value}
 */
public record ModelWeights(List<TensorInfo> tensors) {
    /**
     * Creates a list.
     *
     * @param tensors the tensors in the order of the file
     */
    public ModelWeights {
        tensors = List.copyOf(tensors);
    }

    /**
     * Lists the stored tensors of a model. No values are read.
     *
     * @param model an open model
     * @return its stored tensors
     */
    public static ModelWeights of(OnnxModel model) {
        ModelProto proto = Contents.of(model).graph().model();
        List<TensorInfo> found = new ArrayList<>();
        Deque<NodeProto> open = new ArrayDeque<>();
        add(proto.getGraph(), found, open);
        for (FunctionProto function : proto.getFunctionsList()) {
            open.addAll(function.getNodeList());
        }
        while (!open.isEmpty()) {
            NodeProto node = open.poll();
            for (AttributeProto attribute : node.getAttributeList()) {
                if (attribute.hasT()) {
                    found.add(info(name(node, attribute), attribute.getT()));
                }
                for (TensorProto tensor : attribute.getTensorsList()) {
                    found.add(info(name(node, attribute), tensor));
                }
                if (attribute.hasG()) {
                    add(attribute.getG(), found, open);
                }
                attribute.getGraphsList().forEach(graph -> add(graph, found, open));
            }
        }
        return new ModelWeights(found);
    }

    private static void add(GraphProto graph, List<TensorInfo> found, Deque<NodeProto> open) {
        graph.getInitializerList().forEach(tensor -> found.add(info(tensor.getName(), tensor)));
        graph.getSparseInitializerList()
                .forEach(sparse -> found.add(info(sparse.getValues().getName(), sparse.getValues())));
        open.addAll(graph.getNodeList());
    }

    private static String name(NodeProto node, AttributeProto attribute) {
        String output = node.getOutputCount() > 0 ? node.getOutput(0) : node.getName();
        return attribute.getName().equals("value") ? output : output + "." + attribute.getName();
    }

    private static TensorInfo info(String name, TensorProto tensor) {
        return new TensorInfo(
                name,
                ElementType.ofCode(tensor.getDataType()).map(ElementType::onnxName),
                Optional.of(tensor.getDimsList().stream().map(Dimension::of).toList()));
    }

    /**
     * Returns the number of elements of a stored tensor.
     *
     * @param tensor one of the tensors
     * @return the product of its sizes, at most {@link Long#MAX_VALUE}
     */
    public static long elements(TensorInfo tensor) {
        long product = 1;
        for (Dimension size : tensor.shape().orElse(List.of())) {
            long next = size.size().orElse(0);
            if (next > 0 && product > Long.MAX_VALUE / next) {
                return Long.MAX_VALUE;
            }
            product *= next;
        }
        return product;
    }
}
