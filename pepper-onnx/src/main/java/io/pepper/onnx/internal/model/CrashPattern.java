package io.pepper.onnx.internal.model;

import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.NodeProto;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A kind of operator on which ONNX Runtime 1.28 crashes instead of refusing the model.
 *
 * @param domain the operator's domain
 * @param types the operator's types; empty for every type of the domain
 * @param certain whether it always crashes; otherwise that depends on types that ONNX Runtime infers
 * @param what the fault of the operator, or its possible fault
 * @param test recognises such operators
 */
record CrashPattern(String domain, Set<String> types, boolean certain, String what, Predicate<NodeProto> test) {
    private static final String STANDARD = "";
    private static final String CONTRIBUTED = "com.microsoft";
    private static final String DOTS = "...";
    private static final long INT = 1L << 31;
    private static final long MAX_PARTS = 1 << 20;
    private static final long SMALL_BITS = 64;

    /*
     * Found by opening and running 18,280 small models with every operator of ONNX Runtime, with random inputs and
     * attributes, each in a process that may crash. Crashes on tensors without elements are not listed: they depend on
     * sizes that are known when a model runs.
     */
    static final List<CrashPattern> ALL = List.of(
            certain("Attention", "has no heads", node -> isInteger(node, "q_num_heads", heads -> heads == 0)),
            certain("DFT", "has a third input without a name", node -> isUnnamed(node, 2)),
            certain(
                    "DepthToSpace",
                    "has a blocksize whose square is not a number of 64 bits",
                    node -> isInteger(node, "blocksize", size -> size >= INT || size <= -INT)),
            certain(
                    "GatherND",
                    "has batch_dims out of range",
                    node -> isInteger(node, "batch_dims", dims -> dims < 0 || dims >= INT)),
            certain(
                    "LayerNormalization",
                    "has an axis out of range",
                    node -> isInteger(node, "axis", axis -> axis >= INT || axis < -INT)),
            certain("RandomNormal", "has a scale that is not above 0", node -> !(number(node, "scale", 1) > 0)),
            certain("RandomNormalLike", "has a scale that is not above 0", node -> !(number(node, "scale", 1) > 0)),
            certain("RandomUniform", "has a low above its high", CrashPattern::hasNoRange),
            certain("RandomUniformLike", "has a low above its high", CrashPattern::hasNoRange),
            certain(
                    "Split",
                    "has too many outputs",
                    node -> isInteger(node, "num_outputs", outputs -> outputs > MAX_PARTS)),
            new CrashPattern(
                    STANDARD,
                    Set.of("Sum", "Mean", "Max", "Min", "Einsum"),
                    true,
                    "has an input without a name",
                    node -> node.getInputList().contains("")),
            new CrashPattern(
                    CONTRIBUTED,
                    Set.of("QLinearLeakyRelu", "QLinearSigmoid"),
                    true,
                    "has no fifth input",
                    node -> node.getInputCount() == 4),
            new CrashPattern(
                    "com.ms.internal.nhwc",
                    Set.of("DepthToSpace"),
                    true,
                    "has a blocksize whose square is not a number of 64 bits",
                    node -> isInteger(node, "blocksize", size -> size >= INT || size <= -INT)),
            new CrashPattern(STANDARD, Set.of("Einsum"), false, "terms with '...'", CrashPattern::isUncertainEinsum),
            new CrashPattern(STANDARD, Set.of(), false, "num_heads", CrashPattern::hasFewHeads),
            new CrashPattern(CONTRIBUTED, Set.of(), false, "num_heads", CrashPattern::hasFewHeads),
            new CrashPattern(
                    STANDARD,
                    Set.of("LayerNormalization"),
                    false,
                    "a third input without a name, which takes less optimization",
                    node -> isUnnamed(node, 2)),
            new CrashPattern(
                    CONTRIBUTED,
                    Set.of("GatherBlockQuantized"),
                    false,
                    "bits or block_size",
                    node -> isInteger(node, "bits", bits -> bits < 1 || bits > SMALL_BITS)
                            || isInteger(node, "block_size", size -> size < 1 || size >= INT)),
            new CrashPattern(
                    CONTRIBUTED,
                    Set.of(
                            "CausalConvWithState",
                            "ConvTransposeWithDynamicPads",
                            "MatMulFpQ4",
                            "QLinearWhere",
                            "QMoE",
                            "SparseAttention"),
                    false,
                    "not checked by ONNX Runtime",
                    node -> true));

    private static CrashPattern certain(String type, String what, Predicate<NodeProto> test) {
        return new CrashPattern(STANDARD, Set.of(type), true, what, test);
    }

    /** Returns whether an operator is of this kind. */
    boolean isIn(NodeProto node) {
        return (types.isEmpty() || types.contains(node.getOpType()))
                && test.test(node)
                && domain.equals(FunctionId.of(node).domain());
    }

    private static boolean isInteger(NodeProto node, String name, LongPredicate test) {
        return NodeAttributes.find(node, name)
                .filter(attribute -> attribute.getRefAttrName().isEmpty())
                .map(AttributeProto::getI)
                .filter(test::test)
                .isPresent();
    }

    private static float number(NodeProto node, String name, float otherwise) {
        return NodeAttributes.find(node, name)
                .filter(attribute -> attribute.getRefAttrName().isEmpty())
                .map(AttributeProto::getF)
                .orElse(otherwise);
    }

    private static boolean hasNoRange(NodeProto node) {
        return !(number(node, "low", 0) <= number(node, "high", 1));
    }

    private static boolean isUnnamed(NodeProto node, int input) {
        return node.getInputCount() > input && node.getInput(input).isEmpty();
    }

    /** Returns whether numbers of heads are 0, or given by the caller of a function. */
    private static boolean hasFewHeads(NodeProto node) {
        return node.getAttributeList().stream()
                .filter(attribute -> attribute.getName().endsWith("num_heads"))
                .anyMatch(attribute -> !attribute.getRefAttrName().isEmpty() || attribute.getI() < 1);
    }

    /**
     * The dots must have the same number of axes in each operand, and letters in the output must occur in the inputs.
     */
    private static boolean isUncertainEinsum(NodeProto node) {
        Optional<AttributeProto> equation = NodeAttributes.find(node, "equation");
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
}
