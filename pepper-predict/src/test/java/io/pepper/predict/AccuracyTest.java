package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cluster.DeviceState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class AccuracyTest {
    private static final Offset<Double> CLOSE = Offset.offset(1e-9);

    @Test
    void errorsFollowTheirDefinitions() {
        Accuracy found = Accuracy.of(new double[] {1, 2, 4, 8}, new double[] {1.05, 2.3, 3, 8}, OptionalDouble.of(0.8));
        assertThat(found.records()).isEqualTo(4);
        assertThat(found.maeSeconds()).isCloseTo((0.05 + 0.3 + 1) / 4, CLOSE);
        assertThat(found.rmseSeconds()).isCloseTo(Math.sqrt((0.05 * 0.05 + 0.3 * 0.3 + 1) / 4), CLOSE);
        double variance = 2.75 * 2.75 + 1.75 * 1.75 + 0.25 * 0.25 + 4.25 * 4.25;
        assertThat(found.r2().orElseThrow()).isCloseTo(1 - (0.05 * 0.05 + 0.3 * 0.3 + 1) / variance, CLOSE);
        assertThat(found.mape()).isCloseTo((0.05 + 0.15 + 0.25 + 0) / 4, CLOSE);
        assertThat(found.medianApe()).isCloseTo(0.1, CLOSE);
        assertThat(found.within10()).isEqualTo(0.5);
        assertThat(found.within20()).isEqualTo(0.75);
        assertThat(found.rankCorrelation().orElseThrow()).isCloseTo(1, CLOSE);
        assertThat(found.p90Coverage()).hasValue(0.8);
    }

    @Test
    void aRecordWithoutPredictionIsRefused() {
        assertThatThrownBy(() -> Accuracy.of(new double[] {1, 2}, new double[] {1, Double.NaN}, OptionalDouble.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("record 1")
                .hasMessageContaining("NaN");
    }

    @Test
    void explainedVarianceOfEqualValuesIsUndefined() {
        assertThat(Accuracy.of(new double[] {2, 2}, new double[] {1, 3}, OptionalDouble.empty())
                        .r2())
                .isEmpty();
        assertThatThrownBy(() -> Accuracy.of(new double[0], new double[0], OptionalDouble.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("0 measured, 0 predicted");
        assertThatThrownBy(() -> Accuracy.of(new double[1], new double[2], OptionalDouble.empty()))
                .hasMessage("1 measured, 2 predicted");
    }

    /** Spearman's correlation is Pearson's of ranks, which are counted here pair by pair. */
    @Test
    void ranksAsCountingDoes() {
        Random random = new Random(3);
        for (int trial = 0; trial < 1_000; trial++) {
            int n = 2 + random.nextInt(12);
            double[] a = random.ints(n, 1, 8).asDoubleStream().toArray();
            double[] b = random.ints(n, 1, 8).asDoubleStream().toArray();
            double expected = correlation(counted(a), counted(b));
            OptionalDouble found = Accuracy.of(a, b, OptionalDouble.empty()).rankCorrelation();
            if (Double.isNaN(expected)) {
                assertThat(found).isEmpty();
            } else {
                assertThat(found.orElseThrow()).isCloseTo(expected, CLOSE);
            }
        }
    }

    private static double[] counted(double... values) {
        double[] ranks = new double[values.length];
        for (int i = 0; i < ranks.length; i++) {
            double value = values[i];
            double less = Arrays.stream(values).filter(other -> other < value).count();
            double equal = Arrays.stream(values).filter(other -> other == value).count();
            ranks[i] = less + (equal - 1) / 2;
        }
        return ranks;
    }

    private static double correlation(double[] a, double[] b) {
        int n = a.length;
        double sumA = Arrays.stream(a).sum();
        double sumB = Arrays.stream(b).sum();
        double both = 0;
        double squaresA = 0;
        double squaresB = 0;
        for (int i = 0; i < n; i++) {
            both += n * a[i] * b[i];
            squaresA += n * a[i] * a[i];
            squaresB += n * b[i] * b[i];
        }
        return (both - sumA * sumB) / Math.sqrt((squaresA - sumA * sumA) * (squaresB - sumB * sumB));
    }

    /** One piece on a device, measured twice. */
    private static List<LatencyRecord> on(String device, String model, int threads, double first, double second) {
        List<LatencyRecord> records = new ArrayList<>();
        for (double seconds : new double[] {first, second}) {
            LatencyRecord entry = LatencyDatasetTest.entry(model, 1e9, threads, 0, seconds);
            records.add(entry.toBuilder()
                    .device(DeviceState.of(device))
                    .achievedPercent(0)
                    .execution(records.size() + 1)
                    .build());
        }
        return records;
    }

    private static LatencyDataset data() {
        List<LatencyRecord> all = new ArrayList<>();
        all.addAll(on("pi", "a", 1, 4, 4));
        all.addAll(on("nano", "a", 1, 2, 2));
        all.addAll(on("pi", "a", 2, 3, 3));
        all.addAll(on("nano", "a", 2, 1.0, 3.4));
        all.addAll(on("pi", "b", 1, 10, 10));
        all.addAll(on("nano", "b", 1, 10.5, 10.5));
        return LatencyDataset.of(all);
    }

    @Test
    void choosesBetweenDevices() {
        ChoiceAccuracy right = ChoiceAccuracy.betweenDevices(
                data(), entry -> entry.device().device().equals("nano") ? 1 : 2);
        assertThat(right.choices()).as("a on one thread, a on two, b").isEqualTo(3);
        assertThat(right.pairs()).as("those of b differ by less than a tenth").isEqualTo(2);
        assertThat(right.right()).hasValue(1);
        assertThat(right.bestWays()).as("b is within a tenth").hasValue(1);
        assertThat(right.bestRegretSeconds().orElseThrow()).isCloseTo(0.5 / 3, CLOSE);
        assertThat(right.repeatRight())
                .as("the second measurement of a on two threads says otherwise")
                .hasValue(0.5);
        assertThat(right.repeatBest().orElseThrow()).isCloseTo(2 / 3.0, CLOSE);

        ChoiceAccuracy wrong = ChoiceAccuracy.betweenDevices(
                data(), entry -> entry.device().device().equals("nano") ? 2 : 1);
        assertThat(wrong.right()).hasValue(0);
        assertThat(wrong.bestWays().orElseThrow()).isCloseTo(1 / 3.0, CLOSE);
        assertThat(wrong.bestRegretSeconds().orElseThrow()).isCloseTo((2 + 0.8 + 0) / 3, CLOSE);
        assertThat(wrong.regret()).isCloseTo((1 + 3 / 2.2 - 1) / 2, CLOSE);
    }

    @Test
    void choosesBetweenAllWays() {
        ChoiceAccuracy found = ChoiceAccuracy.of(
                data(), entry -> entry.device().device().equals("nano") && entry.threads() == 1 ? 1 : 2);
        assertThat(found.choices()).as("pieces").isEqualTo(2);
        assertThat(found.bestWays()).hasValue(1);
    }

    @Test
    void oneWayLeavesNoChoices() {
        ChoiceAccuracy none = ChoiceAccuracy.betweenDevices(LatencyDataset.of(on("pi", "a", 1, 4, 4)), entry -> 1);
        assertThat(none.choices()).isZero();
        assertThat(none.pairs()).isZero();
        assertThat(none.right()).isEmpty();
        assertThat(none.bestWays()).isEmpty();
        assertThat(none.bestRegretSeconds()).isEmpty();
        assertThat(none.repeatBest()).isEmpty();
    }
}
