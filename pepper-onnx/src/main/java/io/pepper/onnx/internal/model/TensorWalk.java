package io.pepper.onnx.internal.model;

import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.FunctionProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.SparseTensorProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TrainingInfoProto;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * A walk that changes the tensors of a model: in initializers, attributes, bodies, functions and training information.
 * Bodies wait on a stack, so that any depth is supported. Messages without tensors of interest are not rebuilt.
 */
public final class TensorWalk {
    private final Visitor visitor;
    private final Deque<GraphProto.Builder> graphs = new ArrayDeque<>();

    /** The place of a tensor. */
    public enum Place {
        /** Among the initializers of a graph or body. */
        INITIALIZER,
        /** The value of a Constant operator. */
        CONSTANT,
        /** An attribute of another operator, or within a function. */
        ATTRIBUTE,
        /** The values or indices of a sparse tensor. */
        SPARSE
    }

    /** A change of tensors. */
    public interface Visitor {
        /**
         * Returns whether a tensor is of interest.
         *
         * @param tensor the tensor
         * @return true if {@link #change} should be called with it
         */
        boolean wants(TensorProto tensor);

        /**
         * Changes a tensor of interest.
         *
         * @param tensor the tensor
         * @param place the place of the tensor
         * @throws IOException if data for the change cannot be read
         */
        void change(TensorProto.Builder tensor, Place place) throws IOException;
    }

    private TensorWalk(Visitor visitor) {
        this.visitor = visitor;
    }

    /**
     * Visits all tensors of a model.
     *
     * @param model the model
     * @param visitor changes the tensors that it wants
     * @return the changed model
     * @throws IOException if the visitor fails
     */
    public static ModelProto change(ModelProto model, Visitor visitor) throws IOException {
        TensorWalk walk = new TensorWalk(visitor);
        ModelProto.Builder builder = model.toBuilder();
        if (model.hasGraph()) {
            walk.graphs.push(builder.getGraphBuilder());
        }
        for (FunctionProto.Builder function : builder.getFunctionsBuilderList()) {
            for (AttributeProto.Builder attribute : function.getAttributeProtoBuilderList()) {
                walk.attribute(attribute, Place.ATTRIBUTE);
            }
            for (int node = 0; node < function.getNodeCount(); node++) {
                if (isOfInterest(function.getNode(node))) {
                    walk.node(function.getNodeBuilder(node), Place.ATTRIBUTE);
                }
            }
        }
        for (TrainingInfoProto.Builder training : builder.getTrainingInfoBuilderList()) {
            walk.graphs.push(training.getInitializationBuilder());
            walk.graphs.push(training.getAlgorithmBuilder());
        }
        while (!walk.graphs.isEmpty()) {
            walk.graph(walk.graphs.pop());
        }
        return builder.build();
    }

    private void graph(GraphProto.Builder graph) throws IOException {
        for (int i = 0; i < graph.getInitializerCount(); i++) {
            if (visitor.wants(graph.getInitializer(i))) {
                visitor.change(graph.getInitializerBuilder(i), Place.INITIALIZER);
            }
        }
        for (SparseTensorProto.Builder sparse : graph.getSparseInitializerBuilderList()) {
            sparse(sparse);
        }
        for (int i = 0; i < graph.getNodeCount(); i++) {
            NodeProto node = graph.getNode(i);
            if (isOfInterest(node)) {
                boolean constant =
                        node.getOpType().equals("Constant") && node.getDomain().isEmpty();
                node(graph.getNodeBuilder(i), constant ? Place.CONSTANT : Place.ATTRIBUTE);
            }
        }
    }

    /** Returns whether an operator contains tensors at all: most do not, and stay unchanged. */
    private static boolean isOfInterest(NodeProto node) {
        return node.getAttributeList().stream()
                .anyMatch(attribute -> attribute.hasT()
                        || attribute.hasG()
                        || attribute.hasSparseTensor()
                        || attribute.getTensorsCount() > 0
                        || attribute.getGraphsCount() > 0
                        || attribute.getSparseTensorsCount() > 0);
    }

    private void node(NodeProto.Builder node, Place place) throws IOException {
        for (AttributeProto.Builder attribute : node.getAttributeBuilderList()) {
            attribute(attribute, place);
        }
    }

    private void attribute(AttributeProto.Builder attribute, Place place) throws IOException {
        if (attribute.hasT()) {
            tensor(attribute.getTBuilder(), place);
        }
        for (TensorProto.Builder tensor : attribute.getTensorsBuilderList()) {
            tensor(tensor, Place.ATTRIBUTE);
        }
        if (attribute.hasSparseTensor()) {
            sparse(attribute.getSparseTensorBuilder());
        }
        for (SparseTensorProto.Builder sparse : attribute.getSparseTensorsBuilderList()) {
            sparse(sparse);
        }
        if (attribute.hasG()) {
            graphs.push(attribute.getGBuilder());
        }
        List<GraphProto.Builder> bodies = attribute.getGraphsBuilderList();
        bodies.forEach(graphs::push);
    }

    private void sparse(SparseTensorProto.Builder sparse) throws IOException {
        if (sparse.hasValues()) {
            tensor(sparse.getValuesBuilder(), Place.SPARSE);
        }
        if (sparse.hasIndices()) {
            tensor(sparse.getIndicesBuilder(), Place.SPARSE);
        }
    }

    private void tensor(TensorProto.Builder tensor, Place place) throws IOException {
        if (visitor.wants(tensor.buildPartial())) {
            visitor.change(tensor, place);
        }
    }
}
