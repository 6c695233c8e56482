package io.pepper.measure;

import static org.assertj.core.api.Assertions.assertThat;

import io.pepper.onnx.OnnxModel;
import io.pepper.workload.Kernel;
import io.pepper.workload.KernelFamily;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The number of neighbouring elements that an operator that moves data copies at once. */
class ContiguousRunTest {
    private static SmallModel image() {
        return new SmallModel("copies", 2, 8, 6, 10);
    }

    private static Kernel kernel(SmallModel small) throws IOException {
        try (OnnxModel model = OnnxModel.load(SmallModelTest.bytes(small), "copies")) {
            List<Kernel> kernels = model.costs(model.shapes()).workload().kernels();
            assertThat(kernels).hasSize(1);
            return kernels.get(0);
        }
    }

    private static double run(SmallModel small) throws IOException {
        return kernel(small).depth();
    }

    private static SmallModel split(int axis) {
        SmallModel model = image();
        model.several("Split", 2, "x");
        return model.with("axis", axis);
    }

    private static SmallModel slice(long start, long end, long axis, long step) {
        SmallModel model = image();
        return model.then(
                "Slice", "x", model.integers(start), model.integers(end), model.integers(axis), model.integers(step));
    }

    @Test
    void splittingChannelsCopiesThePlanesOfAPart() throws IOException {
        assertThat(run(split(1))).isEqualTo(4 * 6 * 10);
        assertThat(run(split(-3))).as("an axis from the end").isEqualTo(4 * 6 * 10);
        assertThat(kernel(split(1)).family()).isEqualTo(KernelFamily.COPY);
    }

    @Test
    void splittingRowsCopiesPartsOfRows() throws IOException {
        assertThat(run(split(3))).isEqualTo(5);
        assertThat(run(split(2))).isEqualTo(3 * 10);
        assertThat(run(split(0))).isEqualTo(8 * 6 * 10);
    }

    @Test
    void unequalPartsCountWithTheirMean() throws IOException {
        SmallModel model = image();
        model.several("Split", 2, "x", model.integers(2, 6));
        assertThat(run(model.with("axis", 1))).isEqualTo(4 * 6 * 10);
    }

    @Test
    void aSliceCopiesWhatItKeepsOfAnAxisTogetherWithTheAxesBehindIt() throws IOException {
        assertThat(run(slice(1, 4, 1, 1))).isEqualTo(3 * 6 * 10);
        assertThat(run(slice(0, 4, 3, 1))).isEqualTo(4);
        assertThat(run(slice(0, 1, 0, 1))).isEqualTo(8 * 6 * 10);
        assertThat(run(slice(0, 4, -1, 1))).isEqualTo(4);
    }

    @Test
    void aStepEndsTheRun() throws IOException {
        assertThat(run(slice(0, 8, 1, 2))).as("every second channel").isEqualTo(6 * 10);
        assertThat(run(slice(0, 10, 3, 2))).as("every second element").isEqualTo(1);
        assertThat(run(slice(-1, -100, 3, -1))).as("backwards").isEqualTo(1);
        assertThat(run(slice(0, 6, 2, 3))).isEqualTo(10);
    }

    @Test
    void twoSlicedAxesEndTheRunAtTheLastOne() throws IOException {
        SmallModel model = image();
        model.then(
                "Slice", "x", model.integers(0, 0), model.integers(4, 3), model.integers(1, 2), model.integers(1, 1));
        assertThat(run(model)).isEqualTo(3 * 10);
    }

    @Test
    void aSliceWithoutStepsOrAxes() throws IOException {
        SmallModel model = image();
        model.then("Slice", "x", model.integers(0, 2), model.integers(2, 6));
        assertThat(run(model)).isEqualTo(4 * 6 * 10);
    }

    @Test
    void concatenationCopiesAPartAtATime() throws IOException {
        assertThat(run(image().then("Concat", "x", "x").with("axis", 1))).isEqualTo(8 * 6 * 10);
        assertThat(run(image().then("Concat", "x", "x", "x").with("axis", 3))).isEqualTo(10);
        assertThat(run(image().then("Concat", "x", "x").with("axis", -2))).isEqualTo(6 * 10);
    }

    @Test
    void selectionCopiesTheAxesBehindItsAxis() throws IOException {
        SmallModel table = new SmallModel("copies", 50, 12);
        Kernel rows = kernel(table.then("Gather", "x", table.integers(3, 9, 4)));
        assertThat(rows.depth()).isEqualTo(12);
        assertThat(rows.outputBytes()).hasValue(3 * 12 * 4);
        SmallModel columns = new SmallModel("copies", 50, 12);
        assertThat(run(columns.then("Gather", "x", columns.integers(3, 9)).with("axis", 1)))
                .isEqualTo(1);
    }
}
