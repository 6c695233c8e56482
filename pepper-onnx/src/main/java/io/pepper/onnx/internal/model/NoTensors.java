package io.pepper.onnx.internal.model;

import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.GraphProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TypeProto;
import io.pepper.onnx.internal.proto.ValueInfoProto;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The values of a main graph that cannot be handed from one part to another: sequences, maps and optionals, and tensors
 * of elements of less than 8 bits whose type the model does not state. They are found by stated types, as outputs of
 * well-known operators, and behind operators that pass on the type of their input. If the model has such values at all, the types of
 * outputs of bodies, functions and unknown operators are looked up. O(operators).
 */
public final class NoTensors {
    private static final Set<String> MAKERS = Set.of(
            "SequenceConstruct",
            "SequenceEmpty",
            "SequenceErase",
            "SequenceInsert",
            "SequenceMap",
            "SplitToSequence",
            "Optional",
            "ZipMap");

    /** Operators that pass on values of their bodies or inputs. */
    private static final Set<String> CARRIERS = Set.of("If", "Loop", "OptionalGetElement");

    /** Operators that pass on the type of their first input. */
    private static final Set<String> PASSING = Set.of(
            "Identity", "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Flatten", "Pad", "Gather", "Slice", "Expand");

    /** Operators whose type does not tell that their outputs are tensors of whole bytes. */
    private static final Set<String> DOUBTFUL = Stream.of(MAKERS, CARRIERS, NarrowElements.MAKERS)
            .flatMap(Set::stream)
            .collect(Collectors.toUnmodifiableSet());

    private final GraphProto graph;
    private final Set<String> stated = new HashSet<>();
    private final Set<String> found = new LinkedHashSet<>();

    private NoTensors(GraphProto graph) {
        this.graph = graph;
    }

    /** A lookup of the types of values. */
    @FunctionalInterface
    public interface Lookup {
        /**
         * Looks up types.
         *
         * @param names names of values of the main graph
         * @return the known types; values without any are absent
         * @throws IOException if the model cannot be read
         */
        Map<String, ValueInfoProto> of(Collection<String> names) throws IOException;
    }

    /**
     * Finds the values.
     *
     * @param model the model
     * @param types is only asked if the model does not state enough
     * @return their names
     * @throws IOException if the model cannot be read
     */
    public static Set<String> of(ModelProto model, Lookup types) throws IOException {
        NoTensors search = new NoTensors(model.getGraph());
        search.readStated();
        if (search.isPlain(model)) {
            search.addPassed();
            return search.found;
        }
        search.addMade();
        List<String> undecided = search.undecided(model);
        if (!undecided.isEmpty() && (!search.found.isEmpty() || isAnyMade(model))) {
            Map<String, ValueInfoProto> known = types.of(undecided);
            undecided.stream()
                    .filter(name ->
                            known.containsKey(name) && !isTensor(known.get(name).getType()))
                    .forEach(search.found::add);
        }
        search.addPassed();
        return search.found;
    }

    /** Returns whether no operator makes such values, or outputs whose type its own type does not determine. */
    private boolean isPlain(ModelProto model) {
        if (model.getFunctionsCount() > 0) {
            return false;
        }
        for (NodeProto node : graph.getNodeList()) {
            if (DOUBTFUL.contains(node.getOpType())
                    || !Repeatability.isKnownDomain(FunctionId.domain(node.getDomain()))) {
                return false;
            }
        }
        return true;
    }

    private void readStated() {
        for (List<ValueInfoProto> values :
                List.of(graph.getInputList(), graph.getValueInfoList(), graph.getOutputList())) {
            for (ValueInfoProto value : values) {
                if (ValueTypes.isUsable(value.getType())) {
                    stated.add(value.getName());
                    if (!isTensor(value.getType())) {
                        found.add(value.getName());
                    }
                }
            }
        }
    }

    private void addMade() {
        for (NodeProto node : graph.getNodeList()) {
            if (MAKERS.contains(node.getOpType())) {
                node.getOutputList().stream()
                        .filter(name -> !stated.contains(name))
                        .forEach(found::add);
            }
        }
        new NarrowElements(graph)
                .made().stream().filter(name -> !stated.contains(name)).forEach(found::add);
    }

    /** Adds what operators that pass on a type make of the found values, in any order of the operators. */
    private void addPassed() {
        if (found.isEmpty()) {
            return;
        }
        Map<String, List<NodeProto>> readers = new HashMap<>();
        for (NodeProto node : graph.getNodeList()) {
            if (PASSING.contains(node.getOpType()) && node.getInputCount() > 0) {
                readers.computeIfAbsent(node.getInput(0), none -> new ArrayList<>())
                        .add(node);
            }
        }
        Deque<String> open = new ArrayDeque<>(found);
        while (!open.isEmpty()) {
            for (NodeProto reader : readers.getOrDefault(open.pop(), List.of())) {
                reader.getOutputList().stream()
                        .filter(name -> !stated.contains(name) && found.add(name))
                        .forEach(open::push);
            }
        }
    }

    /** Returns the outputs without a stated type whose operator's type does not determine theirs. */
    private List<String> undecided(ModelProto model) {
        Set<FunctionId> functions = new HashSet<>();
        model.getFunctionsList().forEach(function -> functions.add(FunctionId.of(function)));
        List<String> names = new ArrayList<>();
        for (NodeProto node : graph.getNodeList()) {
            FunctionId id = FunctionId.of(node);
            if (CARRIERS.contains(node.getOpType())
                    || functions.contains(id)
                    || !Repeatability.isKnownDomain(id.domain())) {
                node.getOutputList().stream()
                        .filter(name -> !name.isEmpty() && !stated.contains(name) && !found.contains(name))
                        .forEach(names::add);
            }
        }
        return names;
    }

    /** Returns whether any operator in a model produces a value that is not a tensor. */
    private static boolean isAnyMade(ModelProto model) {
        Deque<List<NodeProto>> open = new ArrayDeque<>();
        open.push(model.getGraph().getNodeList());
        model.getFunctionsList().forEach(function -> open.push(function.getNodeList()));
        while (!open.isEmpty()) {
            for (NodeProto node : open.pop()) {
                if (MAKERS.contains(node.getOpType())) {
                    return true;
                }
                for (AttributeProto attribute : node.getAttributeList()) {
                    open.push(attribute.getG().getNodeList());
                    attribute.getGraphsList().forEach(body -> open.push(body.getNodeList()));
                }
            }
        }
        return false;
    }

    /**
     * Returns whether values of a type are tensors.
     *
     * @param type the type
     * @return false for sequences, maps, optionals and sparse tensors
     */
    public static boolean isTensor(TypeProto type) {
        return type.getValueCase() == TypeProto.ValueCase.TENSOR_TYPE;
    }
}
