package io.pepper.onnx.internal.model;

import io.pepper.model.ElementType;
import io.pepper.onnx.internal.proto.AttributeProto;
import io.pepper.onnx.internal.proto.NodeProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/**
 * The evaluation of ONNX's own operators on small tensors, as far as exporters use them in conditions: comparisons,
 * logic, arithmetic, shapes, selections and reductions. Results that are inexact here, or undefined in ONNX, stay
 * unknown.
 */
final class SmallOperators {
    private static final Map<String, DoubleBinaryOperator> COMPARISONS = Map.of(
            "Equal", (a, b) -> truth(a == b),
            "Greater", (a, b) -> truth(a > b),
            "Less", (a, b) -> truth(a < b),
            "GreaterOrEqual", (a, b) -> truth(a >= b),
            "LessOrEqual", (a, b) -> truth(a <= b),
            "And", (a, b) -> truth(a != 0 && b != 0),
            "Or", (a, b) -> truth(a != 0 || b != 0),
            "Xor", (a, b) -> truth((a != 0) != (b != 0)));

    private static final Map<String, DoubleBinaryOperator> ARITHMETIC = Map.of(
            "Add", Double::sum,
            "Sum", Double::sum,
            "Sub", (a, b) -> a - b,
            "Mul", (a, b) -> a * b,
            "Max", Math::max,
            "Min", Math::min);

    private static final Map<String, DoubleUnaryOperator> SINGLE = Map.of(
            "Neg", a -> -a,
            "Abs", Math::abs,
            "Sign", Math::signum,
            "Floor", Math::floor,
            "Ceil", Math::ceil,
            "Round", Math::rint,
            "Relu", a -> Math.max(a, 0));

    /** Operators of one input that return truth values. */
    private static final Map<String, DoubleUnaryOperator> TESTS =
            Map.of("Not", a -> truth(a == 0), "IsNaN", a -> truth(Double.isNaN(a)));

    private static final Set<String> OTHERS = Set.of("Div", "Mod", "Where", "Cast", "Constant");

    private SmallOperators() {}

    private static double truth(boolean value) {
        return value ? 1 : 0;
    }

    /** Returns whether an operator may be evaluated. */
    static boolean isFollowed(NodeProto node) {
        String type = node.getOpType();
        return FunctionId.of(node).domain().isEmpty()
                && (COMPARISONS.containsKey(type)
                        || ARITHMETIC.containsKey(type)
                        || SINGLE.containsKey(type)
                        || TESTS.containsKey(type)
                        || OTHERS.contains(type)
                        || SmallLayouts.isFollowed(type)
                        || SmallReductions.isFollowed(type));
    }

    /**
     * Evaluates an operator.
     *
     * @param node an operator of the model's operator sets that calls no function
     * @param inputs its inputs; empty for omitted ones in the middle
     * @return its first output, if that is exact
     */
    static Optional<SmallTensor> of(NodeProto node, List<Optional<SmallTensor>> inputs) {
        if (!isFollowed(node) || node.getOutputCount() != 1) {
            return Optional.empty();
        }
        Map<String, AttributeProto> attributes = new HashMap<>();
        node.getAttributeList().forEach(attribute -> attributes.put(attribute.getName(), attribute));
        String type = node.getOpType();
        if (type.equals("Constant")) {
            return constant(attributes);
        } else if (inputs.isEmpty() || inputs.get(0).isEmpty()) {
            return Optional.empty();
        }
        SmallTensor first = inputs.get(0).get();
        boolean isFar = inputs.stream().flatMap(Optional::stream).anyMatch(SmallTensor::isFar);
        if (isFar && !SmallLayouts.isFollowed(type)) {
            return Optional.empty();
        } else if (SmallReductions.isFollowed(type)) {
            return SmallReductions.of(type, first, inputs, attributes);
        } else if (SmallLayouts.isFollowed(type)) {
            return SmallLayouts.of(type, first, inputs, attributes);
        }
        return elementwise(type, first, inputs, attributes);
    }

    private static Optional<SmallTensor> constant(Map<String, AttributeProto> attributes) {
        if (attributes.size() != 1) {
            return Optional.empty();
        }
        AttributeProto value = attributes.values().iterator().next();
        return switch (value.getName()) {
            case "value" -> SmallTensor.of(value.getT());
            case "value_int" -> SmallTensor.integers(List.of(value.getI())).flatMap(found -> found.in(List.of()));
            case "value_ints" -> SmallTensor.integers(value.getIntsList());
            case "value_float" -> Optional.of(SmallTensor.scalar(ElementType.FLOAT, value.getF()));
            default -> Optional.empty();
        };
    }

