package io.pepper.onnx.internal.cost;

/** A formula for the work of an operator. */
@FunctionalInterface
interface Formula {
    /**
     * Computes the work.
     *
     * @throws OperatorCall.SizeMissing if a size is unknown
     * @throws ArithmeticException if it exceeds {@link Long#MAX_VALUE}
     */
    Work work(OperatorCall call) throws OperatorCall.SizeMissing;

    /** Returns a formula with a number of operations for each element of the first output. */
    static Formula each(long operations) {
        return call -> flops(Math.multiplyExact(operations, call.outputElements(0)));
    }

    /** Returns a formula with a number of operations for each element of the first input. */
    static Formula eachInput(long operations) {
        return call -> flops(Math.multiplyExact(operations, call.inputElements(0)));
    }

    /** Returns the formula of operators that only move data. */
    static Formula none() {
        return call -> Work.NONE;
    }

    static Work flops(long flops) {
        return new Work(0, flops);
    }

    static Work macs(long macs) {
        return new Work(macs, Math.multiplyExact(2, macs));
    }
}
