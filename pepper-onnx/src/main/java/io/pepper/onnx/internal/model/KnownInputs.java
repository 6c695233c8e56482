package io.pepper.onnx.internal.model;

import io.pepper.onnx.MalformedModelException;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TensorShapeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Inputs whose values are known, and the conditions that follow from them. */
public final class KnownInputs {
    /** Operators that hand on a condition in another shape or type. */
    private static final Set<String> PASSING = Set.of("Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Flatten");

    private static final long MOST_ELEMENTS = 1024;

    private KnownInputs() {}

    /**
     * Makes a tensor of an input.
     *
     * @param source what to call the model in messages
     * @param input the input
     * @param value {@code true}, {@code false} or a number, for all of its elements
     * @return the tensor, under the input's name; open sizes are 1
     * @throws MalformedModelException if the input is of a type or size that cannot be set so
     * @throws IllegalArgumentException if the value is none of the input's type
     */
    public static TensorProto tensor(String source, ValueInfoProto input, String value) throws MalformedModelException {
        TensorProto.Builder tensor = TensorProto.newBuilder().setName(input.getName());
        long elements = 1;
        TensorShapeProto shape = input.getType().getTensorType().getShape();
        for (TensorShapeProto.Dimension dimension : shape.getDimList()) {
            long size = dimension.hasDimValue() && dimension.getDimValue() > 0 ? dimension.getDimValue() : 1;
            elements = size > MOST_ELEMENTS ? MOST_ELEMENTS + 1 : Math.min(MOST_ELEMENTS + 1, elements * size);
            tensor.addDims(size);
        }
        TensorProto.DataType type =
                TensorProto.DataType.forNumber(input.getType().getTensorType().getElemType());
        if (elements > MOST_ELEMENTS || type == null) {
            throw new MalformedModelException(source, "input '" + input.getName() + "'", "is too large to be set");
        }
        tensor.setDataType(type.getNumber());
        for (long element = 0; element < elements; element++) {
            add(tensor, type, input.getName(), value);
        }
        return tensor.build();
    }

    private static void add(TensorProto.Builder tensor, TensorProto.DataType type, String name, String value) {
        try {
            switch (type) {
                case BOOL -> tensor.addInt32Data(bool(value) ? 1 : 0);
                case INT32 -> tensor.addInt32Data(Integer.parseInt(value));
                case INT64 -> tensor.addInt64Data(Long.parseLong(value));
                case FLOAT -> tensor.addFloatData(Float.parseFloat(value));
                default ->
                    throw new IllegalArgumentException("input '" + name + "' is of type " + type
                            + ", where only bool, int32, int64 and float inputs can be set");
            }
        } catch (NumberFormatException none) {
            throw new IllegalArgumentException(
                    "'" + value + "' is no value for input '" + name + "' of type " + type, none);
        }
    }

    private static boolean bool(String value) {
        if (!value.equals("true") && !value.equals("false")) {
            throw new NumberFormatException(value);
        }
        return value.equals("true");
    }

    /**
     * The elements of such a tensor.
     *
     * @param tensor a tensor of {@link #tensor}
     * @return its elements, those of truth values as bytes
     */
    public static Buffer values(TensorProto tensor) {
        if (tensor.getDataType() == TensorProto.DataType.BOOL.getNumber()) {
            ByteBuffer bytes = ByteBuffer.allocate(tensor.getInt32DataCount());
            tensor.getInt32DataList().forEach(value -> bytes.put(value.byteValue()));
            return bytes.flip();
        }
        if (tensor.getInt32DataCount() > 0) {
            IntBuffer numbers = IntBuffer.allocate(tensor.getInt32DataCount());
            tensor.getInt32DataList().forEach(numbers::put);
            return numbers.flip();
        }
        if (tensor.getInt64DataCount() > 0) {
            LongBuffer numbers = LongBuffer.allocate(tensor.getInt64DataCount());
            tensor.getInt64DataList().forEach(numbers::put);
            return numbers.flip();
        }
        FloatBuffer numbers = FloatBuffer.allocate(tensor.getFloatDataCount());
        tensor.getFloatDataList().forEach(numbers::put);
        return numbers.flip();
    }

    /**
     * What is known of conditions.
     *
     * @param graph a graph
     * @param inputs tensors of known value, all of whose elements are the same
     * @return by name whether a value is true or not 0
     */
    static Map<String, Boolean> conditions(GraphProto graph, Iterable<TensorProto> inputs) {
        Map<String, Boolean> known = new HashMap<>();
        for (TensorProto tensor : inputs) {
            known.put(
                    tensor.getName(),
                    tensor.getInt32DataList().contains(1)
                            || tensor.getInt32DataList().stream().anyMatch(value -> value != 0)
                            || tensor.getInt64DataList().stream().anyMatch(value -> value != 0)
                            || tensor.getFloatDataList().stream().anyMatch(value -> value != 0));
        }
        boolean grows = true;
        while (grows) {
            grows = false;
            for (NodeProto node : graph.getNodeList()) {
                if (isPassing(node) && known.containsKey(node.getInput(0)) && !known.containsKey(node.getOutput(0))) {
                    boolean value = Boolean.TRUE.equals(known.get(node.getInput(0)));
                    known.put(node.getOutput(0), node.getOpType().equals("Not") != value);
                    grows = true;
                }
            }
        }
        return known;
    }

    private static boolean isPassing(NodeProto node) {
        return (PASSING.contains(node.getOpType()) || node.getOpType().equals("Not"))
                && node.getInputCount() > 0
                && node.getOutputCount() == 1;
    }

    /**
     * The inputs of a main graph that decide an {@code If} of it.
     *
     * @param graph the main graph
     * @return names of inputs, in the order of the operators
     */
    public static Set<String> deciding(GraphProto graph) {
        Map<String, String> passed = new HashMap<>();
        for (NodeProto node : graph.getNodeList()) {
            if (isPassing(node)) {
                passed.put(node.getOutput(0), node.getInput(0));
            }
        }
        Map<String, ValueInfoProto> inputs = new LinkedHashMap<>();
        graph.getInputList().forEach(input -> inputs.put(input.getName(), input));
        Set<String> found = new LinkedHashSet<>();
        for (NodeProto node : graph.getNodeList()) {
            if (IfInlining.isIf(node)) {
                String from = node.getInput(0);
                for (int steps = 0; steps < passed.size() && passed.containsKey(from); steps++) {
                    from = Optional.ofNullable(passed.get(from)).orElse(from);
                }
                if (inputs.containsKey(from)) {
                    found.add(from);
                }
            }
        }
        return found;
    }
}
