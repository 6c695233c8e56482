package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.pepper.cluster.DeviceState;
import io.pepper.predict.TrainingOptions.Loss;
import io.pepper.predict.TrainingOptions.Target;
import io.pepper.workload.Kernel;
import io.pepper.workload.KernelFamily;
import io.pepper.workload.Workload;
import io.pepper.workload.WorkloadMeasure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What trees learn besides the sum of kernels: the effect of load, and half of what is peculiar to a piece. */
class LoadAndSumTest {
    private static final double FULL = 100;
    private static final TrainingOptions FEATURES_ALONE =
            TrainingOptions.EXTENDED.withTarget(Target.LOG_SECONDS).withLoss(Loss.SQUARED);

    @TempDir
    Path directory;

    private static DeviceState state(double load) {
        return DeviceState.of("board").withCores(2).withCpuLoadPercent(load).withRunnableThreads(load / 50);
    }

    private static Workload work(KernelFamily family, double bytes, double input) {
        return Workload.builder()
                .set(WorkloadMeasure.INPUT_BYTES, input)
                .add(Kernel.of(family, bytes, bytes, bytes))
                .build();
    }

    private static LatencyRecord record(String piece, Workload work, double load, double seconds) {
        return LatencyDatasetTest.entry("m", 1, 1, 0, seconds).toBuilder()
                .piece(piece)
                .work(work)
                .device(state(load))
                .load(load == 0 ? LoadLevel.NONE : LoadLevel.onAllCores(load))
                .build();
    }

    private static TrainedPredictor learned(List<LatencyRecord> records) {
        return new Learner(records, TrainingOptions.EXTENDED).learn(0, SomeFacts.NONE);
    }

    private static double seconds(TrainedPredictor predictor, Workload work, double load) {
        return predictor.medianSeconds(work, 1, state(load));
    }

    /** Sizes from 10 kB to 10 MB. */
    private static double bytes(int i) {
        return 1e4 * Math.pow(10, i / 20.0);
    }

