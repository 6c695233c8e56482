package io.pepper.onnx.internal.shape;

import io.pepper.onnx.internal.model.FunctionCalls;
import io.pepper.onnx.internal.model.OpeningWork;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TypeProto;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The inference of scopes from the outside in: first the graph, then the bodies of its control flow with the types of
 * their inputs. If these add to the outputs of the control flow, the graph follows again. The depth, number and work of
 * bodies are bounded; beyond, types stay unknown.
 */
final class ScopeInference {
    private static final int MAX_DEPTH = 8;
    private static final int MAX_SCOPES = 500;
    private static final int MAX_ROUNDS = 4;

    /** The operator set from which on Scan has no axis for a batch. */
    private static final long SCAN_WITHOUT_BATCH = 9;

    /** The version of the format from which on initializers that are inputs have no fixed value. */
    private static final long OVERRIDABLE = 4;

    /** Budget for the inference of all bodies and functions, in units of {@link OpeningWork}: about two seconds. */
    private static final double MAX_WORK = 1 << 19;

    private final String source;
    private final Predicate<TensorProto> isLarge;
    private final InferenceModel inference;
    private final RuntimeTypes runtime;
    private final Belief belief;

    /** The scopes of function calls. Calls with inputs of the same types and the same attributes share a scope. */
    private final Map<List<Object>, Scope> calls = new HashMap<>();

    private Optional<String> failure = Optional.empty();
    private int scopes;
    private double work;

    ScopeInference(String source, Predicate<TensorProto> isLarge, RuntimeTypes runtime, Belief belief) {
        this.belief = belief;
        this.source = source;
        this.isLarge = isLarge;
        this.inference = new InferenceModel(isLarge);
        this.runtime = runtime;
    }

    /** Returns why only the stated types of the main graph are known. */
    Optional<String> failure() {
        return failure;
    }

    /**
     * Infers the scope of a main graph.
     *
     * @param sized whether all its inputs have sizes
     */
    Scope infer(ModelProto model, boolean sized) throws IOException {
        Graph graph = new Graph(model, new Environment(), sized, 0);
        Scope scope = graph.infer();
        failure = graph.failure;
        return scope;
    }

    private boolean isExhausted() {
        return scopes >= MAX_SCOPES || work >= MAX_WORK;
    }

    /** One graph with its environment. */
    private final class Graph {
        private final ModelProto model;
        private final GraphProto graph;
        private final Environment around;
        private final boolean sized;
        private final int depth;
        private final FunctionCalls functions;
        private final Map<String, Scope> inner = new HashMap<>();
        private final IdentityHashMap<NodeProto, List<TypeProto>> settled = new IdentityHashMap<>();
        private final Set<NodeProto> corrected = Collections.newSetFromMap(new IdentityHashMap<>());
        private Map<String, TypeProto> types = Map.of();
        private Optional<String> failure = Optional.empty();

        Graph(ModelProto model, Environment around, boolean sized, int depth) {
            this.model = model;
            this.graph = model.getGraph();
            this.around = around;
            this.sized = sized;
            this.depth = depth;
            this.functions = new FunctionCalls(model);
        }

        Scope infer() throws IOException {
            scopes++;
            boolean more = true;
            for (int round = 0; more && round < MAX_ROUNDS; round++) {
                more = ask();
            }
            if (more && !corrected.isEmpty()) {
                corrected.forEach(node -> settled.computeIfPresent(node, (same, known) -> known.stream()
                        .map(Iteration::withoutShape)
                        .toList()));
                ask();
            }
            return new Scope(types, Map.copyOf(inner), Optional.of(1L));
        }

        /** Asks about the whole graph; returns whether bodies, functions or better knowledge add anything. */
        private boolean ask() throws IOException {
            work += depth == 0 ? 0 : OpeningWork.units(model);
            GraphTypes step = new GraphTypes(source, model, inference, runtime, settled);
            types = step.infer(sized);
            failure = step.failure();
            boolean more = false;
            for (int node = 0; node < graph.getNodeCount(); node++) {
                more |= lookInside(node);
            }
            return more;
        }

