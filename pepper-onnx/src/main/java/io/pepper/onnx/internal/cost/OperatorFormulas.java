package io.pepper.onnx.internal.cost;

import io.pepper.workload.KernelFamily;
import java.util.List;
import java.util.Map;

/**
 * The work of operators by their shapes and attributes. {@code docs/operator-costs.md} has the formulas and their
 * conventions.
 */
public final class OperatorFormulas {
    private static final FormulaTable TABLE = table();
    private static final Map<String, FormulaTable.Entry> ENTRIES = TABLE.entries();

    private OperatorFormulas() {}

    /**
     * The documentation of an operator's formula.
     *
     * @param domain its domain, empty for ONNX's own
     * @param type its type
     * @param formula the number of operations
     * @param source the source of the formula
     */
    public record Description(String domain, String type, String formula, String source) {}

    private static FormulaTable table() {
        FormulaTable table = new FormulaTable();
        Convolutions.addTo(table.of(KernelFamily.CONVOLUTION));
        Products.addTo(table.of(KernelFamily.PRODUCT));
        Experts.addTo(table);
        Pools.addTo(table.of(KernelFamily.POOLING));
        Reductions.addTo(table.of(KernelFamily.NORMALIZATION));
        Normalizations.addTo(table.of(KernelFamily.NORMALIZATION));
        Elementwise.addTo(table.of(KernelFamily.ELEMENTWISE));
        Interpolations.addTo(table.of(KernelFamily.RESIZING));
        Recurrences.addTo(table.of(KernelFamily.RECURRENT));
        Attentions.addTo(table.of(KernelFamily.ATTENTION));
        Quantizations.addTo(table.of(KernelFamily.QUANTIZED));
        Movements.addTo(table.of(KernelFamily.MOVEMENT));
        return table;
    }

    /**
     * Estimates the work of an operator.
     *
     * @param call the operator
     * @return its work, or why it is unknown; sizes that do not fit an operator, or whose product exceeds {@link
     *     Long#MAX_VALUE}, count as missing
     */
    public static Estimate estimate(OperatorCall call) {
        FormulaTable.Entry entry = ENTRIES.get(FormulaTable.key(call.domain(), call.type()));
        if (entry == null) {
            return new Estimate.NotCovered();
        }
        try {
            return new Estimate.Known(entry.formula().work(call));
        } catch (OperatorCall.SizeMissing missing) {
            return new Estimate.SizesMissing(missing.tensor());
        } catch (ArithmeticException tooMuch) {
            return new Estimate.SizesMissing(call.missingOutput(0).tensor());
        }
    }

    /**
     * Returns whether there is a formula.
     *
     * @param domain the operator's domain, empty for ONNX's own
     * @param type its type
     * @return true if there is
     */
    public static boolean covers(String domain, String type) {
        return ENTRIES.containsKey(FormulaTable.key(domain, type));
    }

    /**
     * Returns whether an operator is cheap enough to be computed twice.
     *
     * @param domain its domain, empty for ONNX's own
     * @param type its type
     * @return true for elementwise operators and those that only move data
     */
    public static boolean isCheap(String domain, String type) {
        FormulaTable.Entry entry = ENTRIES.get(FormulaTable.key(domain, type));
        return entry != null && entry.cheap();
    }

    /**
     * Returns the family of an operator.
     *
     * @param call the operator
     * @return its family; without a formula, the family of operators that move data
     */
    public static KernelFamily family(OperatorCall call) {
        FormulaTable.Entry entry = ENTRIES.get(FormulaTable.key(call.domain(), call.type()));
        if (entry == null) {
            return KernelFamily.MOVEMENT;
        }
        return entry.family() == KernelFamily.CONVOLUTION ? Convolutions.family(call) : entry.family();
    }

    /**
     * Returns the documentation of all operators.
     *
     * @return by domain and type
     */
    public static List<Description> descriptions() {
        return TABLE.descriptions();
    }
}
