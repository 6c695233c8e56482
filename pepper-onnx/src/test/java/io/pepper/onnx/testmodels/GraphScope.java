package io.pepper.onnx.testmodels;

import static io.pepper.onnx.testmodels.NodeSpec.node;

import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TensorProto.DataType;
import io.pepper.onnx.internal.proto.TensorShapeProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.util.Random;

/**
 * What the main graph of a model and the body of an operator have in common. Dimensions are a {@link Number} or, for a
 * symbol, a {@link String}. Random weights come from a seed taken from the name of the graph.
 *
 * @param <T> the builder itself
 */
public abstract class GraphScope<T extends GraphScope<T>> {
    final GraphProto.Builder graph;
    private final Random random;

    GraphScope(String name) {
        graph = GraphProto.newBuilder().setName(name);
        random = new Random(name.hashCode());
    }

    abstract T self();

    public T input(String name, DataType type, Object... dims) {
        graph.addInput(value(name, type, dims));
        return self();
    }

    public T output(String name, DataType type, Object... dims) {
        graph.addOutput(value(name, type, dims));
        return self();
    }

    public T valueInfo(String name, DataType type, Object... dims) {
        graph.addValueInfo(value(name, type, dims));
        return self();
    }

    public T initializer(TensorProto tensor) {
        graph.addInitializer(tensor);
        return self();
    }

    /** Random floats, in raw_data. */
    public T weight(String name, long... dims) {
        return initializer(Tensors.floats(name, random, dims));
    }

    /** A Constant operator that writes the tensor under its own name. */
    public T constant(TensorProto tensor) {
        return add(node("Constant").out(tensor.getName()).with("value", tensor));
    }

    public T add(NodeSpec spec) {
        graph.addNode(spec.build(graph.getNodeCount()));
        return self();
    }

    /** An operator without attributes: {@code output = type(inputs)}. */
    public T let(String output, String type, String... inputs) {
        return add(node(type).in(inputs).out(output));
    }

    /** A 3x3 convolution that keeps the size of the image; its weight is called like its output and {@code _w}. */
    public T conv(String output, String input, int from, int to) {
        weight(output + "_w", to, from, 3, 3);
        return add(node("Conv").in(input, output + "_w").out(output).ints("pads", 1, 1, 1, 1));
    }

    /** A multiplication by a weight called like its output and {@code _w}. */
    public T linear(String output, String input, int from, int to) {
        weight(output + "_w", from, to);
        return let(output, "MatMul", input, output + "_w");
    }

    /** The source of random weights, for tensors of other types. */
    public Random random() {
        return random;
    }

    static ValueInfoProto value(String name, DataType type, Object... dims) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (Object dim : dims) {
            shape.addDim(dimension(dim));
        }
        TypeProto.Tensor tensor = TypeProto.Tensor.newBuilder()
                .setElemType(type.getNumber())
                .setShape(shape)
                .build();
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(tensor))
                .build();
    }

    private static TensorShapeProto.Dimension dimension(Object dim) {
        TensorShapeProto.Dimension.Builder builder = TensorShapeProto.Dimension.newBuilder();
        if (dim instanceof Number size) {
            return builder.setDimValue(size.longValue()).build();
        }
        if (dim instanceof String symbol) {
            return builder.setDimParam(symbol).build();
        }
        throw new IllegalArgumentException("neither a number nor a symbol: " + dim);
    }
}
