package io.pepper.onnx.internal.model;

import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Operators on which ONNX Runtime crashes, or may crash, instead of refusing the model: those of {@link CrashPattern}, and a
 * {@code OneHot} whose depth is a constant without elements. Bodies and functions are included, with the attributes
 * that callers give.
 */
public final class FatalOperators {
    private final List<Piece> pieces = new ArrayList<>();

    /** Constants, and whether they have no elements. */
    private final Map<String, Boolean> constants = new HashMap<>();

    /** The values that callers give for attributes of functions, and the defaults if they give none. */
    private final Map<Given, List<AttributeProto>> given = new HashMap<>();

    /** The main graph, which has no function, or a function. */
    private record Piece(Optional<FunctionId> function, CallableBody body) {}

    private record Given(FunctionId function, String attribute) {}

    private FatalOperators(ModelProto model) {
        pieces.add(new Piece(Optional.empty(), CallableBody.of(model.getGraph())));
        Set<FunctionId> functions = new HashSet<>();
        model.getFunctionsList().forEach(function -> {
            FunctionId id = FunctionId.of(function);
            pieces.add(new Piece(Optional.of(id), CallableBody.of(function)));
            functions.add(id);
            function.getAttributeProtoList().forEach(attribute -> give(id, attribute));
        });
        for (TensorProto tensor : model.getGraph().getInitializerList()) {
            constants.put(tensor.getName(), tensor.getDimsList().contains(0L));
        }
        for (Piece piece : pieces) {
            for (NodeProto node : piece.body.nodes()) {
                if (node.getOpType().equals("Constant") && node.getOutputCount() > 0) {
                    constants.put(node.getOutput(0), isEmpty(node));
                } else if (!functions.isEmpty() && functions.contains(FunctionId.of(node))) {
                    node.getAttributeList().forEach(attribute -> give(FunctionId.of(node), attribute));
                }
            }
        }
    }

    private void give(FunctionId function, AttributeProto attribute) {
        given.computeIfAbsent(new Given(function, attribute.getName()), name -> new ArrayList<>())
                .add(attribute);
    }

    /**
     * Returns why ONNX Runtime must not open a model.
     *
     * @param model the model
     * @return the reason; empty if none of its operators is certainly fatal
     */
    static Optional<String> refusal(ModelProto model) {
        FatalOperators operators = new FatalOperators(model);
        return operators
                .find(true)
                .map(found -> "its " + found + ", which crashes ONNX Runtime")
                .or(operators::emptyDepth);
    }

    /**
     * Returns the first operator on which ONNX Runtime may crash when it opens a model, depending on types that it
     * infers.
     *
     * @param model a model, with all bodies and functions
     * @return the operator in words; empty if there is none
     */
    public static Optional<String> risk(ModelProto model) {
        FatalOperators operators = new FatalOperators(model);
        return operators.find(false).or(operators::unknownDepth);
    }

    private Optional<String> find(boolean certain) {
        for (Piece piece : pieces) {
            for (NodeProto node : piece.body.nodes()) {
                for (CrashPattern pattern : CrashPattern.ALL) {
                    if (pattern.certain() == certain
                            && (pattern.isIn(node) || variants(piece, node).anyMatch(pattern::isIn))) {
                        return Optional.of(name(node) + (certain ? " " + pattern.what() : " (" + pattern.what() + ")"));
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static String name(NodeProto node) {
        return node.getOpType() + (node.getName().isEmpty() ? "" : " '" + node.getName() + "'");
    }

    /** Returns an operator of a function with each value that a caller gives for an attribute. */
    private Stream<NodeProto> variants(Piece piece, NodeProto node) {
        return piece.function.stream().flatMap(function -> IntStream.range(0, node.getAttributeCount())
                .filter(i -> !node.getAttribute(i).getRefAttrName().isEmpty())
                .boxed()
                .flatMap(i -> {
                    AttributeProto refers = node.getAttribute(i);
                    return given.getOrDefault(new Given(function, refers.getRefAttrName()), List.of()).stream()
                            .map(value -> value.toBuilder().setName(refers.getName()))
                            .map(value ->
                                    node.toBuilder().setAttribute(i, value).build());
                }));
    }

    private Optional<String> emptyDepth() {
        return pieces.stream()
                .flatMap(FatalOperators::oneHots)
                .filter(node -> constants.getOrDefault(node.getInput(1), false))
                .findFirst()
                .map(node -> "the depth '" + node.getInput(1) + "' of its " + name(node)
                        + " has no elements, which crashes ONNX Runtime");
    }

    /** Finds a {@code OneHot} in a function, whose callers may give an empty depth. */
    private Optional<String> unknownDepth() {
        return pieces.stream()
                .filter(piece -> piece.function.isPresent())
                .flatMap(FatalOperators::oneHots)
                .filter(node -> !constants.containsKey(node.getInput(1)))
                .findFirst()
                .map(node -> name(node) + " (a depth that may be empty)");
    }

    private static Stream<NodeProto> oneHots(Piece piece) {
        return StreamSupport.stream(piece.body.nodes().spliterator(), false)
                .filter(node -> node.getOpType().equals("OneHot") && node.getInputCount() > 1);
    }

    private static boolean isEmpty(NodeProto constant) {
        for (AttributeProto attribute : constant.getAttributeList()) {
            if (attribute.hasT() && attribute.getT().getDimsList().contains(0L)) {
                return true;
            }
            if (attribute.getName().startsWith("value_") && attribute.getName().endsWith("s")) {
                return attribute.getIntsCount() + attribute.getFloatsCount() + attribute.getStringsCount() == 0;
            }
        }
        return false;
    }
}
