package io.pepper.plan;

import io.pepper.cost.Workload;

/** The segments of a model between candidate cuts, one after the other, and what runs of them ask of a device. */
public interface Pieces {
    /**
     * How many segments there are.
     *
     * @return 1 or more
     */
    int segments();

    /**
     * What neighbouring segments ask of a device when they run as one piece.
     *
     * @param from the first segment
     * @param to the segment after the last
     * @return the work
     */
    Workload workload(int from, int to);

    /**
     * What crosses a cut.
     *
     * @param cut 0 for the inputs of the model, {@code i} for what the segments from {@code i} on take of those before, and the
     *     number of segments for the outputs of the model
     * @return bytes
     */
    double cutBytes(int cut);
}
