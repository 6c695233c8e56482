package io.pepper.measure;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.model.InputShapes;
import io.pepper.onnx.OnnxModel;
import io.pepper.workload.OperatorFamily;
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
    void everyModelRunsAndIsWhatItsNameSays() throws IOException {
        List<String> names = OperatorSweep.names();
        assertThat(names).hasSizeGreaterThan(100);
        Set<OperatorFamily> seen = EnumSet.noneOf(OperatorFamily.class);
        for (String name : names) {
            Path file = OperatorSweep.write(directory, List.of(name)).get(0);
            InputShapes sizes = OperatorSweep.sizes(name);
            try (OnnxModel model = OnnxModel.load(file)) {
                Workload work = model.costs(model.shapes(sizes)).workload();
                assertThat(work.total().flops()).as(name).isNotNaN();
                for (OperatorFamily family : OperatorFamily.values()) {
                    if (work.of(family).operators() > 0) {
                        seen.add(family);
                    }
                }
            }
            assertThat(ModelTimer.time(file, ONCE.withSizes(sizes)).runs()).isOne();
        }
        assertThat(seen)
                .contains(
                        OperatorFamily.CONVOLUTION,
                        OperatorFamily.POINTWISE_CONVOLUTION,
                        OperatorFamily.NARROW_CONVOLUTION,
                        OperatorFamily.UNFOLDED_CONVOLUTION,
                        OperatorFamily.DEPTHWISE_CONVOLUTION,
                        OperatorFamily.PRODUCT,
                        OperatorFamily.POOLING,
                        OperatorFamily.UNBLOCKED_POOLING,
                        OperatorFamily.NORMALIZATION,
                        OperatorFamily.ELEMENTWISE,
                        OperatorFamily.RECURRENT,
                        OperatorFamily.LAYER_NORMALIZATION,
                        OperatorFamily.QUANTIZED,
                        OperatorFamily.TRANSPOSITION,
                        OperatorFamily.SUM_NORMALIZATION,
                        OperatorFamily.CONCATENATION,
                        OperatorFamily.ERROR_FUNCTION,
                        OperatorFamily.BLOCKING,
                        OperatorFamily.UNBLOCKING);
    }
}
