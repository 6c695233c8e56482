package io.pepper.export.internal;

import java.util.Optional;

/** The strength of agreement on an output as evidence. */
public final class Evidence {
    private Evidence() {}

    /**
     * Returns why agreement on an output is weak evidence.
     *
     * @param output an output
     * @return the reason; empty if the evidence is strong
     */
    public static Optional<String> weakness(Snapshot output) {
        int count = output.leaves().stream().mapToInt(Leaf::count).sum();
        if (count == 0) {
            return Optional.of("no elements");
        }
        if (output.leaves().size() != 1 || !(output.leaves().get(0) instanceof Leaf.Numbers numbers)) {
            return Optional.empty();
        }
        return weakness(numbers);
    }

    private static Optional<String> weakness(Leaf.Numbers numbers) {
        boolean allNaN = true;
        boolean allSame = true;
        boolean saturated = true;
        double first = numbers.value(0);
        for (int i = 0; i < numbers.count() && (allNaN || allSame || saturated); i++) {
            double value = numbers.value(i);
            allNaN &= Double.isNaN(value);
            allSame &= value == first;
            saturated &= value == 0 || value == 1;
        }
        if (allNaN) {
            return Optional.of("all elements are NaN");
        }
        if (allSame && numbers.count() > 1) {
            return Optional.of("all elements are " + first);
        }
        return saturated && isReal(numbers) ? Optional.of("saturated: all elements are 0 or 1") : Optional.empty();
    }

    private static boolean isReal(Leaf.Numbers numbers) {
        return numbers.type().name().contains("FLOAT") || numbers.type().name().contains("DOUBLE");
    }
}
