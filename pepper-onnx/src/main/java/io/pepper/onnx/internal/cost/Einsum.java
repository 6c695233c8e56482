package io.pepper.onnx.internal.cost;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** A sum of products over labelled dimensions, as one loop over all labels. */
final class Einsum {
    static final String TEXT =
            "with L the product of the sizes of all labels: MACs = L for two operands; (operands − 1) × L products and as many"
                    + " sums for more; sums only for one";

    private static final String DOTS = "...";

    private final Map<Character, Long> sizes = new LinkedHashMap<>();
    private final Map<Integer, Long> dots = new HashMap<>();

    private Einsum() {}

    static Work work(OperatorCall call) throws OperatorCall.SizeMissing {
        String equation = call.text("equation", "").replace(" ", "");
        int arrow = equation.indexOf("->");
        String[] terms = (arrow < 0 ? equation : equation.substring(0, arrow)).split(",", -1);
        if (terms.length != call.inputCount()) {
            throw call.missingInput(0);
        }
        Einsum einsum = new Einsum();
        for (int operand = 0; operand < terms.length; operand++) {
            einsum.bind(terms[operand], operand, call);
        }
        long loop = OperatorCall.product(
                einsum.sizes.values().stream().mapToLong(Long::longValue).toArray());
        loop = Math.multiplyExact(
                loop,
                OperatorCall.product(
                        einsum.dots.values().stream().mapToLong(Long::longValue).toArray()));
        if (terms.length == 1) {
            return Formula.flops(loop > call.outputElements(0) ? loop : 0);
        }
        return terms.length == 2
                ? Formula.macs(loop)
                : new Work(Math.multiplyExact(terms.length - 1L, loop), Math.multiplyExact(terms.length, loop));
    }

    /** Labels before the dots count from the front, those after them from the back. */
    private void bind(String term, int operand, OperatorCall call) throws OperatorCall.SizeMissing {
        long[] shape = call.input(operand);
        int ellipsis = term.indexOf(DOTS);
        String front = ellipsis < 0 ? term : term.substring(0, ellipsis);
        String back = ellipsis < 0 ? "" : term.substring(ellipsis + DOTS.length());
        int named = front.length() + back.length();
        if (named > shape.length || (ellipsis < 0 && named != shape.length)) {
            throw call.missingInput(operand);
        }
        for (int i = 0; i < front.length(); i++) {
            sizes.merge(front.charAt(i), shape[i], Math::max);
        }
        for (int i = 0; i < back.length(); i++) {
            sizes.merge(back.charAt(i), shape[shape.length - back.length() + i], Math::max);
        }
        int rest = shape.length - named;
        for (int i = 0; i < rest; i++) {
            dots.merge(rest - i, shape[front.length() + i], Math::max);
        }
    }
}
