package io.pepper.onnx.internal.cost;

/** What is known of the work of an operator. */
public sealed interface Estimate {
    /**
     * The work is known.
     *
     * @param work how much it is
     */
    record Known(Work work) implements Estimate {}

    /**
     * There is a formula, but a size that it needs is not known.
     *
     * @param tensor the name of the tensor whose size is not known
     */
    record SizesMissing(String tensor) implements Estimate {}

    /** There is no formula for the operator. */
    record NotCovered() implements Estimate {}
}