    private static Optional<SmallTensor> elementwise(
            String type,
            SmallTensor first,
            List<Optional<SmallTensor>> inputs,
            Map<String, AttributeProto> attributes) {
        if (type.equals("Cast")) {
            return attributes.containsKey("to")
                    ? ElementType.ofCode((int) attributes.get("to").getI()).flatMap(to -> cast(first, to))
                    : Optional.empty();
        } else if (SINGLE.containsKey(type)) {
            return first.each(first.type(), SINGLE.get(type));
        } else if (TESTS.containsKey(type)) {
            return first.each(ElementType.BOOL, TESTS.get(type));
        } else if (attributes.containsKey("axis") || inputs.stream().anyMatch(Optional::isEmpty)) {
            return Optional.empty();
        }
        List<SmallTensor> all = inputs.stream().flatMap(Optional::stream).toList();
        if (type.equals("Where")) {
            return all.size() == 3 ? where(all.get(0), all.get(1), all.get(2)) : Optional.empty();
        }
        boolean compares = COMPARISONS.containsKey(type);
        DoubleBinaryOperator operator = COMPARISONS.getOrDefault(type, arithmetic(type, first.type(), attributes));
        SmallTensor found = first;
        for (SmallTensor next : all.subList(1, all.size())) {
            ElementType result = compares ? ElementType.BOOL : first.type();
            Optional<SmallTensor> both = Broadcast.of(result, found, next, operator);
            if (both.isEmpty() || (compares && all.size() != 2)) {
                return Optional.empty();
            }
            found = both.get();
        }
        return Optional.of(found);
    }

    /** An integer division without a result gives NaN, which is not an integer. */
    private static DoubleBinaryOperator arithmetic(
            String type, ElementType element, Map<String, AttributeProto> attributes) {
        boolean floating = SmallTensor.isFloating(element);
        if (type.equals("Div")) {
            return floating
                    ? (a, b) -> a / b
                    : (a, b) -> b == 0
                            ? Double.NaN
                            : Math.floorDiv((long) Math.abs(a), (long) Math.abs(b)) * Math.signum(a) * Math.signum(b);
        } else if (type.equals("Mod")) {
            boolean like =
                    attributes.containsKey("fmod") && attributes.get("fmod").getI() == 1;
            return floating || like
                    ? (a, b) -> a % b
                    : (a, b) -> b == 0 ? Double.NaN : (double) Math.floorMod((long) a, (long) b);
        }
        return ARITHMETIC.getOrDefault(type, (a, b) -> Double.NaN);
    }

    private static double toZero(double number) {
        return number < 0 ? Math.ceil(number) : Math.floor(number);
    }

    private static Optional<SmallTensor> cast(SmallTensor from, ElementType to) {
        if (!SmallTensor.isFollowed(to)) {
            return Optional.empty();
        } else if (to == ElementType.BOOL) {
            return from.each(to, element -> truth(element != 0));
        }
        boolean truncates = SmallTensor.isFloating(from.type()) && !SmallTensor.isFloating(to);
        return from.each(to, truncates ? SmallOperators::toZero : element -> element);
    }

    private static Optional<SmallTensor> where(SmallTensor condition, SmallTensor yes, SmallTensor no) {
        return Broadcast.of(yes.type(), yes, no, (a, b) -> 0)
                .flatMap(both -> Broadcast.of(yes.type(), condition, both, (a, b) -> 0))
                .flatMap(shaped -> chosen(condition, yes, no, shaped));
    }

    private static Optional<SmallTensor> chosen(
            SmallTensor condition, SmallTensor yes, SmallTensor no, SmallTensor shaped) {
        double[] elements = new double[shaped.elements().length];
        for (int i = 0; i < elements.length; i++) {
            boolean chosen = condition.elements()[Broadcast.place(condition, i, shaped.shape())] != 0;
            SmallTensor from = chosen ? yes : no;
            elements[i] = from.elements()[Broadcast.place(from, i, shaped.shape())];
        }
        return SmallTensor.of(yes.type(), shaped.shape(), elements);
    }

    /** An elementwise operation on two tensors, in which sizes of 1 are broadcast. */
    private static final class Broadcast {
        private Broadcast() {}

        static Optional<SmallTensor> of(ElementType type, SmallTensor a, SmallTensor b, DoubleBinaryOperator operator) {
            int rank = Math.max(a.shape().size(), b.shape().size());
            List<Long> shape = new ArrayList<>();
            for (int axis = 0; axis < rank; axis++) {
                long left = size(a, axis, rank);
                long right = size(b, axis, rank);
                if (left != right && left != 1 && right != 1) {
                    return Optional.empty();
                }
                shape.add(left == 1 ? right : left);
            }
            int count = SmallTensor.count(shape);
            if (count < 0) {
                return Optional.empty();
            }
            double[] elements = new double[count];
            for (int i = 0; i < count; i++) {
                elements[i] =
                        operator.applyAsDouble(a.elements()[place(a, i, shape)], b.elements()[place(b, i, shape)]);
            }
            return SmallTensor.of(type, shape, SmallTensor.rounded(type, elements));
        }

        private static long size(SmallTensor tensor, int axis, int rank) {
            int own = axis - (rank - tensor.shape().size());
            return own < 0 ? 1 : tensor.shape().get(own);
        }

        /** Returns the index in a tensor of an element of the result. */
        private static int place(SmallTensor tensor, int element, List<Long> shape) {
            int place = 0;
            int stride = 1;
            int left = element;
            for (int axis = shape.size() - 1; axis >= 0; axis--) {
                int at = left % shape.get(axis).intValue();
                left /= shape.get(axis).intValue();
                int size = (int) size(tensor, axis, shape.size());
                place += size == 1 ? 0 : at * stride;
                stride *= size;
            }
            return place;
        }
    }
}
