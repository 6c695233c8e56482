package io.pepper.onnx.internal.shape;

import io.pepper.model.InputShapes;
import io.pepper.model.IsolatedRunException;
import io.pepper.model.Isolation;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TypeProto;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The inference of types and shapes of all tensors of a model, including bodies and functions, for given sizes of
 * inputs.
 */
public final class ShapeInference {
    private final String source;
    private final Predicate<TensorProto> isLarge;
    private final TensorTypes.Serializer serializer;
    private final ModelProto model;
    private final SizedInputs inputs;
    private final Statements statements;
    private final Optional<Isolation> isolation;

    /**
     * The result of an inference.
     *
     * @param scope the tensors of the main graph, with inner scopes
     * @param open the sizes of inputs that are open
     * @param failure why nothing could be inferred; empty on success
     */
    public record Result(Scope scope, List<String> open, Optional<String> failure) {}

    /**
     * The certain types.
     *
     * @param types the types of the main graph's tensors: element types, and the parts of shapes that nothing
     *     contradicts
     * @param inferred the inferred types of those tensors for which the model states another type
     * @param failure why nothing could be inferred; empty on success
     */
    record Certain(Map<String, TypeProto> types, Map<String, TypeProto> inferred, Optional<String> failure) {}

    /**
     * Creates an inference.
     *
     * @param source the model's name in messages
     * @param model the message
     * @param isLarge whether a tensor's payload is not part of the message
     * @param serializer creates the bytes that ONNX Runtime reads
     * @param sizes the sizes of inputs that the model leaves open
     * @param isolation the limits of a child process in which ONNX Runtime opens the model; empty to open it in this
     *     process
     * @throws IllegalArgumentException if a size belongs to no input, or contradicts the model
     */
    public ShapeInference(
            String source,
            ModelProto model,
            Predicate<TensorProto> isLarge,
            TensorTypes.Serializer serializer,
            InputShapes sizes,
            Optional<Isolation> isolation) {
        this.isolation = isolation;
        GraphProto graph = model.getGraph();
        Set<String> constants = new LinkedHashSet<>();
        graph.getInitializerList().forEach(initializer -> constants.add(initializer.getName()));
        graph.getSparseInitializerList()
                .forEach(sparse -> constants.add(sparse.getValues().getName()));
        inputs = new SizedInputs(graph, constants, sizes);
        statements = sizes.isEmpty() ? Statements.of(graph) : Statements.NONE;
        this.model = model.toBuilder().setGraph(inputs.graph()).build();
        this.source = source;
        this.isLarge = isLarge;
        this.serializer = serializer;
    }

    /**
     * Infers types and shapes with ONNX Runtime.
     *
     * @return the known types; those that the model states if ONNX Runtime cannot open it
     * @throws io.pepper.model.IsolatedRunException if the child process ended without an answer
     * @throws IOException if the model cannot be read
     */
    public Result infer() throws IOException {
        List<String> open = List.copyOf(inputs.open());
        Belief belief = Belief.inTheStandard(statements, open.isEmpty());
        try (RuntimeTypes runtime = new RuntimeTypes(source, serializer, isolation)) {
            ScopeInference inference = new ScopeInference(source, isLarge, runtime, belief);
            Scope scope = inference.infer(BareModel.of(model, true), open.isEmpty());
            return new Result(inference.failure().isEmpty() ? scope : stated(scope), open, inference.failure());
        }
    }

    /**
     * Infers types and shapes, believing neither ONNX Runtime nor the model where they differ. No constants are folded.
     *
     * @return the certain types
     * @throws IOException if the model cannot be read
     */
    Certain certain() throws IOException {
        Map<String, TypeProto> inferred = new HashMap<>();
        Belief belief = Belief.inWhatAgrees(statements);
        Belief watched = (node, isCall, tensor, type) -> {
            TypeProto believed = belief.of(node, isCall, tensor, type);
            if (!believed.equals(type)) {
                inferred.putIfAbsent(tensor, type);
            }
            return believed;
        };
        try (RuntimeTypes runtime = new RuntimeTypes(source, serializer, isolation)) {
            ScopeInference inference = new ScopeInference(source, isLarge, runtime, watched);
            Scope scope = inference.infer(BareModel.of(model, false), false);
            return runtime.danger().isPresent()
                    ? new Certain(statedTypes(), Map.of(), runtime.danger())
                    : new Certain(scope.types(), inferred, inference.failure());
        } catch (IsolatedRunException ended) {
            return new Certain(statedTypes(), Map.of(), Optional.of(String.valueOf(ended.getMessage())));
        }
    }

    /** Returns the element types that the model states. */
    private Map<String, TypeProto> statedTypes() {
        Map<String, TypeProto> types = new HashMap<>();
        GraphProto graph = model.getGraph();
        Stream.concat(graph.getValueInfoList().stream(), graph.getOutputList().stream())
                .forEach(value -> types.put(value.getName(), Iteration.withoutShape(value.getType())));
        return types;
    }

    /** Adds the types that the model states to a scope without inferred ones. */
    private Scope stated(Scope scope) {
        Map<String, TypeProto> types = new HashMap<>(scope.types());
        for (String name : statements.names()) {
            types.computeIfPresent(name, (same, type) -> statements.agreed(name, type));
        }
        return new Scope(types, scope.inner(), scope.runs());
    }
}
