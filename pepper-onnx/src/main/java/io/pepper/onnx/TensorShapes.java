package io.pepper.onnx;

import io.pepper.graph.DataflowGraph;
import io.pepper.model.InputShapes;
import io.pepper.model.TensorInfo;
import io.pepper.onnx.internal.model.ValueTypes;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.shape.Scope;
import io.pepper.onnx.internal.shape.ShapeInference;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * The types and shapes of all tensors of a model's main graph, including constants, for given sizes of its inputs. ONNX
 * Runtime infers them. For operators outside of ONNX's own domains, the statements of the model count, too: where ONNX
 * Runtime infers nothing, the model is believed; where it infers something else, the shape is unknown. Unknown sizes
 * are reported as such, never as 0.
 *
 * <p>Immutable and therefore thread-safe.
 *
 * <pre>{@code
 * TensorShapes shapes = model.shapes(InputShapes.NONE.withDimension("batch", 1));
 * System.out.println(shapes.of("relu5")); // relu5: float[1,64,56,56]
 * }</pre>
 */
public final class TensorShapes {
    /**
     * Upper bound on the bytes of all tensors together, so that no sum of sizes overflows or is inexact in double
     * precision.
     */
    private static final long GREATEST_SUM = 1L << 53;

    private final DataflowGraph graph;
    private final InputShapes inputs;
    private final ShapeInference.Result result;
    private final OptionalLong[] bytes;

    TensorShapes(DataflowGraph graph, InputShapes inputs, ShapeInference.Result result) {
        this.graph = graph;
        this.inputs = inputs;
        this.result = result;
        bytes = new OptionalLong[graph.tensorCount()];
        for (int tensor = 0; tensor < bytes.length; tensor++) {
            OptionalLong size = of(graph.tensorName(tensor)).bytes();
            bytes[tensor] = size.orElse(0) > GREATEST_SUM / bytes.length ? OptionalLong.empty() : size;
        }
    }

    /**
     * Returns the sizes of inputs that these shapes are based on.
     *
     * @return the sizes
     */
    public InputShapes inputs() {
        return inputs;
    }

    /**
     * Returns the type and shape of a tensor.
     *
     * @param tensor the name of a tensor of the main graph
     * @return its type and shape; both are empty if the model has no such tensor, or they are unknown
     */
    public TensorInfo of(String tensor) {
        TypeProto type = scope().types().get(tensor);
        return type == null
                ? new TensorInfo(tensor, Optional.empty(), Optional.empty())
                : ValueTypes.info(tensor, type);
    }

    /**
     * Returns the size of a tensor of the dataflow graph.
     *
     * @param tensor the tensor's index in {@link OnnxModel#graph()}
     * @return its bytes; empty if its type or a dimension is unknown, for strings, and for more than 2<sup>53</sup>
     *     bytes divided by the number of tensors, so that sums of sizes are exact
     */
    public OptionalLong bytes(int tensor) {
        return bytes[tensor];
    }

    /**
     * Returns the open sizes of inputs, because of which other sizes may be unknown: the names of dimensions, {@code
     * input[axis]} for a dimension without a name, and {@code input} if even the rank is unknown.
     *
     * @return the open sizes; empty if all inputs have fixed sizes
     */
    public List<String> openDimensions() {
        return result.open();
    }

    /**
     * Returns the tensors of the dataflow graph whose size is unknown.
     *
     * @return their names, in the order of the graph
     */
    public List<String> unknown() {
        return IntStream.range(0, bytes.length)
                .filter(tensor -> bytes[tensor].isEmpty())
                .mapToObj(graph::tensorName)
                .toList();
    }

    /**
     * Returns why ONNX Runtime could not infer shapes. Only the shapes that the model states are then known.
     *
     * @return the reason, for instance an unknown operator of another domain; empty if the inference succeeded
     */
    public Optional<String> failure() {
        return result.failure();
    }

    Scope scope() {
        return result.scope();
    }

    /** Returns for instance {@code TensorShapes[692 tensors, 0 unknown]}. */
    @Override
    public String toString() {
        return "TensorShapes[" + graph.tensorCount() + " tensors, " + unknown().size() + " unknown]";
    }
}
