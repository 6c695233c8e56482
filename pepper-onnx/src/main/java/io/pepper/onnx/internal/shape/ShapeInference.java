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

/** Types and shapes of all tensors of a model, also inside bodies and functions, for given sizes of inputs. */
public final class ShapeInference {
    private final String source;
    private final Predicate<TensorProto> isLarge;
    private final TensorTypes.Serializer serializer;
    private final ModelProto model;
    private final SizedInputs inputs;
    private final Statements statements;
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
     * What is certain.
     *
     * @param types the types of the main graph's tensors: element types, and of shapes what nothing contradicts
     * @param inferred types as ONNX Runtime infers them, of those tensors of which the model states something else
     * @param failure why nothing could be inferred, if so
     */
    record Certain(Map<String, TypeProto> types, Map<String, TypeProto> inferred, Optional<String> failure) {}

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
     * Asks ONNX Runtime.
     *
     * @return what it knows; where it cannot open the model, what that states
     * @throws io.pepper.model.IsolatedRunException if the child process did not live to answer
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
     * Asks ONNX Runtime, and believes neither it nor the model where they differ. Nothing is computed for it, not even constants.
     *
     * @return what is certain
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

    /** The element types that the model states. */
    private Map<String, TypeProto> statedTypes() {
        Map<String, TypeProto> types = new HashMap<>();
        GraphProto graph = model.getGraph();
        Stream.concat(graph.getValueInfoList().stream(), graph.getOutputList().stream())
                .forEach(value -> types.put(value.getName(), Iteration.withoutShape(value.getType())));
        return types;
    }

    /** What the model states where nothing was inferred. */
    private Scope stated(Scope scope) {
        Map<String, TypeProto> types = new HashMap<>(scope.types());
        for (String name : statements.names()) {
            types.computeIfPresent(name, (same, type) -> statements.agreed(name, type));
        }
        return new Scope(types, scope.inner(), scope.runs());
    }
}
