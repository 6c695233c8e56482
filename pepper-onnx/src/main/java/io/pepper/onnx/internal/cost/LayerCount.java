package io.pepper.onnx.internal.cost;

import io.pepper.onnx.internal.model.FunctionCalls;
import io.pepper.onnx.internal.model.ModelGraph;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.TensorShapeProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.shape.Scope;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Counts of layers in the main graph, in bodies and in functions. A function counts once for each call, down to the
 * depth that scopes have, and for 10,000 calls at most.
 */
public final class LayerCount {
    private static final Set<String> CONVOLUTIONS = Set.of(
            "Conv",
            "ConvTranspose",
            "ConvInteger",
            "QLinearConv",
            "DeformConv",
            "FusedConv",
            "NhwcConv",
            "NhwcFusedConv");
    private static final Set<String> POOLS = Set.of(
            "MaxPool",
            "AveragePool",
            "LpPool",
            "GlobalMaxPool",
            "GlobalAveragePool",
            "GlobalLpPool",
            "NhwcMaxPool",
            "QLinearAveragePool",
            "QLinearGlobalAveragePool");

    /** Matrix products, and the indices of their two factors among the inputs. */
    private static final Map<String, List<Integer>> PRODUCTS = Map.of(
            "Gemm", List.of(0, 1),
            "MatMul", List.of(0, 1),
            "MatMulInteger", List.of(0, 1),
            "QLinearMatMul", List.of(0, 3),
            "QGemm", List.of(0, 3),
            "FusedMatMul", List.of(0, 1),
            "FusedGemm", List.of(0, 1),
            "MatMulIntegerToFloat", List.of(0, 1),
            "DynamicQuantizeMatMul", List.of(0, 1),
            "MatMulNBits", List.of(0, 1));

    private static final int MAX_DEPTH = 8;

    /** Bounds the time for functions that call each other many times. */
    private static final int MAX_LEVELS = 10_000;

    private static final int QUANTISED_WEIGHT = 3;

    private int convLayers;
    private int poolLayers;
    private int fcLayers;
    private long filters;
    private boolean filtersKnown = true;

    /** Operators of one graph that remain to be counted, and the constants of that graph. */
    private record Level(
            ModelProto model, Collection<NodeProto> nodes, Set<String> constants, Types types, int depth) {}

    /** The known shapes by name. */
    @FunctionalInterface
    private interface Types {
        Optional<List<Long>> dims(String name);
    }

    private LayerCount() {}

    /**
     * Counts the layers of operators.
     *
     * @param graph the model
     * @param scope the known types of the tensors of its main graph
     * @param nodes indices of operators
     * @return the counts
     */
    public static LayerCount of(ModelGraph graph, Scope scope, Collection<Integer> nodes) {
        LayerCount count = new LayerCount();
        Set<String> constants = new HashSet<>();
        nodes.forEach(node ->
                graph.reads(node).stream().filter(graph.constants()::contains).forEach(constants::add));
        List<NodeProto> protos = nodes.stream()
                .map(node -> graph.model().getGraph().getNode(node))
                .toList();
        Types types = name -> dims(scope.types().get(name));
        count.walk(new Level(graph.model(), protos, constants, types, 0));
        return count;
    }

    private static Optional<List<Long>> dims(@Nullable TypeProto type) {
        if (type == null || !type.hasTensorType() || !type.getTensorType().hasShape()) {
            return Optional.empty();
        }
        List<TensorShapeProto.Dimension> dims = type.getTensorType().getShape().getDimList();
        return dims.stream().allMatch(TensorShapeProto.Dimension::hasDimValue)
                ? Optional.of(dims.stream()
                        .map(TensorShapeProto.Dimension::getDimValue)
                        .toList())
                : Optional.empty();
    }

    /**
     * Returns the number of convolutions of all kinds.
     *
     * @return 0 or more
     */
    public int convLayers() {
        return convLayers;
    }

