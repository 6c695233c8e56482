package io.pepper.onnx.internal.model;

import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorProto;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The short constant lists of integers in a graph, such as axes and steps. Immutable. */
public final class SmallIntegers {
    private static final int MOST = 64;

    private final Map<String, TensorProto> tensors = new HashMap<>();

    /**
     * Collects the initializers and the values of Constant operators. O(initializers + operators).
     *
     * @param graph the graph
     */
    public SmallIntegers(GraphProto graph) {
        graph.getInitializerList().forEach(tensor -> add(tensor.getName(), tensor));
        for (NodeProto node : graph.getNodeList()) {
            if (node.getOpType().equals("Constant") && node.getOutputCount() == 1) {
                NodeAttributes.find(node, "value").ifPresent(value -> add(node.getOutput(0), value.getT()));
            }
        }
    }

    private void add(String name, TensorProto tensor) {
        boolean whole = tensor.getDataType() == TensorProto.DataType.INT64_VALUE
                || tensor.getDataType() == TensorProto.DataType.INT32_VALUE;
        int count = SmallTensor.count(tensor.getDimsList());
        if (whole && count >= 0 && count <= MOST) {
            tensors.put(name, tensor);
        }
    }

    /**
     * Returns the numbers of a tensor.
     *
     * @param name the tensor's name
     * @return its elements; empty if it is not a short constant list of integers that the model itself contains
     */
    public Optional<long[]> find(String name) {
        return Optional.ofNullable(tensors.get(name))
                .flatMap(SmallTensor::of)
                .filter(tensor -> !tensor.isFar())
                .map(tensor -> Arrays.stream(tensor.elements())
                        .mapToLong(element -> (long) element)
                        .toArray());
    }
}
