package io.pepper.measure;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.onnx.OnnxModel;
import io.pepper.workload.Kernel;
import io.pepper.workload.KernelFamily;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShortSweepTest {
    @TempDir
    Path directory;

    private Set<KernelFamily> families(List<String> names) throws IOException {
        Set<KernelFamily> families = EnumSet.noneOf(KernelFamily.class);
        for (String name : names) {
            Path file = OperatorSweep.write(directory, List.of(name)).get(0);
            try (OnnxModel model = OnnxModel.load(file)) {
                model.costs(model.shapes(OperatorSweep.sizes(name))).workload().kernels().stream()
                        .map(Kernel::family)
                        .forEach(families::add);
            }
        }
        return families;
    }

    @Test
    void isAFourteenthOfTheSweep() {
        assertThat(OperatorSweep.shortNames()).hasSize(64).doesNotHaveDuplicates();
        assertThat(OperatorSweep.names())
                .containsAll(OperatorSweep.shortNames())
                .hasSizeGreaterThan(800);
    }

    @Test
    void hasEachFamilyOfTheSweep() throws IOException {
        assertThat(families(OperatorSweep.shortNames())).isEqualTo(families(OperatorSweep.names()));
    }
}
