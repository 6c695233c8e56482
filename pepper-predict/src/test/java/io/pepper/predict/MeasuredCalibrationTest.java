package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cluster.DeviceState;
import io.pepper.measure.ModelTiming;
import io.pepper.measure.OperatorSweep;
import io.pepper.model.ProgressListener;
import io.pepper.predict.internal.learn.CostTerms;
import io.pepper.predict.internal.learn.LogCosts;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Measuring is replaced by a device of known costs, and time by a counter. */
class MeasuredCalibrationTest {
    @TempDir
    static Path directory;

    private static List<ProfileTarget> pieces = List.of();
    private final List<LatencyRecord> measured = new ArrayList<>();
    private final Random random = new Random(1);

    @BeforeAll
    static void write() throws IOException {
        pieces = ProfileTargets.sweep(
                directory,
                MeasuredCalibration.names().stream()
                        .filter(name -> !name.startsWith("network-text"))
                        .limit(40)
                        .toList());
    }

    /** Returns the data set with one more time, which differs from the sum of the costs by some chance. */
    private LatencyDataset timed(ProfileTarget piece, double chance) {
        double[] costs = CostTerms.typical();
        costs[1] += 1;
        double seconds = Math.exp(
                LogCosts.known(costs).logSeconds(CostTerms.amounts(piece.work())) + chance * random.nextGaussian());
        measured.add(LatencyRecord.builder(
                        OperatorSweep.MODEL,
                        piece.piece(),
                        DeviceState.of("made-up"),
                        ModelTiming.builder(9, seconds).build())
                .work(piece.work())
                .build());
        return LatencyDataset.of(measured);
    }

    @Test
    void endsWhenTheErrorStopsFalling() throws IOException {
        DeviceCalibration found = MeasuredCalibration.of(List.of())
                .run(pieces, piece -> timed(piece, 0.1), () -> 0, ProgressListener.NONE);
        assertThat(measured).hasSizeBetween(10, pieces.size() - 1);
        assertThat(found.predictor().records()).isEqualTo(measured.size());
        assertThat(found.heldOutError().orElseThrow()).isLessThan(0.3);
    }

    @Test
    void eachModelIsMeasuredOnceAndTheErrorIsReported() throws IOException {
        List<String> told = new ArrayList<>();
        MeasuredCalibration.of(List.of())
                .run(pieces, piece -> timed(piece, 0.1), () -> 0, (task, done, total) -> told.add(task));
        assertThat(measured.stream().map(LatencyRecord::piece)).doesNotHaveDuplicates();
        assertThat(told).hasSize(measured.size());
        assertThat(told.get(5)).contains("held-out error").contains("after 5 measurements");
    }

    @Test
    void endsAtTheTimeLimit() throws IOException {
        long[] seconds = {0};
        MeasuredCalibration.of(List.of())
                .withLimit(Duration.ofSeconds(35))
                .run(
                        pieces,
                        piece -> {
                            seconds[0] += 10;
                            return timed(piece, 0.1);
                        },
                        () -> TimeUnit.SECONDS.toNanos(seconds[0]),
                        ProgressListener.NONE);
        assertThat(measured).hasSize(4);
    }

    @Test
    void modelsThatCannotRunAreLeftOut() throws IOException {
        MeasuredCalibration.of(List.of())
                .run(
                        pieces,
                        piece -> piece.piece().hashCode() % 2 == 0 ? LatencyDataset.of(measured) : timed(piece, 0.1),
                        () -> 0,
                        ProgressListener.NONE);
        assertThat(measured).hasSizeGreaterThan(5);
        assertThatThrownBy(() -> MeasuredCalibration.of(List.of())
                        .run(pieces, piece -> LatencyDataset.of(List.of()), () -> 0, ProgressListener.NONE))
                .isInstanceOf(IOException.class)
                .hasMessage("none of 40 small models could be measured on this machine");
    }

    @Test
    void anInterruptEndsIt() {
        assertThatThrownBy(() -> MeasuredCalibration.of(List.of())
                        .run(
                                pieces,
                                piece -> {
                                    Thread.currentThread().interrupt();
                                    return timed(piece, 0.1);
                                },
                                () -> 0,
                                ProgressListener.NONE))
                .isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(measured).hasSize(1);
    }

    @Test
    void limitsAndThreadsAreChecked() {
        MeasuredCalibration plan = MeasuredCalibration.of(List.of());
        assertThatThrownBy(() -> plan.withLimit(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> plan.withThreads(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
