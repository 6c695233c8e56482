package io.pepper.onnx.internal.shape;

import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.NodeProto;
import io.pepper.onnx.internal.proto.TensorShapeProto;
import io.pepper.onnx.internal.proto.TypeProto;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The shape of an Einsum's result. ONNX Runtime infers the size of a label from the first operand that has it, but
 * computes with the size of another operand if the first has 1.
 */
final class EinsumShape {
    private static final String DOTS = "...";

    private final Map<Character, TensorShapeProto.Dimension> labels = new LinkedHashMap<>();

    /** The dimensions of the dots, counted from the back. */
    private final Map<Integer, TensorShapeProto.Dimension> dots = new TreeMap<>();

    private EinsumShape() {}

    /** Returns the type of the result, if the ranks of all operands are known and fit. */
    static Optional<TypeProto> of(NodeProto node, List<TypeProto> operands) {
        String equation = node.getAttributeList().stream()
                .filter(attribute -> attribute.getName().equals("equation"))
                .map(AttributeProto::getS)
                .map(text -> text.toStringUtf8().replace(" ", ""))
                .findFirst()
                .orElse("");
        int arrow = equation.indexOf("->");
        String[] terms = (arrow < 0 ? equation : equation.substring(0, arrow)).split(",", -1);
        EinsumShape shape = new EinsumShape();
        for (int i = 0; i < terms.length; i++) {
            if (terms.length != operands.size() || !shape.bind(terms[i], operands.get(i))) {
                return Optional.empty();
            }
        }
        String result = arrow < 0 ? implicit(String.join("", terms)) : equation.substring(arrow + 2);
        return shape.result(result).map(found -> {
            TypeProto.Builder type = operands.get(0).toBuilder();
            type.getTensorTypeBuilder().setShape(found);
            return type.build();
        });
    }

    private boolean bind(String term, TypeProto operand) {
        TensorShapeProto shape = operand.getTensorType().getShape();
        int ellipsis = term.indexOf(DOTS);
        String front = ellipsis < 0 ? term : term.substring(0, ellipsis);
        String back = ellipsis < 0 ? "" : term.substring(ellipsis + DOTS.length());
        int rank = shape.getDimCount();
        int rest = rank - front.length() - back.length();
        if (!operand.getTensorType().hasShape() || rest < 0 || (ellipsis < 0 && rest > 0)) {
            return false;
        }
        for (int axis = 0; axis < rank; axis++) {
            TensorShapeProto.Dimension dim = shape.getDim(axis);
            if (axis < front.length()) {
                labels.merge(front.charAt(axis), dim, EinsumShape::broadcast);
            } else if (axis >= front.length() + rest) {
                labels.merge(back.charAt(axis - front.length() - rest), dim, EinsumShape::broadcast);
            } else {
                dots.merge(front.length() + rest - axis, dim, EinsumShape::broadcast);
            }
        }
        return true;
    }

    /** Returns the size that is not 1; unknown if one of two may be 1. */
    private static TensorShapeProto.Dimension broadcast(
            TensorShapeProto.Dimension one, TensorShapeProto.Dimension other) {
        if (one.equals(other) || (Statements.isFixed(one) && one.getDimValue() != 1)) {
            return one;
        }
        boolean otherCounts = Statements.isFixed(one) || (Statements.isFixed(other) && other.getDimValue() != 1);
        if (otherCounts) {
            return other;
        }
        return Statements.isFixed(other) ? one : TensorShapeProto.Dimension.getDefaultInstance();
    }

    private Optional<TensorShapeProto> result(String term) {
        TensorShapeProto.Builder result = TensorShapeProto.newBuilder();
        for (int i = 0; i < term.length(); i++) {
            if (term.startsWith(DOTS, i)) {
                dots.keySet().stream()
                        .sorted((one, other) -> other - one)
                        .forEach(place -> result.addDim(dots.get(place)));
                i += DOTS.length() - 1;
            } else if (labels.containsKey(term.charAt(i))) {
                result.addDim(labels.get(term.charAt(i)));
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(result.build());
    }

    /** Returns the implicit output: the dots, then the labels that appear once, in alphabetical order. */
    private static String implicit(String all) {
        StringBuilder once = new StringBuilder(all.contains(DOTS) ? DOTS : "");
        all.chars()
                .filter(label -> label != '.' && all.indexOf(label) == all.lastIndexOf(label))
                .sorted()
                .forEach(label -> once.append((char) label));
        return once.toString();
    }
}
