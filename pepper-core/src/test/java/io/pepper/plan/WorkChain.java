package io.pepper.plan;

import io.pepper.workload.Workload;
import io.pepper.workload.WorkloadMeasure;
import java.util.List;
import java.util.stream.IntStream;

/** A chain of segments, each with an amount of work; between them flow bytes. */
final class WorkChain implements Segments {
    private final double[] work;
    final double[] bytes;

    WorkChain(double[] work, double... bytes) {
        this.work = work;
        this.bytes = bytes;
    }

    @Override
    public int count() {
        return work.length;
    }

    @Override
    public Workload workload(int from, int to) {
        return Workload.builder()
                .set(
                        WorkloadMeasure.PARALLEL_FLOPS,
                        IntStream.range(from, to).mapToDouble(i -> work[i]).sum())
                .build();
    }

    @Override
    public List<Flow> flows() {
        return Flow.ofChain(bytes);
    }
}
