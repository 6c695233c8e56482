package io.pepper.plan;

/** A criterion for judging placements; less is better. */
public enum Metric {
    /** From the inputs at their source to the outputs where they are wanted, one inference alone: seconds. */
    LATENCY,
    /** Between two inferences that leave the pipeline in steady state, the inverse of the throughput: seconds. */
    PERIOD,
    /** Energy of devices and links for one inference, above the idle energy of the devices, in joules. */
    ENERGY
}
