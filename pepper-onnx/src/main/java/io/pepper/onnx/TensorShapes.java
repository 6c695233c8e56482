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
 * Types and shapes of all tensors of a model's main graph, constants included, for given sizes of its inputs, as ONNX Runtime infers
 * them. What the model itself states counts for operators outside of ONNX's own domains: where ONNX Runtime infers nothing it is
 * believed, where it infers something else neither is. What is not known is said to be unknown, never 0.
 *
 * <p>Immutable and therefore thread-safe.
 *
 * <pre>{@code
 * TensorShapes shapes = model.shapes(InputShapes.NONE.withDimension("batch", 1));
 * System.out.println(shapes.of("relu5")); // relu5: float[1,64,56,56]
 * }</pre>
 */
public final class TensorShapes {
    /** All tensors together have no more bytes, so that no sum of sizes overflows or is inexact in double precision. */
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
     * The sizes of inputs that these shapes hold for.
     *
     * @return what was given
     */
    public InputShapes inputs() {
        return inputs;
    }

    /**
     * What is known of a tensor.
     *
     * @param tensor the name of a tensor of the main graph
     * @return its type and shape; without both for a name that the model does not have, or of which nothing is known
     */
    public TensorInfo of(String tensor) {
        TypeProto type = scope().types().get(tensor);
        return type == null
                ? new TensorInfo(tensor, Optional.empty(), Optional.empty())
                : ValueTypes.info(tensor, type);
    }

    /**
     * The size of a tensor of the dataflow graph.
     *
     * @param tensor its index in {@link OnnxModel#graph()}
     * @return its bytes; empty if its type or a dimension is not known, for strings, and for more than 2<sup>53</sup> divided by
     *     the number of tensors, so that sizes can be added up
     */
    public OptionalLong bytes(int tensor) {
        return bytes[tensor];
    }

    /**
     * The sizes of inputs that are open, so that sizes of other tensors may be unknown: the names of dimensions,
     * {@code input[axis]} where a dimension has no name, and {@code input} where not even the rank is known.
     *
     * @return empty if all inputs have fixed sizes
     */
    public List<String> openDimensions() {
        return result.open();
    }

    /**
     * The tensors of the dataflow graph whose size is not known.
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
     * Why ONNX Runtime could not infer shapes; what the model states is then all there is.
     *
     * @return for instance that an operator of another domain is not known, empty if it could
     */
    public Optional<String> failure() {
        return result.failure();
    }

    Scope scope() {
        return result.scope();
    }

    /** For instance {@code TensorShapes[692 tensors, 0 unknown]}. */
    @Override
    public String toString() {
        return "TensorShapes[" + graph.tensorCount() + " tensors, " + unknown().size() + " unknown]";
    }
}
