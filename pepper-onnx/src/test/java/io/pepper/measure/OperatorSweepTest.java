package io.pepper.measure;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.model.InputShapes;
import io.pepper.onnx.OnnxModel;
import io.pepper.workload.KernelFamily;
import io.pepper.workload.Workload;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperatorSweepTest {
    private static final TimingOptions ONCE =
            TimingOptions.DEFAULTS.withRuns(1, 1).withBudget(Duration.ZERO);

    @TempDir
    Path directory;

    @Test
    void everyModelRunsAndHasTheKernelsOfItsName() throws IOException {
        List<String> names = OperatorSweep.names();
        assertThat(names).hasSizeGreaterThan(800);
        Set<KernelFamily> seen = EnumSet.noneOf(KernelFamily.class);
        for (String name : names) {
            Path file = OperatorSweep.write(directory, List.of(name)).get(0);
            InputShapes sizes = OperatorSweep.sizes(name);
            try (OnnxModel model = OnnxModel.load(file)) {
                Workload work = model.costs(model.shapes(sizes)).workload();
                assertThat(work.total().flops()).as(name).isPresent();
                for (KernelFamily family : KernelFamily.values()) {
                    if (work.of(family).operators() > 0) {
                        seen.add(family);
                    }
                }
            }
            assertThat(ModelTimer.time(file, ONCE.withSizes(sizes)).runs()).isOne();
        }
        assertThat(seen)
                .contains(
                        KernelFamily.CONVOLUTION,
                        KernelFamily.POINTWISE_CONVOLUTION,
                        KernelFamily.NARROW_CONVOLUTION,
                        KernelFamily.UNFOLDED_CONVOLUTION,
                        KernelFamily.DEPTHWISE_CONVOLUTION,
                        KernelFamily.PRODUCT,
                        KernelFamily.POOLING,
                        KernelFamily.UNBLOCKED_POOLING,
                        KernelFamily.NORMALIZATION,
                        KernelFamily.ELEMENTWISE,
                        KernelFamily.RECURRENT,
                        KernelFamily.LAYER_NORMALIZATION,
                        KernelFamily.QUANTIZED,
                        KernelFamily.TRANSPOSITION,
                        KernelFamily.SUM_NORMALIZATION,
                        KernelFamily.CONCATENATION,
                        KernelFamily.COPY,
                        KernelFamily.MOVEMENT,
                        KernelFamily.PADDING,
                        KernelFamily.ERROR_FUNCTION,
                        KernelFamily.BLOCKING,
                        KernelFamily.UNBLOCKING);
    }
}
