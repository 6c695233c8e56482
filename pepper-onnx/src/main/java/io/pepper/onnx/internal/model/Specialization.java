package io.pepper.onnx.internal.model;

import io.pepper.model.MalformedModelException;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.SparseTensorProto;
import io.pepper.onnx.internal.proto.TensorProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A model with some inputs set to values, which become constants. Each {@code If} of the main graph that these or other
 * constants decide is replaced by the operators of its branch; without values, only an {@code If} whose branch makes up
 * most of the graph. A value replaces an input's default. Inlined operators are those of the file, each once, so that
 * nothing grows. O(levels × operators).
 */
public final class Specialization {
    private Specialization() {}

    /**
     * Specialises a model.
     *
     * @param source the model's name in messages
     * @param model the model
     * @param values values by the name of an input
     * @return the model, in which functions that make up most of it are inlined, too ({@link FunctionInlining})
     * @throws MalformedModelException if an input cannot be set, or a selected branch defines a name twice
     * @throws IllegalArgumentException if there is no such input, or the value does not fit its type
     */
    public static ModelProto of(String source, ModelProto model, Map<String, String> values)
            throws MalformedModelException {
        if (values.isEmpty()) {
            return inlined(source, model, false);
        }
        GraphProto.Builder graph = withoutDefaults(model, values.keySet()).orElse(model).getGraph().toBuilder()
                .clearInput();
        Map<String, TensorProto> set = new LinkedHashMap<>();
        for (ValueInfoProto input : model.getGraph().getInputList()) {
            String value = values.get(input.getName());
            if (value == null) {
                graph.addInput(input);
            } else {
                set.put(input.getName(), KnownInputs.tensor(source, input, value));
            }
        }
        for (String name : values.keySet()) {
            if (!set.containsKey(name)) {
                List<String> names = model.getGraph().getInputList().stream()
                        .map(ValueInfoProto::getName)
                        .toList();
                throw new IllegalArgumentException("no input '" + name + "' to set; the model has " + names);
            }
        }
        graph.addAllInitializer(set.values());
        return inlined(source, model.toBuilder().setGraph(graph).build(), true);
    }

    /**
     * Returns why functions that make up most of a model are not inlined.
     *
     * @param model a specialised model
     * @return a clause for each of them
     */
    public static List<String> closedFunctions(ModelProto model) {
        return FunctionInlining.obstacles(model);
    }

    /**
     * Returns a model without the defaults of some inputs.
     *
     * @param model the model
     * @param inputs names of inputs
     * @return the model; empty if none of the inputs has a default
     */
    public static Optional<ModelProto> withoutDefaults(ModelProto model, Set<String> inputs) {
        GraphProto graph = model.getGraph();
        Predicate<String> isOther = name -> !inputs.contains(name);
        List<TensorProto> dense = graph.getInitializerList().stream()
                .filter(tensor -> isOther.test(tensor.getName()))
                .toList();
        List<SparseTensorProto> sparse = graph.getSparseInitializerList().stream()
                .filter(tensor -> isOther.test(tensor.getValues().getName()))
                .toList();
        if (dense.size() == graph.getInitializerCount() && sparse.size() == graph.getSparseInitializerCount()) {
            return Optional.empty();
        }
        GraphProto.Builder changed = graph.toBuilder();
        changed.clearInitializer().addAllInitializer(dense);
        changed.clearSparseInitializer().addAllSparseInitializer(sparse);
        return Optional.of(model.toBuilder().setGraph(changed).build());
    }

    /** Inlines what constants decide, and functions that contain such decisions, until nothing is left. */
    private static ModelProto inlined(String source, ModelProto start, boolean all) throws MalformedModelException {
        ModelProto model = start;
        boolean found = true;
        while (found) {
            Optional<GraphProto> decided = decided(source, model, all);
            model = decided.isPresent()
                    ? model.toBuilder().setGraph(decided.get()).build()
                    : model;
            Optional<ModelProto> inlined = FunctionInlining.of(model);
            found = decided.isPresent() || inlined.isPresent();
            model = inlined.orElse(model);
        }
        return model;
    }

    private static boolean hasIf(GraphProto graph) {
        for (int i = 0; i < graph.getNodeCount(); i++) {
            if (IfInlining.isIf(graph.getNode(i))) {
                return true;
            }
        }
        return false;
    }

    /** Returns the graph without the branches that are not taken, if it has any. */
    private static Optional<GraphProto> decided(String source, ModelProto model, boolean all)
            throws MalformedModelException {
        if (!hasIf(model.getGraph())) {
            return Optional.empty();
        }
        Conditions conditions = Conditions.of(model);
        IfInlining inlining = new IfInlining(model.getGraph());
        List<NodeProto> nodes = new ArrayList<>();
        boolean found = false;
        for (NodeProto node : model.getGraph().getNodeList()) {
            Optional<Boolean> condition = conditions.isIf(node) ? conditions.truth(node.getInput(0)) : Optional.empty();
            if (condition.isPresent() && (all || IfInlining.isMost(node, condition.get(), model.getGraph()))) {
                nodes.addAll(inlining.branch(source, node, condition.get()));
                found = true;
            } else {
                nodes.add(node);
            }
        }
        return found ? Optional.of(inlining.with(nodes)) : Optional.empty();
    }
}
