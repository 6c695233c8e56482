package io.pepper.onnx.internal.cost;

/** How much work an operator is. */
@FunctionalInterface
interface Formula {
    /**
     * Computes the work.
     *
     * @throws OperatorCall.SizeMissing if a size is not known
     * @throws ArithmeticException if it is more than {@link Long#MAX_VALUE}
     */
    Work work(OperatorCall call) throws OperatorCall.SizeMissing;

    /** So many operations for each element of the first output. */
    static Formula each(long operations) {
        return call -> flops(Math.multiplyExact(operations, call.outputElements(0)));
    }

    /** So many operations for each element of the first input. */
    static Formula eachInput(long operations) {
        return call -> flops(Math.multiplyExact(operations, call.inputElements(0)));
    }

    /** Nothing but moving data. */
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
