package io.pepper.plan;

/** What a placement is judged by; less is better. */
public enum Metric {
    /** From the inputs at their source to the outputs where they are wanted, one inference alone: seconds. */
    LATENCY,
    /** Between two inferences that leave the pipeline in steady state, the inverse of the throughput: seconds. */
    PERIOD,
    /** What devices and links draw for one inference, above what devices draw when idle: joules. */
    ENERGY
}
