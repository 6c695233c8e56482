package io.pepper.measure;

import static io.pepper.onnx.internal.proto.TensorProto.DataType.FLOAT;
import static io.pepper.onnx.testmodels.ModelBuilder.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.model.InputShapes;
import io.pepper.model.Isolation;
import io.pepper.model.OptimizationLevel;
import io.pepper.model.ProgressListener;
import io.pepper.onnx.internal.proto.ModelProto;
import io.pepper.onnx.testmodels.Architectures;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelTimerTest {
    private static final TimingOptions QUICK = TimingOptions.DEFAULTS
            .withRuns(5, 7)
            .withBudget(Duration.ofMillis(100))
            .withPrecision(0);

    @TempDir
    Path directory;

    private Path pair() throws IOException {
        Path file = directory.resolve("pair.onnx");
        Files.write(
                file,
                model("pair")
                        .input("x", FLOAT, "batch", 16)
                        .linear("h", "x", 16, 32)
                        .let("y", "Relu", "h")
                        .output("y", FLOAT, "batch", 32)
                        .build()
                        .toByteArray());
        return file;
    }

    @Test
    void measuresAsOftenAsAsked() throws IOException {
        ModelTiming timing = ModelTimer.time(pair(), QUICK);
        assertThat(timing.runs()).isEqualTo(7);
        assertThat(timing.minSeconds()).isPositive().isLessThanOrEqualTo(timing.medianSeconds());
        assertThat(timing.p25Seconds()).isBetween(timing.minSeconds(), timing.medianSeconds());
        assertThat(timing.p75Seconds()).isBetween(timing.medianSeconds(), timing.p90Seconds());
        assertThat(timing.p99Seconds()).isGreaterThanOrEqualTo(timing.p90Seconds());
        assertThat(timing.iqrSeconds()).isNotNegative();
        assertThat(timing.sessionSeconds().orElseThrow()).isPositive();
    }

    @Test
    void stopsWhenTheMedianIsKnown() throws IOException {
        TimingOptions easy =
                QUICK.withRuns(8, 1_000).withBudget(Duration.ofMinutes(1)).withPrecision(1e9);
        assertThat(ModelTimer.time(pair(), easy).runs()).isEqualTo(8);
    }

    @Test
    void stopsWhenTheBudgetIsSpent() throws IOException {
        assertThat(ModelTimer.time(pair(), QUICK.withRuns(5, 1_000_000).withBudget(Duration.ZERO))
                        .runs())
                .isOne();
    }

    @Test
    void usesTheSizesGiven() throws IOException {
        assertThatThrownBy(() -> ModelTimer.open(pair(), QUICK.withSizes(InputShapes.NONE.withDimension("length", 3))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no dimension length");
        try (ModelTimer timer = ModelTimer.open(pair(), QUICK.withSizes(InputShapes.NONE.withDimension("batch", 64)))) {
            assertThat(timer.measure().runs()).isEqualTo(7);
            assertThat(timer.measure().runs()).as("again").isEqualTo(7);
        }
    }

    @Test
    void takesAShapeForAnInputOfUnknownRank() throws IOException {
        Path file = directory.resolve("rankless.onnx");
        ModelProto.Builder rankless =
                model("rankless").input("x", FLOAT, 1).let("y", "Relu", "x").output("y", FLOAT, 1).build().toBuilder();
        rankless.getGraphBuilder()
                .getInputBuilder(0)
                .getTypeBuilder()
                .getTensorTypeBuilder()
                .clearShape();
        rankless.getGraphBuilder()
                .getOutputBuilder(0)
                .getTypeBuilder()
                .getTensorTypeBuilder()
                .clearShape();
        Files.write(file, rankless.build().toByteArray());
        assertThat(ModelTimer.time(file, QUICK.withSizes(InputShapes.NONE.withInputShape("x", 2, 3, 4)))
                        .runs())
                .isEqualTo(7);
    }

    /** In a process of its own: here, memory that other tests gave back may be used again, and then does not grow. */
    @Test
    void reportsThePeakMemoryOfALargeModel() throws IOException {
        Path file = directory.resolve("resnet.onnx");
        Files.write(file, Architectures.resnet50().toByteArray());
        ModelTiming timing = ModelTimer.time(file, QUICK.withRuns(1, 1).withIsolation(Isolation.DEFAULTS));
        if (Files.isWritable(Path.of("/proc/self/clear_refs"))) {
            assertThat(timing.peakMemoryBytes().orElseThrow()).isGreaterThan(20L << 20);
        } else {
            assertThat(timing.peakMemoryBytes()).isEmpty();
        }
    }

    @Test
    void timesOperators() throws IOException {
        List<ModelTiming.OperatorTiming> operators =
                ModelTimer.operators(pair(), QUICK.withOptimization(OptimizationLevel.NONE), 5, ProgressListener.NONE);
        assertThat(operators)
                .extracting(ModelTiming.OperatorTiming::type)
                .contains("Relu")
                .hasSizeGreaterThan(1);
        assertThat(operators).allSatisfy(operator -> {
            assertThat(operator.runs()).isEqualTo(5);
            assertThat(operator.medianSeconds()).isNotNegative();
        });
        try (var left = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            assertThat(left.filter(path -> path.getFileName().toString().startsWith("pepper-profile-")))
                    .isEmpty();
        }
    }

    @Test
    void refusesAnExecutionProviderThatIsNotHere() {
        assertThatThrownBy(() -> ModelTimer.open(pair(), QUICK.withProvider("Quantum")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no execution provider 'Quantum'; the names are")
                .hasMessageContaining("CPU");
    }

    @Test
    void takesNamesOfProvidersAsPeopleWriteThem() throws IOException {
        assertThat(ModelTimer.time(pair(), QUICK.withProvider("CpuExecutionProvider"))
                        .runs())
                .isEqualTo(7);
    }

    @Test
    void stopsWhenInterrupted() throws IOException {
        try (ModelTimer timer = ModelTimer.open(pair(), QUICK)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(timer::measure).isInstanceOf(InterruptedIOException.class);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void refusesNumbersOutOfRange() {
        assertThatThrownBy(() -> QUICK.withThreads(0)).hasMessage("threads 0 is out of range");
        assertThatThrownBy(() -> QUICK.withRuns(3, 2)).hasMessage("maxRuns 2 is out of range");
        assertThatThrownBy(() -> QUICK.withPrecision(Double.NaN)).hasMessageContaining("precision");
    }
}
