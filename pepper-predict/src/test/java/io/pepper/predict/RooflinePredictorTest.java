package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cluster.DeviceState;
import io.pepper.workload.Kernel;
import io.pepper.workload.KernelFamily;
import io.pepper.workload.Workload;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RooflinePredictorTest {
    private static List<Path> leftovers() throws IOException {
        try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(path -> path.getFileName().toString().startsWith("pepper-roofline-"))
                    .toList();
        }
    }

    @Test
    void calibratesThisMachine() throws IOException {
        List<Path> before = leftovers();
        List<String> heard = new ArrayList<>();
        RooflinePredictor here = RooflinePredictor.calibrate((task, done, total) -> heard.add(task));
        assertThat(heard).hasSize(4).allMatch(task -> task.startsWith("calibrating: "));
        assertThat(here.flopsPerSecond()).isBetween(1e7, 1e14);
        assertThat(here.bytesPerSecond()).isBetween(1e7, 1e13);
        assertThat(here.operatorSeconds()).isBetween(1e-9, 1e-2);
        assertThat(here.threadGain()).isBetween(0.0, 1.0);
        assertThat(before).as("nothing is left").containsAll(leftovers());
    }

    @Test
    void canBeStopped() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> RooflinePredictor.calibrate((task, done, total) -> {}))
                .isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void takesTheLongerOfArithmeticAndBytesOfEachFamily() {
        RooflinePredictor roofline = new RooflinePredictor(1e9, 1e9, 0, 0);
        Workload work = Workload.builder()
                .add(Kernel.of(KernelFamily.CONVOLUTION, 4e9, 5e8, 5e8))
                .add(Kernel.of(KernelFamily.ELEMENTWISE, 1e9, 1e9, 1e9))
                .build();
        assertThat(roofline.predict(work, 1, DeviceState.of("pi")).medianSeconds())
                .isEqualTo(6);
        assertThat(roofline.predict(Workload.builder().build(), 1, DeviceState.of("pi"))
                        .medianSeconds())
                .as("no time is 0")
                .isPositive();
    }
}