        /** Infers the body or function of an operator; returns whether that adds to the operator's outputs. */
        private boolean lookInside(int place) throws IOException {
            NodeProto node = graph.getNode(place);
            if (node.getOpType().equals("Einsum")) {
                return correct(node, EinsumShape.of(node, typesOf(node.getInputList())));
            }
            if (depth >= MAX_DEPTH || settled.containsKey(node)) {
                return false;
            }
            Optional<ModelProto> function = functions.body(node);
            if (depth == 0 && failure.isEmpty() && adoptStatedTypes(node, function.isPresent())) {
                return true;
            }
            if (function.isPresent()) {
                call(place, node, function.get());
                return false;
            }
            return switch (node.getOpType()) {
                case "If" -> learn(node, new Conditional(place, node).outputs());
                case "Loop", "Scan" -> learn(node, iteration(place, node));
                case "Dropout", "Scaler", "Normalizer", "Imputer", "Binarizer" -> learn(node, likeInput(node));
                case "MultiHeadAttention", "Attention", "CDist" ->
                    node.getDomain().equals("com.microsoft") && learn(node, known(node));
                default -> false;
            };
        }

        /** Replaces inferred types by better known ones, which may change with the inputs. */
        private boolean correct(NodeProto node, Optional<TypeProto> better) {
            List<TypeProto> known = typesOf(node.getOutputList());
            if (better.isEmpty() || known.size() != 1 || known.get(0).equals(better.get())) {
                return false;
            }
            settled.put(node, List.of(better.get()));
            corrected.add(node);
            return true;
        }

        /** Compares with the types that the model states. */
        private boolean adoptStatedTypes(NodeProto node, boolean isCall) {
            List<TypeProto> known = typesOf(node.getOutputList());
            List<TypeProto> believed = new ArrayList<>();
            for (int i = 0; i < known.size(); i++) {
                believed.add(belief.of(node, isCall, node.getOutput(i), known.get(i)));
            }
            boolean usable = known.stream().allMatch(type -> type.getValueCase() != TypeProto.ValueCase.VALUE_NOT_SET);
            if (!usable || believed.equals(known)) {
                return false;
            }
            settled.put(node, believed);
            return true;
        }

        private void call(int place, NodeProto node, ModelProto body) throws IOException {
            List<TypeProto> inputs = typesOf(node.getInputList());
            List<Object> key =
                    List.of(node.getDomain(), node.getOpType(), node.getOverload(), inputs, node.getAttributeList());
            Scope known = calls.get(key);
            if (known == null && !isExhausted()) {
                GraphProto closed = new Environment().closed(body.getGraph(), inputs);
                ModelProto called = body.toBuilder().setGraph(closed).build();
                known = new Graph(called, new Environment(), sized, depth + 1).infer();
                calls.put(key, known);
            }
            if (known != null) {
                inner.put(Scope.key(place, Scope.CALL), known);
            }
        }

        private boolean learn(NodeProto node, List<TypeProto> outputs) {
            boolean more = outputs.size() == node.getOutputCount();
            boolean news = false;
            for (int i = 0; more && i < outputs.size(); i++) {
                TypeProto known = types.getOrDefault(node.getOutput(i), TypeProto.getDefaultInstance());
                news |= !GraphTypes.isSettled(known) && GraphTypes.isSettled(outputs.get(i));
                more = outputs.get(i).getValueCase() != TypeProto.ValueCase.VALUE_NOT_SET;
            }
            if (more && news) {
                settled.put(node, outputs);
            }
            return more && news;
        }

        /**
         * Returns the types of Dropout's mask and of some operators of {@code ai.onnx.ml}, which ONNX Runtime does not
         * infer.
         */
        private List<TypeProto> likeInput(NodeProto node) {
            List<TypeProto> inputs = typesOf(node.getInputList());
            List<TypeProto> outputs = new ArrayList<>();
            for (TypeProto output : typesOf(node.getOutputList())) {
                boolean isRanked = inputs.isEmpty() || !output.hasTensorType() || GraphTypes.isRanked(output);
                outputs.add(isRanked ? output : Iteration.withShape(output, inputs.get(0)));
            }
            return outputs;
        }

