package io.pepper.onnx.internal.model;

import io.pepper.onnx.internal.proto.AttributeProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.DoubleBinaryOperator;

/**
 * The evaluation of operators that reduce axes of small tensors. Floating-point sums that depend on the order of terms
 * stay unknown.
 */
final class SmallReductions {
    private static final Map<String, DoubleBinaryOperator> TYPES = Map.of(
            "ReduceMax", Math::max,
            "ReduceMin", Math::min,
            "ReduceSum", Double::sum,
            "ReduceProd", (a, b) -> a * b);

    private static final Set<String> ROUNDING = Set.of("ReduceSum", "ReduceProd");

    /** Whole numbers below this are exact in 32-bit floating point. */
    private static final double MAX_EXACT = 0x1p24;

    private SmallReductions() {}

    static boolean isFollowed(String type) {
        return TYPES.containsKey(type);
    }

    static Optional<SmallTensor> of(
            String type, SmallTensor data, List<Optional<SmallTensor>> inputs, Map<String, AttributeProto> attributes) {
        Optional<List<Long>> asked = SmallLayouts.numbers("axes", 1, inputs, attributes);
        if ((asked.isEmpty() && inputs.size() > 1) || data.elements().length == 0) {
            return Optional.empty();
        }
        boolean all = asked.filter(axes -> !axes.isEmpty()).isEmpty();
        if (all && flag(attributes, "noop_with_empty_axes", false)) {
            return Optional.of(data);
        }
        Set<Integer> axes = new TreeSet<>();
        for (int axis = 0; all && axis < data.shape().size(); axis++) {
            axes.add(axis);
        }
        asked.ifPresent(given -> given.forEach(axis -> axes.add(data.axis(axis))));
        DoubleBinaryOperator operator = TYPES.get(type);
        return operator == null || axes.contains(-1)
                ? Optional.empty()
                : reduced(data, axes, operator, flag(attributes, "keepdims", true))
                        .filter(found -> !ROUNDING.contains(type) || (isExact(data) && isExact(found)));
    }

    private static boolean flag(Map<String, AttributeProto> attributes, String name, boolean otherwise) {
        AttributeProto given = attributes.get(name);
        return given == null ? otherwise : given.getI() != 0;
    }

    private static boolean isExact(SmallTensor tensor) {
        return !SmallTensor.isFloating(tensor.type())
                || Arrays.stream(tensor.elements())
                        .allMatch(element -> element == Math.rint(element)
                                && Math.abs(element) * SmallTensor.MAX_ELEMENTS < MAX_EXACT);
    }

    private static Optional<SmallTensor> reduced(
            SmallTensor data, Set<Integer> axes, DoubleBinaryOperator operator, boolean keeps) {
        List<Long> kept = new ArrayList<>();
        List<Long> shape = new ArrayList<>();
        for (int axis = 0; axis < data.shape().size(); axis++) {
            boolean goes = axes.contains(axis);
            kept.add(goes ? 1L : data.shape().get(axis));
            if (!goes || keeps) {
                shape.add(goes ? 1L : data.shape().get(axis));
            }
        }
        double[] elements = new double[SmallTensor.count(kept)];
        boolean[] begun = new boolean[elements.length];
        for (int i = 0; i < data.elements().length; i++) {
            int to = place(i, data.shape(), kept);
            elements[to] = begun[to] ? operator.applyAsDouble(elements[to], data.elements()[i]) : data.elements()[i];
            begun[to] = true;
        }
        return SmallTensor.of(data.type(), shape, elements);
    }

    private static int place(int element, List<Long> from, List<Long> to) {
        int place = 0;
        int stride = 1;
        int left = element;
        for (int axis = from.size() - 1; axis >= 0; axis--) {
            int at = left % from.get(axis).intValue();
            left /= from.get(axis).intValue();
            place += to.get(axis) == 1 ? 0 : at * stride;
            stride *= to.get(axis).intValue();
        }
        return place;
    }
}
