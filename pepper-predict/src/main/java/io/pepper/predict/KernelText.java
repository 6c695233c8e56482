package io.pepper.predict;

import io.pepper.workload.Kernel;
import io.pepper.workload.KernelFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/**
 * The text of kernels in one column: kernels are separated by spaces, each as {@code
 * family:times:flops:inputBytes:outputBytes:weightBytes:depth:channels:window:groups}. Unknown numbers are empty.
 */
final class KernelText {
    private static final String BETWEEN = " ";
    private static final String INSIDE = ":";
    private static final int NUMBERS = 8;

    private KernelText() {}

    static String write(List<Kernel> kernels) {
        return kernels.stream().map(KernelText::write).collect(Collectors.joining(BETWEEN));
    }

    private static String write(Kernel kernel) {
        String numbers = DoubleStream.of(
                        kernel.flops().orElse(Double.NaN),
                        kernel.inputBytes().orElse(Double.NaN),
                        kernel.outputBytes().orElse(Double.NaN),
                        kernel.weightBytes().orElse(Double.NaN),
                        kernel.depth(),
                        kernel.channels(),
                        kernel.window(),
                        kernel.groups())
                .mapToObj(KernelText::plain)
                .collect(Collectors.joining(INSIDE));
        return kernel.family().name().toLowerCase(Locale.ROOT) + INSIDE + kernel.times() + INSIDE + numbers;
    }

    /** Returns the shortest text of a number; empty if the number is not finite. */
    static String plain(double value) {
        if (!Double.isFinite(value)) {
            return "";
        }
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? String.valueOf((long) value)
                : String.valueOf(value);
    }

    /**
     * Reads the text that {@link #write} makes. Throws IllegalArgumentException with the column's name for other text.
     */
    static List<Kernel> read(String column, String text) {
        List<Kernel> kernels = new ArrayList<>();
        for (String kernel : text.isEmpty() ? new String[0] : text.split(BETWEEN, -1)) {
            try {
                kernels.add(read(kernel.split(INSIDE, -1)));
            } catch (IllegalArgumentException wrong) {
                throw new IllegalArgumentException(
                        column + ": '" + kernel + "' is not a kernel: " + wrong.getMessage(), wrong);
            }
        }
        return kernels;
    }

    private static Kernel read(String... parts) {
        if (parts.length != NUMBERS + 2) {
            throw new IllegalArgumentException(parts.length + " parts, there are " + (NUMBERS + 2));
        }
        return new Kernel(
                KernelFamily.valueOf(parts[0].toUpperCase(Locale.ROOT)),
                Long.parseLong(parts[1]),
                number(parts[2]),
                number(parts[3]),
                number(parts[4]),
                number(parts[5]),
                Double.parseDouble(parts[6]),
                Double.parseDouble(parts[7]),
                Double.parseDouble(parts[8]),
                Double.parseDouble(parts[9]));
    }

    private static OptionalDouble number(String text) {
        return text.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(text));
    }
}
