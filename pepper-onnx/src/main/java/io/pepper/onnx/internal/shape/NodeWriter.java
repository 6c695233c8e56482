package io.pepper.onnx.internal.shape;

import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorProto;
import java.util.ArrayList;
import java.util.List;

/** A writer of the operators that replace another one. Tensors between them get unique names. Not thread-safe. */
final class NodeWriter {
    private final String prefix;
    private final List<NodeProto> nodes = new ArrayList<>();
    private int tensors;

    /**
     * Creates a writer without operators.
     *
     * @param output the name of an output of the replaced operator
     */
    NodeWriter(String output) {
        prefix = "pepper/within/" + output + "/";
    }

    /** Returns a new name for a tensor between operators. */
    private String name() {
        return prefix + tensors++;
    }

    /** Adds an operator; returns the name of its output. */
    String add(String type, String... inputs) {
        return addTo(name(), type, inputs);
    }

    /** Adds an operator whose output has this name. */
    String addTo(String output, String type, String... inputs) {
        nodes.add(NodeProto.newBuilder()
                .setOpType(type)
                .addAllInput(List.of(inputs))
                .addOutput(output)
                .build());
        return output;
    }

    /** Adds an integer attribute to the last operator. */
    NodeWriter with(String attribute, long value) {
        NodeProto last = nodes.remove(nodes.size() - 1);
        nodes.add(last.toBuilder()
                .addAttribute(AttributeProto.newBuilder()
                        .setName(attribute)
                        .setType(AttributeProto.AttributeType.INT)
                        .setI(value))
                .build());
        return this;
    }

    /** Adds a constant of integers. */
    String constant(long... values) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setDataType(TensorProto.DataType.INT64.getNumber())
                .addDims(values.length);
        for (long value : values) {
            tensor.addInt64Data(value);
        }
        String output = name();
        nodes.add(NodeProto.newBuilder()
                .setOpType("Constant")
                .addOutput(output)
                .addAttribute(AttributeProto.newBuilder()
                        .setName("value")
                        .setType(AttributeProto.AttributeType.TENSOR)
                        .setT(tensor))
                .build());
        return output;
    }

    List<NodeProto> nodes() {
        return List.copyOf(nodes);
    }
}
