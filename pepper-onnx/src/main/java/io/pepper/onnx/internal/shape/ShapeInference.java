package io.pepper.onnx.internal.shape;

import io.pepper.onnx.InputShapes;
import io.pepper.onnx.Isolation;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.TensorProto;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Types and shapes of all tensors of a model, also inside bodies and functions, for given sizes of inputs. */
public final class ShapeInference {
    private final ModelProto model;
    private final SizedInputs inputs;
    private final String source;
    private final Predicate<TensorProto> isLarge;
    private final TensorTypes.Serializer serializer;
    private final Optional<Isolation> isolation;

    /**
     * What is known.
     *
     * @param scope the tensors of the main graph, and of what it holds
     * @param open the sizes of inputs that are open
     * @param failure why nothing could be inferred, if so
     */
    public record Result(Scope scope, List<String> open, Optional<String> failure) {}

    /**
     * Prepares.
     *
     * @param source what to call the model in messages
     * @param model the message
     * @param isLarge whether a tensor's payload is not part of the message
     * @param serializer makes the bytes that ONNX Runtime reads
     * @param sizes the sizes of inputs that the model leaves open
     * @param isolation the limits of a child process in which ONNX Runtime opens the model; empty to open it in this one
     * @throws IllegalArgumentException if a size is for no input, or contradicts what the model states
     */
    public ShapeInference(
            String source,
            ModelProto model,
            Predicate<TensorProto> isLarge,
            TensorTypes.Serializer serializer,
            InputShapes sizes,
            Optional<Isolation> isolation) {
        GraphProto graph = model.getGraph();
        Set<String> constants = new LinkedHashSet<>();
        graph.getInitializerList().forEach(initializer -> constants.add(initializer.getName()));
        graph.getSparseInitializerList()
                .forEach(sparse -> constants.add(sparse.getValues().getName()));
        inputs = new SizedInputs(graph, constants, sizes);
        this.model = model.toBuilder().setGraph(inputs.graph()).build();
        this.source = source;
        this.isLarge = isLarge;
        this.serializer = serializer;
        this.isolation = isolation;
    }

    /**
     * Asks ONNX Runtime.
     *
     * @return what it knows, and what the model states where it knows nothing
     * @throws io.pepper.onnx.IsolatedRunException if the child process did not live to answer
     * @throws IOException if the model cannot be read
     */
    public Result infer() throws IOException {
        List<String> open = List.copyOf(inputs.open());
        try (RuntimeTypes runtime = new RuntimeTypes(source, serializer, isolation)) {
            ScopeInference inference = new ScopeInference(source, isLarge, runtime);
            Scope scope = inference.infer(model, open.isEmpty());
            return new Result(scope, open, inference.failure());
        }
    }
}
