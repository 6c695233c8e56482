package io.pepper.onnx.internal.cost;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The number of neighbouring elements that an operator that moves data copies at once. Runtimes copy each run by one
 * call: the time of many short runs is that of the calls, the time of few long ones that of the bytes.
 */
final class ContiguousRun {
    /** Operators of which the length of a run is known. */
    static final Set<String> TYPES =
            Set.of("Split", "Slice", "Concat", "Gather", "GatherND", "GatherElements", "Transpose");

    private static final int AXES = 3;
    private static final int STEPS = 4;

    private ContiguousRun() {}

    /**
     * Returns the mean number of elements in a run.
     *
     * @param call one of {@link #TYPES}
     * @param constants returns a constant list of integers by the tensor's name
     * @return elements; 0 if unknown
     * @throws OperatorCall.SizeMissing if a size is unknown
     */
    static double of(OperatorCall call, Function<String, Optional<long[]>> constants) throws OperatorCall.SizeMissing {
        return switch (call.type()) {
            case "Split" -> {
                long[] input = call.input(0, 1);
                yield (double) from(input, axis(call, input.length)) / Math.max(1, call.outputCount());
            }
            case "Concat" -> {
                long[] output = call.output(0);
                yield (double) from(output, axis(call, output.length)) / Math.max(1, call.inputCount());
            }
            case "Gather" -> {
                long[] input = call.input(0, 1);
                yield from(input, axis(call, input.length) + 1);
            }
            case "GatherND" -> {
                long[] indices = call.input(1, 1);
                yield from(call.input(0, 1), call.integer("batch_dims", 0) + indices[indices.length - 1]);
            }
            case "GatherElements" -> 1;
            case "Slice" -> slice(call, constants);
            default -> transpose(call);
        };
    }

    private static long axis(OperatorCall call, int rank) {
        long axis = call.integer("axis", 0);
        return axis < 0 ? axis + rank : axis;
    }

    /** Returns the product of the sizes from an axis on; 0 for an axis that there is not. */
    private static long from(long[] sizes, long axis) {
        return axis < 0 || axis > sizes.length
                ? 0
                : OperatorCall.product(Arrays.copyOfRange(sizes, (int) axis, sizes.length));
    }

    /** Returns the product of the last dimensions that stay in their places. */
    private static double transpose(OperatorCall call) throws OperatorCall.SizeMissing {
        long[] input = call.input(0);
        int[] order = call.integers("perm");
        int from = order.length;
        while (from > 0 && order[from - 1] == from - 1 && from <= input.length) {
            from--;
        }
        return from(input, Math.min(from, input.length));
    }

    /** Returns the product of the last dimensions that are kept whole, and of the one before them if its step is 1. */
    private static double slice(OperatorCall call, Function<String, Optional<long[]>> constants)
            throws OperatorCall.SizeMissing {
        long[] input = call.input(0, 1);
        long[] output = call.output(0);
        if (input.length != output.length) {
            return 0;
        }
        long[] steps = steps(call, input, output, constants);
        long run = 1;
        for (int i = input.length - 1; i >= 0 && steps[i] == 1; i--) {
            run = Math.multiplyExact(run, output[i]);
            if (output[i] != input[i]) {
                break;
            }
        }
        return run;
    }

    /**
     * Returns the step along each axis. Where no constant states it, it is taken for 1 unless less than half of the
     * elements are left.
     */
    private static long[] steps(
            OperatorCall call, long[] input, long[] output, Function<String, Optional<long[]>> constants) {
        long[] steps = new long[input.length];
        Arrays.fill(steps, 1);
        if (!call.has(STEPS)) {
            return steps;
        }
        Optional<long[]> given = constants.apply(call.inputName(STEPS));
        Optional<long[]> axes =
                call.has(AXES) ? constants.apply(call.inputName(AXES)) : given.map(ContiguousRun::first);
        if (given.isEmpty() || axes.isEmpty() || given.get().length != axes.get().length) {
            Arrays.setAll(steps, i -> 2 * output[i] > input[i] + 1 ? 1 : 0);
            return steps;
        }
        for (int i = 0; i < axes.get().length; i++) {
            long axis = axes.get()[i] < 0 ? axes.get()[i] + input.length : axes.get()[i];
            if (axis >= 0 && axis < steps.length) {
                steps[(int) axis] = given.get()[i];
            }
        }
        return steps;
    }

    private static long[] first(long... steps) {
        long[] axes = new long[steps.length];
        Arrays.setAll(axes, i -> i);
        return axes;
    }
}
