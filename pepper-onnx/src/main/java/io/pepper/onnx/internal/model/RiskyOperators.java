package io.pepper.onnx.internal.model;

import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.FunctionProto;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.internal.proto.NodeProto;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Operators on which ONNX Runtime 1.28 may end the process when it opens a model. Whether it does depends on types that it infers itself,
 * so that a model with such an operator is opened in a child process first. {@link FatalOperators} has those that are fatal for sure.
 */
public final class RiskyOperators {
    private static final String STANDARD = "";
    private static final String CONTRIBUTED = "com.microsoft";
    private static final String DOTS = "...";

    /** How each was found: models with every operator of ONNX Runtime, with random inputs and attributes, were opened in a process of their own. */
    private static final List<Risk> RISKS = List.of(
            new Risk(STANDARD, Set.of("Einsum"), "terms with '...'", RiskyOperators::isRiskyEinsum),
            new Risk(STANDARD, Set.of(), "num_heads", node -> isBelow(node, "num_heads", 1)),
            new Risk(CONTRIBUTED, Set.of(), "num_heads", node -> isBelow(node, "num_heads", 1)));

    private RiskyOperators() {}

    /**
     * A kind of operator.
     *
     * @param domain its domain; "ai.onnx" is the standard one, too
     * @param types its types; none for every type of the domain
     * @param what what of it is dangerous
     * @param test tells dangerous operators from others
     */
    private record Risk(String domain, Set<String> types, String what, Predicate<NodeProto> test) {
        boolean isIn(NodeProto node) {
            String of = node.getDomain().equals("ai.onnx") ? STANDARD : node.getDomain();
            return domain.equals(of) && (types.isEmpty() || types.contains(node.getOpType())) && test.test(node);
        }
    }

    /**
     * The first operator of which ONNX Runtime may die.
     *
     * @param model a model, with all bodies and functions
     * @return the operator in words; empty if there is none
     */
    public static Optional<String> in(ModelProto model) {
        return Stream.concat(
                        Stream.of(CallableBody.of(model.getGraph())),
                        model.getFunctionsList().stream().map((FunctionProto function) -> CallableBody.of(function)))
                .map(RiskyOperators::in)
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<String> in(CallableBody body) {
        for (NodeProto node : body.nodes()) {
            for (Risk risk : RISKS) {
                if (risk.isIn(node)) {
                    String name = node.getName().isEmpty()
                            ? node.getOpType()
                            : node.getOpType() + " '" + node.getName() + "'";
                    return Optional.of(name + " (" + risk.what + ")");
                }
            }
        }
        return Optional.empty();
    }

    /** What dots stand for must have as many axes each time; an output of letters needs one among the inputs. */
    private static boolean isRiskyEinsum(NodeProto node) {
        Optional<AttributeProto> equation = node.getAttributeList().stream()
                .filter(attribute -> attribute.getName().equals("equation"))
                .findFirst();
        if (equation.isEmpty()) {
            return false;
        }
        if (!equation.get().getRefAttrName().isEmpty()) {
            return true;
        }
        String text = equation.get().getS().toStringUtf8().replace(" ", "");
        int arrow = text.indexOf("->");
        String left = arrow < 0 ? text : text.substring(0, arrow);
        String right = arrow < 0 ? "" : text.substring(arrow);
        boolean lettersFromNowhere = hasLetters(right) && !hasLetters(left);
        return lettersFromNowhere
                || Stream.of(left.split(",", -1))
                                .filter(term -> term.contains(DOTS))
                                .count()
                        > 1;
    }

    private static boolean hasLetters(String text) {
        return text.chars().anyMatch(c -> (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
    }

    /** Whether an attribute is smaller, or comes from the caller of a function. */
    private static boolean isBelow(NodeProto node, String ending, long least) {
        return node.getAttributeList().stream()
                .filter(attribute -> attribute.getName().endsWith(ending))
                .anyMatch(attribute -> !attribute.getRefAttrName().isEmpty() || attribute.getI() < least);
    }
}
