package io.pepper.onnx.internal.shape;

import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TensorShapeProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The types and shapes of all tensors of one graph, requested from ONNX Runtime in up to three steps. None of them runs
 * the model or contains its weights. The first step declares every tensor an output. The second one distinguishes
 * scalars from tensors of unknown rank, which ONNX Runtime's interface does not: the result of a Shape operator has as
 * many elements as its input has dimensions. If all inputs have sizes, this step also lets ONNX Runtime fold constants,
 * which resolves shapes that the model computes. Tensors with known shapes become inputs first, unless they may hold
 * sizes, so that nothing large is computed. The third step repeats the second one without folding, if ONNX Runtime
 * refuses that.
 */
final class GraphTypes {
    private static final Logger LOG = LoggerFactory.getLogger(GraphTypes.class);
    private static final String RANK = "pepper/rank/";

    /** Types whose values may determine a shape. */
    private static final Set<Integer> MAY_BE_SIZES = Set.of(
            TensorProto.DataType.INT64.getNumber(),
            TensorProto.DataType.INT32.getNumber(),
            TensorProto.DataType.BOOL.getNumber());

    /**
     * ONNX Runtime's time grows with the square of the number of outputs. Graphs of up to this number of operators are
     * requested as a whole, because sizes that ONNX Runtime computes then propagate. With more tensors without a shape
     * than this, their shapes stay open.
     */
    private static final int MAX_AT_ONCE = 20_000;

    private final String source;
    private final ModelProto model;
    private final InferenceModel inference;
    private final RuntimeTypes runtime;

    /** Nodes whose outputs are already known, with their types. */
    private final IdentityHashMap<NodeProto, List<TypeProto>> settled;

    private final Map<String, TypeProto> types = new HashMap<>();
    private Optional<String> failure = Optional.empty();

    /**
     * Creates an inference.
     *
     * @param source the model's name in messages
     * @param model a model whose main graph is analysed
     * @param inference creates variants of it
     * @param runtime asks ONNX Runtime
     * @param settled nodes of the graph, by identity, whose outputs are already known, with their types
     */
    GraphTypes(
            String source,
            ModelProto model,
            InferenceModel inference,
            RuntimeTypes runtime,
            IdentityHashMap<NodeProto, List<TypeProto>> settled) {
        this.source = source;
        this.model = model;
        this.inference = inference;
        this.runtime = runtime;
        this.settled = settled;
    }

    /** Returns the inferred types. Tensors of which ONNX Runtime knows nothing have the types that the graph states. */
    Map<String, TypeProto> infer(boolean sized) throws IOException {
        GraphProto graph = model.getGraph();
        List<String> names = made(graph);
        stated(graph);
        settled.forEach((node, known) -> {
            for (int i = 0; i < node.getOutputCount(); i++) {
                types.put(node.getOutput(i), known.get(i));
            }
        });
        if (!names.isEmpty() && (graph.getNodeCount() > MAX_AT_ONCE ? askPages() : askAll(model))) {
            if (!sized || !fold(names)) {
                inferScalars();
            }
        }
        return Map.copyOf(types);
    }

    /** Returns the outputs of operators, once each. */
    private static List<String> made(GraphProto graph) {
        Set<String> made = new LinkedHashSet<>();
        graph.getNodeList().forEach(node -> made.addAll(node.getOutputList()));
        made.remove("");
        return List.copyOf(made);
    }

    /** Requests the types of all outputs of operators and stores them; returns whether ONNX Runtime answered. */
    private boolean askAll(ModelProto asked) throws IOException {
        List<String> names = made(asked.getGraph());
        ModelProto variant = inference.without(asked, names, settled::containsKey, types);
        Optional<Map<String, TypeProto>> answer = ask(variant, names, OptLevel.NO_OPT);
        answer.ifPresent(types::putAll);
        return answer.isPresent();
    }

    private boolean askPages() throws IOException {
        Pages pages = new Pages(model);
        boolean isComplete = true;
        for (int i = 0; isComplete && i < pages.count(); i++) {
            isComplete = askAll(pages.page(i, types));
        }
        return isComplete;
    }

    /** Returns why nothing could be inferred. */
    Optional<String> failure() {
        return failure;
    }

