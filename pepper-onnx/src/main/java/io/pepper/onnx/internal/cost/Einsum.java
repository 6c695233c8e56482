package io.pepper.onnx.internal.cost;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A sum of products over labelled dimensions, computed like ONNX Runtime: operand after operand, from left to right.
 */
final class Einsum {
    static final String TEXT =
            "operands from left to right: MACs of each product = Π sizes of all labels that its two sides have; + elements of a"
                    + " side for each sum over labels that only this side has and nothing later needs";

    private static final String DOTS = "...";

    private final OperatorCall call;

    /** The sizes of the labels of each operand; dots are numbered from the back. */
    private final List<Map<String, Long>> operands = new ArrayList<>();

    /** The last operand with a label; one beyond all operands for labels of the output. */
    private final Map<String, Integer> lastUse = new HashMap<>();

    private Einsum(OperatorCall call, String left, List<String> terms) throws OperatorCall.SizeMissing {
        this.call = call;
        for (int operand = 0; operand < terms.size(); operand++) {
            operands.add(labels(terms.get(operand), operand));
            for (String label : operands.get(operand).keySet()) {
                lastUse.put(label, operand);
            }
        }
        Set<String> kept = left.isEmpty() ? implicit(terms) : explicit(left.substring(2));
        lastUse.replaceAll((label, last) -> kept.contains(label) ? terms.size() : last);
    }

    static Work work(OperatorCall call) throws OperatorCall.SizeMissing {
        String equation = call.text("equation", "").replace(" ", "");
        int arrow = equation.indexOf("->");
        String operands = arrow < 0 ? equation : equation.substring(0, arrow);
        List<String> terms = List.of(operands.split(",", -1));
        if (terms.size() != call.inputCount()) {
            throw call.missingInput(0);
        }
        return new Einsum(call, arrow < 0 ? "" : equation.substring(arrow), terms).contract();
    }

    private Work contract() {
        Map<String, Long> left = operands.get(0);
        Work work = sum(left, 0, Map.of());
        for (int i = 1; i < operands.size(); i++) {
            Map<String, Long> right = operands.get(i);
            work = work.plus(sum(left, i, right)).plus(sum(right, i, left));
            Map<String, Long> both = new LinkedHashMap<>(left);
            right.forEach((label, size) -> both.merge(label, size, Einsum::broadcast));
            work = work.plus(Formula.macs(product(both.values())));
            int operand = i;
            both.keySet().removeIf(label -> Objects.requireNonNull(lastUse.get(label)) <= operand);
            left = both;
        }
        return work;
    }

    /** A size of 1 is broadcast. */
    private static long broadcast(long one, long other) {
        return one == 1 ? other : one;
    }

    /**
     * Sums one side over the labels that no later operand needs and the other side does not have, and removes them from
     * it.
     */
    private Work sum(Map<String, Long> side, int operand, Map<String, Long> other) {
        List<String> summed = side.entrySet().stream()
                .filter(label -> Objects.requireNonNull(lastUse.get(label.getKey())) <= operand)
                .filter(label -> label.getValue() != 1 && other.getOrDefault(label.getKey(), 1L) == 1)
                .map(Map.Entry::getKey)
                .toList();
        if (summed.isEmpty()) {
            return Work.NONE;
        }
        long elements = product(side.values());
        side.keySet().removeAll(summed);
        return Formula.flops(elements);
    }

    private static long product(Collection<Long> sizes) {
        return OperatorCall.product(sizes.stream().mapToLong(Long::longValue).toArray());
    }

    /** Returns the output of an equation without an arrow: the labels that appear once, and dots. */
    private Set<String> implicit(List<String> terms) {
        String all = String.join("", terms);
        Set<String> kept = new LinkedHashSet<>();
        for (String label : lastUse.keySet()) {
            if (label.length() > 1 || all.indexOf(label) == all.lastIndexOf(label)) {
                kept.add(label);
            }
        }
        return kept;
    }

    private Set<String> explicit(String term) {
        Set<String> kept = new LinkedHashSet<>();
        for (String label : lastUse.keySet()) {
            if (term.contains(label.length() > 1 ? DOTS : label)) {
                kept.add(label);
            }
        }
        return kept;
    }

    /** Returns the sizes by label. Labels before the dots count from the front, those after them from the back. */
    private Map<String, Long> labels(String term, int operand) throws OperatorCall.SizeMissing {
        long[] shape = call.input(operand);
        int ellipsis = term.indexOf(DOTS);
        String front = ellipsis < 0 ? term : term.substring(0, ellipsis);
        String back = ellipsis < 0 ? "" : term.substring(ellipsis + DOTS.length());
        int named = front.length() + back.length();
        if (named > shape.length || (ellipsis < 0 && named != shape.length)) {
            throw call.missingInput(operand);
        }
        Map<String, Long> sizes = new LinkedHashMap<>();
        for (int i = 0; i < shape.length; i++) {
            int fromBack = shape.length - i;
            if (i < front.length()) {
                sizes.put(String.valueOf(front.charAt(i)), shape[i]);
            } else if (fromBack <= back.length()) {
                sizes.put(String.valueOf(back.charAt(back.length() - fromBack)), shape[i]);
            } else {
                sizes.put(DOTS + (fromBack - back.length()), shape[i]);
            }
        }
        return sizes;
    }
}