    /**
     * Returns the number of pooling operators of all kinds.
     *
     * @return 0 or more
     */
    public int poolLayers() {
        return poolLayers;
    }

    /**
     * Returns the number of matrix products with a constant factor.
     *
     * @return 0 or more
     */
    public int fcLayers() {
        return fcLayers;
    }

    /**
     * Returns the number of output channels of all convolutions.
     *
     * @return the sum; empty if the shape of a weight is unknown
     */
    public OptionalLong filters() {
        return filtersKnown ? OptionalLong.of(filters) : OptionalLong.empty();
    }

    private void walk(Level main) {
        Deque<Level> open = new ArrayDeque<>(List.of(main));
        for (int levels = 0; levels < MAX_LEVELS && !open.isEmpty(); levels++) {
            Level level = open.pop();
            FunctionCalls functions = new FunctionCalls(level.model);
            for (NodeProto node : level.nodes) {
                Optional<ModelProto> called = functions.body(node);
                if (called.isPresent()) {
                    open(called.get(), called.get().getGraph(), Set.of(), level, open);
                } else {
                    add(node, level);
                }
                for (AttributeProto attribute : node.getAttributeList()) {
                    if (attribute.hasG()) {
                        open(level.model, attribute.getG(), level.constants, level, open);
                    }
                }
            }
        }
    }

    private static void open(ModelProto model, GraphProto body, Set<String> around, Level level, Deque<Level> open) {
        if (level.depth < MAX_DEPTH && open.size() < MAX_LEVELS) {
            Set<String> constants = new HashSet<>(around);
            Map<String, List<Long>> dims = new HashMap<>();
            for (TensorProto initializer : body.getInitializerList()) {
                constants.add(initializer.getName());
                dims.put(initializer.getName(), initializer.getDimsList());
            }
            for (NodeProto node : body.getNodeList()) {
                if (node.getOpType().equals("Constant") && node.getOutputCount() == 1) {
                    constants.add(node.getOutput(0));
                    node.getAttributeList().stream()
                            .filter(AttributeProto::hasT)
                            .forEach(a -> dims.put(node.getOutput(0), a.getT().getDimsList()));
                }
            }
            Types types = name -> Optional.ofNullable(dims.get(name)).or(() -> level.types.dims(name));
            open.push(new Level(model, body.getNodeList(), constants, types, level.depth + 1));
        }
    }

    private void add(NodeProto node, Level level) {
        String type = node.getOpType();
        if (CONVOLUTIONS.contains(type)) {
            convLayers++;
            addFilters(node, level);
        } else if (POOLS.contains(type)) {
            poolLayers++;
        } else if (PRODUCTS.containsKey(type)) {
            boolean constant = PRODUCTS.get(type).stream()
                    .filter(input -> input < node.getInputCount())
                    .map(node::getInput)
                    .anyMatch(level.constants::contains);
            fcLayers += constant ? 1 : 0;
        }
    }

    private void addFilters(NodeProto node, Level level) {
        int weight = node.getOpType().equals("QLinearConv") ? QUANTISED_WEIGHT : 1;
        Optional<List<Long>> dims =
                weight < node.getInputCount() ? level.types.dims(node.getInput(weight)) : Optional.empty();
        boolean transposed = node.getOpType().equals("ConvTranspose");
        if (dims.isEmpty() || dims.get().size() < 2) {
            filtersKnown = false;
        } else {
            long channels = transposed
                    ? Saturated.multiply(dims.get().get(1), Math.max(0, groups(node)))
                    : dims.get().get(0);
            filters = Saturated.add(filters, channels);
        }
    }

    private static long groups(NodeProto node) {
        return node.getAttributeList().stream()
                .filter(attribute -> attribute.getName().equals("group"))
                .mapToLong(AttributeProto::getI)
                .findFirst()
                .orElse(1);
    }
}
