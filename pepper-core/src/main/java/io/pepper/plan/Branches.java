package io.pepper.plan;

import io.pepper.cost.Workload;
import java.util.List;

/** The segments of a model where they need not be one after the other: each reads from segments before it. */
public interface Branches {
    /**
     * How many segments there are.
     *
     * @return 1 or more
     */
    int segments();

    /**
     * What a segment asks of a device.
     *
     * @param segment which
     * @return the work
     */
    Workload workload(int segment);

    /**
     * What flows between segments, into the first and out of the last.
     *
     * @return the tensors
     */
    List<SegmentGraph.Tensor> tensors();
}
