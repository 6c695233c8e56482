package io.pepper.plan;

/** A criterion for judging placements; less is better. */
public enum Metric {
    /** The time of a single inference, from the inputs at the source to the outputs at the sink, in seconds. */
    LATENCY,
    /**
     * The time between two completed inferences of a pipeline in steady state, in seconds: the inverse of the
     * throughput.
     */
    PERIOD,
    /** The energy of devices and links for one inference, above the idle energy of the devices, in joules. */
    ENERGY
}
