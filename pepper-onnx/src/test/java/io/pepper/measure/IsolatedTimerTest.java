package io.pepper.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.pepper.model.IsolatedRunException;
import io.pepper.model.IsolatedRunException.Reason;
import io.pepper.model.Isolation;
import io.pepper.model.OptimizationLevel;
import io.pepper.model.ProgressListener;
import io.pepper.onnx.HostileModels;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.testmodels.Topologies;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A timer whose model runs in a child process. */
class IsolatedTimerTest {
    private static final Isolation ROOMY = Isolation.DEFAULTS.withDeadline(Duration.ofMinutes(10));
    private static final TimingOptions QUICK = TimingOptions.DEFAULTS
            .withRuns(3, 5)
            .withBudget(Duration.ofMillis(20))
            .withIsolation(ROOMY);

    @TempDir
    Path directory;

    private Path file(ModelProto model) throws IOException {
        return Files.write(directory.resolve("model.onnx"), model.toByteArray());
    }

    private Path residual() throws IOException {
        return file(Topologies.get("residual").model());
    }

    @Test
    void measuresAsOftenAsWanted() throws IOException {
        try (ModelTimer timer = ModelTimer.open(residual(), QUICK)) {
            for (int i = 0; i < 3; i++) {
                ModelTiming timing = timer.measure();
                assertThat(timing.runs()).isBetween(1, 5);
                assertThat(timing.medianSeconds()).isPositive();
                assertThat(timing.sessionSeconds().orElseThrow()).isPositive();
            }
        }
    }

    @Test
    void timesTheSameOperatorsAsThisProcess() throws IOException {
        TimingOptions here = TimingOptions.DEFAULTS.withOptimization(OptimizationLevel.NONE);
        List<String> tasks = new ArrayList<>();
        List<ModelTiming.OperatorTiming> there = ModelTimer.operators(
                residual(), here.withIsolation(ROOMY), 3, (task, done, total) -> tasks.add(done + "/" + total));
        assertThat(there.stream().map(ModelTiming.OperatorTiming::name))
                .isEqualTo(ModelTimer.operators(residual(), here, 3, ProgressListener.NONE).stream()
                        .map(ModelTiming.OperatorTiming::name)
                        .toList());
        assertThat(there).allSatisfy(operator -> assertThat(operator.runs()).isEqualTo(3));
        assertThat(tasks).containsExactly("0/3", "1/3", "2/3");
    }

    @Test
    void aCrashIsAnException() throws IOException {
        Path crashing = file(HostileModels.crashing());
        IsolatedRunException end =
                catchThrowableOfType(IsolatedRunException.class, () -> ModelTimer.open(crashing, QUICK));
        assertThat(end.reason()).isEqualTo(Reason.CRASHED);
        assertThat(end).hasMessageContaining("model.onnx").hasMessageContaining("SIGFPE");
    }

    @Test
    void anEndlessRunIsAnException() throws IOException {
        Path endless = file(HostileModels.endless());
        TimingOptions hasty = QUICK.withIsolation(ROOMY.withDeadline(Duration.ofSeconds(5)));
        IsolatedRunException end =
                catchThrowableOfType(IsolatedRunException.class, () -> ModelTimer.open(endless, hasty));
        assertThat(end.reason()).isEqualTo(Reason.DEADLINE);
    }

    @Test
    void anInterruptEndsTheMeasurementAndTheTimer() throws IOException {
        try (ModelTimer timer = ModelTimer.open(residual(), QUICK)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(timer::measure).isInstanceOf(InterruptedIOException.class);
            assertThat(Thread.interrupted()).isTrue();
            assertThatThrownBy(timer::measure).isInstanceOf(IOException.class);
        }
    }

    @Test
    void faultsAreThoseOfThisProcess() throws IOException {
        Path file = residual();
        assertThatThrownBy(() -> ModelTimer.open(file, QUICK.withProvider("Quantum")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Quantum");
        assertThatThrownBy(() -> ModelTimer.open(directory.resolve("none.onnx"), QUICK))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("none.onnx");
        Files.writeString(file, "no model");
        assertThatThrownBy(() -> ModelTimer.open(file, QUICK))
                .hasSameClassAs(failure(file))
                .hasMessage(failure(file).getMessage());
    }

    private static Throwable failure(Path file) {
        return catchThrowableOfType(IOException.class, () -> ModelTimer.open(file, TimingOptions.DEFAULTS)
                .close());
    }
}