    @Test
    void loadSlowsLongPiecesDownMoreThanShortOnesOfTheSameAmounts() {
        List<LatencyRecord> records = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            Workload cheap = work(KernelFamily.ELEMENTWISE, bytes(i), 1);
            Workload dear = work(KernelFamily.TRANSCENDENTAL, bytes(i), 1);
            records.add(record("cheap" + i, cheap, 0, 1e-10 * bytes(i)));
            records.add(record("cheap" + i, cheap, FULL, 1e-10 * bytes(i)));
            records.add(record("dear" + i, dear, 0, 1e-7 * bytes(i)));
            records.add(record("dear" + i, dear, FULL, 2e-7 * bytes(i)));
        }
        TrainedPredictor predictor = learned(records);
        for (int i = 5; i < 55; i += 10) {
            Workload cheap = work(KernelFamily.ELEMENTWISE, bytes(i), 1);
            Workload dear = work(KernelFamily.TRANSCENDENTAL, bytes(i), 1);
            assertThat(seconds(predictor, cheap, FULL) / seconds(predictor, cheap, 0))
                    .isBetween(0.95, 1.35);
            assertThat(seconds(predictor, dear, FULL) / seconds(predictor, dear, 0))
                    .isBetween(1.6, 2.1);
        }
        assertThat(predictor.importance()).containsKey("sum_seconds");
    }

    /** Half of the pieces take twice as long as the others, for a reason that no kernel states but the inputs do. */
    private static List<LatencyRecord> peculiar(double slowIdle) {
        List<LatencyRecord> records = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            for (double load : new double[] {0, 50, FULL}) {
                double seconds = 1e-9 * bytes(i) * (1 + load / FULL);
                records.add(record("fast" + i, work(KernelFamily.ELEMENTWISE, bytes(i), 1), load, seconds));
                if (load > 0 || slowIdle > 0) {
                    records.add(record("slow" + i, work(KernelFamily.ELEMENTWISE, bytes(i), 1e9), load, 2 * seconds));
                }
            }
        }
        return records;
    }

    private static double slowerBy(TrainedPredictor predictor, double load) {
        return seconds(predictor, work(KernelFamily.ELEMENTWISE, bytes(33), 1e9), load)
                / seconds(predictor, work(KernelFamily.ELEMENTWISE, bytes(33), 1), load);
    }

    @Test
    void whatIsPeculiarToPiecesIsLearnedByHalfAndTheEffectOfLoadWhole() {
        TrainedPredictor predictor = learned(peculiar(2));
        for (double load : new double[] {0, 50, FULL}) {
            assertThat(slowerBy(predictor, load)).as("the root of 2").isBetween(1.3, 1.55);
        }
        for (double input : new double[] {1, 1e9}) {
            Workload piece = work(KernelFamily.ELEMENTWISE, bytes(33), input);
            assertThat(seconds(predictor, piece, FULL) / seconds(predictor, piece, 0))
                    .isBetween(1.8, 2.1);
        }
    }

    @Test
    void piecesThatWereMeasuredUnderLoadAloneAreLearnedWhole() {
        assertThat(slowerBy(learned(peculiar(0)), FULL)).isBetween(1.75, 2.1);
    }

    /** Returns the document of a predictor, with the trees of another one. */
    private static String grafted(String document, String other) {
        int trees = document.indexOf("\"median\":");
        int others = other.indexOf("\"median\":");
        return document.substring(0, trees) + other.substring(others);
    }

    private String document(TrainedPredictor predictor) throws IOException {
        Path file = directory.resolve("one.predictor");
        predictor.save(file);
        String text = Files.readString(file);
        return text.substring(text.indexOf('\n') + 1);
    }

    @Test
    void treesOfEarlierVersionsDoNotReadTheSum() throws Exception {
        List<LatencyRecord> records = peculiar(2);
        TrainedPredictor current = learned(records);
        TrainedPredictor featuresAlone = new Learner(records, FEATURES_ALONE).learn(0, SomeFacts.NONE);
        Path file = directory.resolve("earlier.predictor");
        SignedDocument.write(file, grafted(document(current), document(featuresAlone)));
        TrainedPredictor earlier = TrainedPredictor.load(file);
        TrainedPredictor sum = new Learner(records, TrainingOptions.EXTENDED).sumAlone(0, SomeFacts.NONE);
        Workload piece = work(KernelFamily.ELEMENTWISE, bytes(33), 1);
        double expected = seconds(sum, piece, 50) * seconds(featuresAlone, piece, 50);
        assertThat(seconds(earlier, piece, 50)).isCloseTo(expected, withinPercentage(1e-3));
        double[] answers = new double[2];
        earlier.predictAll(List.of(piece), 1, List.of(state(50), state(0)), answers);
        assertThat(answers).containsExactly(seconds(earlier, piece, 50), seconds(earlier, piece, 0));
        assertThat(earlier.importance()).doesNotContainKey("sum_seconds").isNotEmpty();
    }

    @Test
    void treesOfWhichOneReadsTheSumAndTheOtherDoesNotAreRefused() throws Exception {
        List<LatencyRecord> records = peculiar(2);
        String current = document(learned(records));
        String other = document(new Learner(records, FEATURES_ALONE).learn(0, SomeFacts.NONE));
        Path file = directory.resolve("mixed.predictor");
        String upper = other.substring(other.indexOf("\"p90\":"));
        SignedDocument.write(file, current.substring(0, current.indexOf("\"p90\":{")) + upper);
        assertThatThrownBy(() -> TrainedPredictor.load(file))
                .isInstanceOf(PredictorFormatException.class)
                .hasMessageContaining("they are not of 17 features, with or without the sum: 18, 17");
        SignedDocument.write(file, grafted(other, current));
        assertThatThrownBy(() -> TrainedPredictor.load(file))
                .isInstanceOf(PredictorFormatException.class)
                .hasMessageContaining("they are not of 17 features: 18, 18");
    }
}