    private void stated(GraphProto graph) {
        List<ValueInfoProto> stated = new ArrayList<>(graph.getValueInfoList());
        stated.addAll(graph.getOutputList());
        stated.addAll(graph.getInputList());
        stated.forEach(value -> types.put(value.getName(), value.getType()));
        graph.getInitializerList().forEach(tensor -> types.put(tensor.getName(), InferenceModel.type(tensor)));
    }

    private Optional<Map<String, TypeProto>> ask(ModelProto variant, List<String> outputs, OptLevel level)
            throws IOException {
        RuntimeTypes.Answer answer = runtime.ask(variant, outputs, level);
        failure = answer.failure();
        failure.ifPresent(reason -> LOG.debug("{}: no shapes: {}", source, reason));
        return failure.isPresent() ? Optional.empty() : Optional.of(answer.types());
    }

    static boolean isRanked(TypeProto type) {
        return !type.hasTensorType() || type.getTensorType().hasShape();
    }

    private List<String> unranked() {
        return types.entrySet().stream()
                .filter(entry -> !isRanked(entry.getValue()))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    private void inferScalars() throws IOException {
        List<String> unranked = unranked();
        if (!unranked.isEmpty() && unranked.size() <= MAX_AT_ONCE) {
            askWithRanks(
                    inference.without(model, List.of(), settled::containsKey, types),
                    List.of(),
                    unranked,
                    OptLevel.NO_OPT);
            failure = Optional.empty();
        }
    }

    /** Requests types and ranks and stores them; returns whether ONNX Runtime answered. */
    private boolean askWithRanks(ModelProto variant, List<String> names, List<String> unranked, OptLevel level)
            throws IOException {
        ModelProto.Builder probed = variant.toBuilder();
        List<String> outputs = new ArrayList<>(names);
        for (String name : unranked) {
            outputs.add(RANK + name);
            probed.getGraphBuilder()
                    .addOutput(ValueInfoProto.newBuilder().setName(RANK + name))
                    .addNode(NodeProto.newBuilder()
                            .setOpType("Shape")
                            .addInput(name)
                            .addOutput(RANK + name));
        }
        Optional<Map<String, TypeProto>> answer = ask(probed.build(), outputs, level);
        answer.ifPresent(known -> {
            names.forEach(name -> keep(name, known.get(name)));
            unranked.forEach(name -> keepRank(name, known.get(RANK + name)));
        });
        return answer.isPresent();
    }

    private void keep(String name, @Nullable TypeProto type) {
        if (type != null && isRanked(type)) {
            types.put(name, type);
        }
    }

    private void keepRank(String name, @Nullable TypeProto rank) {
        TypeProto type = types.get(name);
        if (rank != null
                && type != null
                && !isRanked(type)
                && isZero(rank.getTensorType().getShape())) {
            TypeProto.Builder known = type.toBuilder();
            known.getTensorTypeBuilder().setShape(TensorShapeProto.getDefaultInstance());
            types.put(name, known.build());
        }
    }

    private static boolean isZero(TensorShapeProto shape) {
        return shape.getDimCount() == 1
                && shape.getDim(0).hasDimValue()
                && shape.getDim(0).getDimValue() == 0;
    }

    /** Returns whether all dimensions have a size. */
    static boolean isSettled(TypeProto type) {
        return isRanked(type)
                && type.getTensorType().getShape().getDimList().stream()
                        .allMatch(dim -> dim.hasDimValue() && dim.getDimValue() >= 0);
    }

    /** Returns whether ONNX Runtime could fold constants, or did not need to. */
    private boolean fold(List<String> names) throws IOException {
        List<String> unsettled = names.stream()
                .filter(name -> !isSettled(types.getOrDefault(name, TypeProto.getDefaultInstance())))
                .toList();
        if (unsettled.isEmpty()) {
            return true;
        }
        if (unsettled.size() > MAX_AT_ONCE) {
            return false;
        }
        ModelProto reduced = inference.without(model, unsettled, this::isSettledAndNoSize, types);
        boolean folded = askWithRanks(reduced, unsettled, unranked(), OptLevel.BASIC_OPT);
        failure = Optional.empty();
        return folded;
    }

    private boolean isSettledAndNoSize(NodeProto node) {
        return settled.containsKey(node)
                || node.getOutputList().stream().allMatch(name -> {
                    TypeProto type = types.get(name);
                    return type != null
                            && type.hasTensorType()
                            && isSettled(type)
                            && !MAY_BE_SIZES.contains(type.getTensorType().getElemType());
                });
    }
}
