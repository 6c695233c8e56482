package io.pepper.plan;

import io.pepper.workload.Workload;
import io.pepper.workload.WorkloadMeasure;
import java.util.List;

/** A model of a single segment. */
record OneSegment(double weightBytes, double inputBytes, double outputBytes) implements Segments {
    @Override
    public int count() {
        return 1;
    }

    @Override
    public Workload workload(int from, int to) {
        return Workload.builder().set(WorkloadMeasure.WEIGHT_BYTES, weightBytes).build();
    }

    @Override
    public List<Flow> flows() {
        return Flow.ofChain(inputBytes, outputBytes);
    }
}
