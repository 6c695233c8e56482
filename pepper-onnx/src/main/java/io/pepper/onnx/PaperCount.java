package io.pepper.onnx;

import io.pepper.onnx.internal.cost.Saturated;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorProto;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The counting rules of the original. */
final class PaperCount {
    private static final Set<String> POOLS = Set.of("MaxPool", "AveragePool", "GlobalAveragePool");

    private final Map<String, TensorProto> initializers = new HashMap<>();
    private final Map<String, String> makers = new HashMap<>();
    private int convLayers;
    private int poolLayers;
    private int fcLayers;
    private long filters;

    private PaperCount() {}

    /**
     * Counts the features of a graph.
     *
     * @param nodes its operators
     * @param initializers its dense initializers
     * @return the features
     */
    public static PaperFeatures of(Collection<NodeProto> nodes, Collection<TensorProto> initializers) {
        PaperCount count = new PaperCount();
        long parameters = 0;
        for (TensorProto initializer : initializers) {
            count.initializers.put(initializer.getName(), initializer);
            parameters = Saturated.add(parameters, elements(initializer));
        }
        nodes.forEach(node -> node.getOutputList().forEach(output -> count.makers.put(output, node.getOpType())));
        nodes.forEach(count::add);
        return new PaperFeatures(count.convLayers, count.poolLayers, count.fcLayers, count.filters, parameters);
    }

    private void add(NodeProto node) {
        switch (node.getOpType()) {
            case "Conv" -> addConv(node);
            case "Gemm" -> fcLayers++;
            case "MatMul" -> fcLayers += initializer(node, 1).isPresent() || isFedBy(node, "Flatten") ? 1 : 0;
            default -> poolLayers += POOLS.contains(node.getOpType()) ? 1 : 0;
        }
    }

    private void addConv(NodeProto node) {
        Optional<TensorProto> weight = initializer(node, 1);
        if (weight.isPresent() && weight.get().getDimsCount() > 0) {
            convLayers++;
            filters = Saturated.add(filters, weight.get().getDims(0));
            fcLayers += isFedBy(node, "GlobalAveragePool") ? 1 : 0;
        }
    }

    private Optional<TensorProto> initializer(NodeProto node, int input) {
        return input < node.getInputCount()
                ? Optional.ofNullable(initializers.get(node.getInput(input)))
                : Optional.empty();
    }

    private boolean isFedBy(NodeProto node, String type) {
        return node.getInputCount() > 0 && type.equals(makers.get(node.getInput(0)));
    }

    /**
     * Returns the product of the dimensions. It does not overflow, because opening a model refuses tensors that are too
     * large to be addressed.
     */
    private static long elements(TensorProto tensor) {
        long elements = 1;
        for (long dim : tensor.getDimsList()) {
            elements *= dim;
        }
        return elements;
    }
}
