package io.pepper.predict.internal.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.pepper.workload.Kernel;
import io.pepper.workload.KernelFamily;
import org.junit.jupiter.api.Test;

class VectorsTest {
    private static final double FLOPS = 1e6;

    /** Of an output of 32 x 32 points. */
    private static Kernel convolution(KernelFamily family, double in, double out, double window, double groups) {
        double points = 32 * 32 * Float.BYTES;
        return Kernel.of(family, FLOPS, in * groups * points, out * points).toBuilder()
                .depth(in * window)
                .channels(out)
                .window(window)
                .groups(groups)
                .build();
    }

    @Test
    void lastBlocksAreComputedWhole() {
        assertThat(Vectors.padding(convolution(KernelFamily.CONVOLUTION, 64, 64, 9, 1)))
                .isOne();
        assertThat(Vectors.padding(convolution(KernelFamily.POINTWISE_CONVOLUTION, 36, 42, 1, 1)))
                .as("48 x 48 channels for 36 x 42")
                .isCloseTo(48.0 * 48 / (36 * 42), within(1e-12));
        assertThat(Vectors.padding(convolution(KernelFamily.NARROW_CONVOLUTION, 3, 24, 9, 1)))
                .as("three channels are read as they are")
                .isCloseTo(32.0 / 24, within(1e-12));
        assertThat(Vectors.padding(convolution(KernelFamily.DEPTHWISE_CONVOLUTION, 1, 28, 9, 28)))
                .isCloseTo(32.0 / 28, within(1e-12));
        assertThat(Vectors.padding(convolution(KernelFamily.UNFOLDED_CONVOLUTION, 9, 17, 1, 2)))
                .isOne();
    }

    @Test
    void inputIsReadAgainForFourBlocksEach() {
        assertThat(Vectors.hard(convolution(KernelFamily.CONVOLUTION, 64, 16, 9, 1)))
                .as("one block alone")
                .isEqualTo(FLOPS);
        assertThat(Vectors.hard(convolution(KernelFamily.CONVOLUTION, 64, 64, 9, 1)))
                .as("four blocks at once")
                .isEqualTo(FLOPS / 4);
        assertThat(Vectors.hard(convolution(KernelFamily.CONVOLUTION, 64, 80, 9, 1)))
                .as("four, and one alone")
                .isCloseTo(FLOPS * 2 / 5, within(1e-6));
    }

    @Test
    void fewChannelsAreAddedToTheResultOneAfterTheOther() {
        assertThat(Vectors.hard(convolution(KernelFamily.NARROW_CONVOLUTION, 8, 24, 1, 1)))
                .as("of 32 channels for 24")
                .isCloseTo(8 * 32 * 32 * 32 * Float.BYTES, within(1e-6));
        assertThat(Vectors.hard(convolution(KernelFamily.NARROW_CONVOLUTION, 3, 16, 9, 1)))
                .as("the elements of a window share that")
                .isCloseTo(3 * 16 * 32 * 32 * Float.BYTES / 9.0, within(1e-6));
        assertThat(Vectors.hard(convolution(KernelFamily.NARROW_CONVOLUTION, 24, 6, 1, 1)))
                .as("blocks into few channels")
                .isZero();
    }

    @Test
    void windowsThatAreUnfoldedCostTheirBytes() {
        assertThat(Vectors.hard(convolution(KernelFamily.UNFOLDED_CONVOLUTION, 1, 42, 9, 42)))
                .isEqualTo(42 * 9 * 32 * 32 * Float.BYTES);
        assertThat(Vectors.hard(convolution(KernelFamily.UNFOLDED_CONVOLUTION, 34, 136, 1, 4)))
                .as("single points need not be unfolded")
                .isZero();
    }

    @Test
    void transposedWindowsCostWhatIsAddedUp() {
        Kernel twice = Kernel.of(KernelFamily.TRANSPOSED_CONVOLUTION, FLOPS, 24 * 100 * 4, 400 * 4).toBuilder()
                .depth(24 * 4)
                .channels(1)
                .window(4)
                .groups(1)
                .build();
        assertThat(Vectors.hard(twice))
                .as("one channel of 10 x 10 points, each a window of 2 x 2")
                .isEqualTo(100 * 4 * Float.BYTES);
    }

    @Test
    void imagesMeetInACache() {
        for (KernelFamily family : new KernelFamily[] {KernelFamily.BLOCKING, KernelFamily.UNBLOCKING}) {
            double meeting = 28 * 32 * 32 * Float.BYTES;
            assertThat(Vectors.hard(Kernel.of(family, 0, meeting, meeting).toBuilder()
                            .channels(28)
                            .build()))
                    .isEqualTo(meeting);
            double apart = 28 * 33 * 33 * Float.BYTES;
            assertThat(Vectors.hard(Kernel.of(family, 0, apart, apart).toBuilder()
                            .channels(28)
                            .build()))
                    .isZero();
        }
    }

    @Test
    void unknownNumbersAreNoError() {
        for (KernelFamily family : KernelFamily.values()) {
            Kernel unknown = Kernel.builder(family).build();
            assertThat(Vectors.hard(unknown)).as("%s", family).isZero();
            assertThat(Vectors.padding(unknown)).as("%s", family).isOne();
        }
    }

    @Test
    void copiesOfKnownRunsAreCounted() {
        Kernel split = Kernel.of(KernelFamily.COPY, 0, 4096, 4096).toBuilder()
                .depth(32)
                .build();
        assertThat(Vectors.hard(split)).as("1,024 elements in runs of 32").isEqualTo(32);
        assertThat(Vectors.hard(Kernel.of(KernelFamily.COPY, 0, 4096, 4096)))
                .as("an unknown run")
                .isZero();
    }
}