        private List<TypeProto> known(NodeProto node) {
            return KnownShapes.of(node, typesOf(node.getInputList()), typesOf(node.getOutputList()));
        }

        private List<TypeProto> typesOf(List<String> names) {
            return names.stream()
                    .map(name -> types.getOrDefault(name, TypeProto.getDefaultInstance()))
                    .toList();
        }

        /** Returns the types of a body's outputs. */
        private List<TypeProto> body(int place, AttributeProto attribute, List<TypeProto> inputs) throws IOException {
            if (isExhausted()) {
                return List.of();
            }
            Environment environment = around.with(graph, types, this::isNoValue);
            GraphProto closed = environment.closed(attribute.getG(), inputs);
            ModelProto body = model.toBuilder().setGraph(closed).build();
            Scope scope = new Graph(body, environment, sized, depth + 1).infer();
            inner.put(Scope.key(place, attribute.getName()), scope);
            List<TypeProto> outputs = new ArrayList<>();
            attribute
                    .getG()
                    .getOutputList()
                    .forEach(output -> outputs.add(scope.types().getOrDefault(output.getName(), output.getType())));
            return outputs;
        }

        private List<TypeProto> iteration(int place, NodeProto node) throws IOException {
            Optional<AttributeProto> attribute = Trips.body(node);
            boolean scansBatches = node.getOpType().equals("Scan") && OpsetVersion.of(model) < SCAN_WITHOUT_BATCH;
            if (attribute.isEmpty() || scansBatches) {
                return List.of();
            }
            List<TypeProto> inputs = typesOf(node.getInputList());
            Iteration iteration = node.getOpType().equals("Loop")
                    ? Iteration.loop(inputs, trips(node, attribute.get().getG()))
                    : Iteration.scan(node, inputs);
            List<TypeProto> given = body(place, attribute.get(), iteration.bodyInputs());
            for (int round = 0; iteration.widen(given); round++) {
                if (round == MAX_ROUNDS) {
                    iteration.forget();
                }
                given = body(place, attribute.get(), iteration.bodyInputs());
            }
            inner.computeIfPresent(
                    Scope.key(place, "body"), (key, s) -> new Scope(s.types(), s.inner(), iteration.length()));
            List<TypeProto> outputs = iteration.outputs(given, node.getOutputCount());
            boolean runs = !node.getOpType().equals("Loop")
                    || iteration.length().filter(trips -> trips > 0).isPresent();
            return runs
                    ? outputs
                    : LoopRows.withoutTrips(attribute.get().getG(), outputs, Math.max(0, node.getInputCount() - 2));
        }

        /** From IR version 4 on, the runner of the model may override an initializer that is also an input. */
        private boolean isNoValue(TensorProto initializer) {
            return isLarge.test(initializer)
                    || (model.getIrVersion() >= OVERRIDABLE
                            && graph.getInputList().stream()
                                    .anyMatch(input -> input.getName().equals(initializer.getName())));
        }

        private Optional<Long> trips(NodeProto node, GraphProto body) {
            return Trips.of(node, body, around.with(graph, types, this::isNoValue));
        }

        /** The two branches of an If. */
        private final class Conditional {
            private final List<List<TypeProto>> branches = new ArrayList<>();

            Conditional(int place, NodeProto node) throws IOException {
                for (AttributeProto attribute : node.getAttributeList()) {
                    if (attribute.hasG()) {
                        branches.add(body(place, attribute, List.of()));
                    }
                }
            }

            List<TypeProto> outputs() {
                if (branches.size() != 2
                        || branches.get(0).size() != branches.get(1).size()) {
                    return List.of();
                }
                List<TypeProto> merged = new ArrayList<>();
                for (int i = 0; i < branches.get(0).size(); i++) {
                    merged.add(Iteration.common(
                            branches.get(0).get(i), branches.get(1).get(i)));
                }
                return merged;
            }
        }
    }
}
