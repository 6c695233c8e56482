package io.pepper.onnx.internal.cost;

/** The estimated work of an operator. */
public sealed interface Estimate {
    /**
     * Known work.
     *
     * @param work the work
     */
    record Known(Work work) implements Estimate {}

    /**
     * Unknown work, because a size that the formula needs is unknown.
     *
     * @param tensor the name of the tensor whose size is unknown
     */
    record SizesMissing(String tensor) implements Estimate {}

    /** Unknown work, because there is no formula for the operator. */
    record NotCovered() implements Estimate {}
}
