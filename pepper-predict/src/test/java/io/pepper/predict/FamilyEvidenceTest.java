package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cluster.DeviceState;
import io.pepper.model.ProgressListener;
import io.pepper.workload.Kernel;
import io.pepper.workload.KernelFamily;
import io.pepper.workload.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Predictions of work whose families were not measured, or not at this size. */
class FamilyEvidenceTest {
    private static final FamilyEvidence MEASURED = FamilyEvidence.of(List.of(
            of(Kernel.of(KernelFamily.PRODUCT, 1e9, 1e5, 1e5)),
            of(Kernel.of(KernelFamily.COPY, 0, 9_600, 9_600).withTimes(4))));

    @TempDir
    Path directory;

    private static Workload of(Kernel... kernels) {
        Workload.Builder work = Workload.builder();
        for (Kernel kernel : kernels) {
            work.add(kernel);
        }
        return work.build();
    }

    @Test
    void measuredWorkIsNotBeyond() {
        Workload work = of(
                Kernel.of(KernelFamily.PRODUCT, 1e9, 1e5, 1e5),
                Kernel.of(KernelFamily.COPY, 0, 9_600, 9_600).withTimes(4));
        assertThat(MEASURED.isBeyond(work)).isFalse();
        assertThat(MEASURED.reasons(work)).isEmpty();
    }

    @Test
    void aLargerKernelIsBeyondAlthoughItsFamilyWasMeasured() {
        Workload work = of(Kernel.of(KernelFamily.COPY, 0, 2e6, 2e6));
        assertThat(MEASURED.isBeyond(work)).isTrue();
        assertThat(MEASURED.reasons(work)).containsExactly("copy: a kernel of 3.81 MiB, measured up to 18.8 KiB");
    }

    @Test
    void moreArithmeticInAKernelIsBeyond() {
        assertThat(MEASURED.reasons(of(Kernel.of(KernelFamily.PRODUCT, 5e9, 1e5, 1e5))))
                .containsExactly("product: a kernel of 5 GFLOPs, measured up to 1 GFLOPs");
    }

    @Test
    void manySmallKernelsAreBeyond() {
        assertThat(MEASURED.reasons(
                        of(Kernel.of(KernelFamily.COPY, 0, 9_600, 9_600).withTimes(50))))
                .containsExactly("copy: 938 KiB in all, measured up to 75 KiB");
    }

    @Test
    void anUnknownFamilyIsBeyondOnlyIfItIsANotablePart() {
        Kernel product = Kernel.of(KernelFamily.PRODUCT, 1e9, 1e5, 1e5);
        assertThat(MEASURED.reasons(of(product, Kernel.of(KernelFamily.RECURRENT, 5e8, 1, 1))))
                .containsExactly("recurrent: no measured piece has such a kernel");
        assertThat(MEASURED.isBeyond(of(product, Kernel.of(KernelFamily.RECURRENT, 1e5, 1, 1))))
                .isFalse();
    }

    private Path saved() throws IOException {
        Path file = directory.resolve("encoders.predictor");
        LatencyTrainer.train(
                        BoardData.encoders("xeon"),
                        TrainingOptions.EXTENDED.withTrees(5, 3, 0.3),
                        ProgressListener.NONE)
                .predictor()
                .save(file);
        return file;
    }

    @Test
    void aPredictorNamesTheFamily() throws IOException {
        TrainedPredictor predictor = TrainedPredictor.load(saved());
        LatencyRecord known = BoardData.encoders("xeon").records().get(0);
        assertThat(predictor.predict(known.work(), 1, known.device()).extrapolated())
                .isFalse();
        assertThat(predictor.extrapolations(known.work(), 1, known.device())).isEmpty();
        DeviceState busy = known.device().withCpuLoadPercent(80);
        assertThat(predictor.extrapolations(known.work(), 1, busy))
                .containsExactly("device_load_percent is 80, measured from 0 to 0");
        Workload convolution = of(Kernel.of(KernelFamily.CONVOLUTION, 1e9, 1e5, 1e5));
        assertThat(predictor.predict(convolution, 1, known.device()).extrapolated())
                .isTrue();
        assertThat(predictor.extrapolations(convolution, 1, known.device()))
                .contains("convolution: no measured piece has such a kernel");
    }

    @Test
    void aFileWithoutFamiliesIsReadAndAnUnknownFamilyIsRefused() throws Exception {
        Path file = saved();
        String text = Files.readString(file);
        String document = text.substring(text.indexOf('\n') + 1);
        SignedDocument.write(file, document.replaceFirst("\"families\":\\{[^}]*},", ""));
        Workload convolution = of(Kernel.of(KernelFamily.CONVOLUTION, 1e6, 1e5, 1e5));
        assertThat(TrainedPredictor.load(file).extrapolations(convolution, 1, DeviceState.of("x")))
                .noneMatch(reason -> reason.startsWith("convolution"));
        SignedDocument.write(file, document.replace("\"families\":{", "\"families\":{\"weaving\":[1,1,1,1],"));
        assertThatThrownBy(() -> TrainedPredictor.load(file))
                .isInstanceOf(PredictorFormatException.class)
                .hasMessageContaining("the family 'weaving' is unknown to this library; train the predictor again");
        SignedDocument.write(file, document.replaceFirst("\"product\":\\[[^]]*]", "\"product\":[1,2]"));
        assertThatThrownBy(() -> TrainedPredictor.load(file))
                .hasMessageContaining("2 amounts of a family, there are 4");
    }
}
