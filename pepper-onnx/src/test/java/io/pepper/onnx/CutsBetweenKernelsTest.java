package io.pepper.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.cut.Cut;
import io.pepper.cut.Cuts;
import io.pepper.measure.OperatorSweep;
import io.pepper.partition.Partition;
import io.pepper.partition.Partitioner;
import io.pepper.partition.Segment;
import io.pepper.workload.KernelFamily;
import io.pepper.workload.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CutsBetweenKernelsTest {
    @TempDir
    Path directory;

    private OnnxModel model(String name) throws IOException {
        return OnnxModel.load(OperatorSweep.write(directory, List.of(name)).get(0));
    }

    /** Of 32 channels, which fill blocks, so that convolutions take in the sums; with 24, as in residual-0, they do not. */
    private static final String RESIDUAL = "network-residual-1";

    /** Kernels but those that only change the order of elements, which a cut may well add. */
    private static long kernels(Workload work) {
        return work.total().operators()
                - work.of(KernelFamily.BLOCKING).operators()
                - work.of(KernelFamily.UNBLOCKING).operators();
    }

    private static String last(OnnxModel model, Cut cut) {
        int tensor = cut.tensors().get(0);
        return model.graph().operatorType(model.graph().producer(tensor).orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(strings = {"network-residual-0", "network-mobile-2", "network-text-1", "network-text-quantized-0"})
    void partsRunAsManyKernelsAsTheWhole(String name) throws IOException {
        try (OnnxModel model = model(name)) {
            ModelCosts costs = model.costs(model.shapes());
            Cuts cuts = model.cuts(costs.cutOptionsBetweenKernels());
            assertThat(cuts.list()).isNotEmpty();
            assertThat(cuts.size())
                    .isLessThanOrEqualTo(model.cuts(costs.cutOptions()).size());
            for (Cut cut : cuts.list()) {
                long sum = 0;
                for (Segment segment : Partition.of(model.graph(), List.of(cut)).segments()) {
                    sum += kernels(costs.workload(segment));
                }
                assertThat(sum).as(name + ", " + cut).isEqualTo(kernels(costs.workload()));
            }
        }
    }

    @Test
    void noCutIsBetweenAConvolutionAndItsFusedOperators() throws IOException {
        try (OnnxModel model = model(RESIDUAL)) {
            ModelCosts costs = model.costs(model.shapes());
            Cuts all = model.cuts(costs.cutOptions());
            Cuts between = model.cuts(costs.cutOptionsBetweenKernels());
            assertThat(all.list()).anyMatch(cut -> last(model, cut).equals("Add"));
            assertThat(between.list()).noneMatch(cut -> last(model, cut).equals("Add"));
            Cut left = all.list().stream()
                    .filter(cut -> last(model, cut).equals("Add"))
                    .findFirst()
                    .orElseThrow();
            String tensor = model.graph().tensorName(left.tensors().get(0));
            assertThat(costs.isInsideKernel(left.tensors().get(0))).isTrue();
            assertThat(Partitioner.atTensors(tensor).partition(between).segments())
                    .as("by name it can be had")
                    .hasSize(2);
        }
    }

    /** Sums are taken in only if both sides are in blocks, and what comes from another part is not: the cut is a part's input. */
    @Test
    void crossingResidualsMakeTheSumASeparateKernel() throws IOException {
        try (OnnxModel model = model(RESIDUAL)) {
            ModelCosts costs = model.costs(model.shapes());
            Partition partition = Partitioner.atTensors("t4").partition(model.cuts(costs.cutOptionsBetweenKernels()));
            Workload rest = costs.workload(partition.segments().get(1));
            assertThat(rest.of(KernelFamily.ELEMENTWISE).operators()).isPositive();
            assertThat(costs.workload().of(KernelFamily.ELEMENTWISE).operators())
                    .isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"network-residual-0", RESIDUAL, "network-mobile-2"})
    void cutsAtStageEndsKeepFusedResidualSums(String name) throws IOException {
        try (OnnxModel model = model(name)) {
            ModelCosts costs = model.costs(model.shapes());
            Cuts ends = model.cuts(costs.cutOptionsAtStageEnds());
            assertThat(ends.list()).isNotEmpty();
            long sums = costs.workload().of(KernelFamily.ELEMENTWISE).operators();
            int shortCuts = 0;
            for (Cut cut : model.cuts(costs.cutOptionsBetweenKernels()).list()) {
                boolean end =
                        ends.list().stream().anyMatch(other -> other.tensors().equals(cut.tensors()));
                assertThat(sums(costs, Partition.of(model.graph(), List.of(cut))) == sums)
                        .as(name + ", " + cut)
                        .isEqualTo(end);
                shortCuts += end ? 0 : 1;
            }
            assertThat(shortCuts > 0).isEqualTo(name.equals(RESIDUAL));
        }
    }

    private static long sums(ModelCosts costs, Partition partition) {
        return partition.segments().stream()
                .mapToLong(segment ->
                        costs.workload(segment).of(KernelFamily.ELEMENTWISE).operators())
                .sum();
    }
}
