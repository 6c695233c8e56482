package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pepper.cluster.DeviceState;
import io.pepper.measure.internal.Quantiles;
import io.pepper.workload.LatencyPredictor;
import io.pepper.workload.Prediction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceCalibrationTest {
    private static final int DRAWS = 5;
    private static Map<String, List<LatencyRecord>> boards = Map.of();

    @TempDir
    static Path directory;

    @BeforeAll
    static void read() throws IOException {
        boards = BoardData.boards().group(entry -> entry.device().device());
    }

    private static CalibratedPredictor calibrated(List<? extends LatencyPredictor> bases, List<LatencyRecord> records) {
        return DeviceCalibration.of(bases, LatencyDataset.of(records)).predictor();
    }

    private static double medianError(LatencyPredictor predictor, List<LatencyRecord> held) {
        return Quantiles.of(held.stream()
                        .mapToDouble(entry -> Math.abs(predictor
                                                .predict(entry.work(), entry.threads(), entry.device())
                                                .medianSeconds()
                                        / entry.timing().medianSeconds()
                                - 1))
                        .toArray())
                .median();
    }

    /** Returns the mean over boards and random draws of the median error on networks that were not drawn. */
    private static double errorAfter(int count, List<? extends LatencyPredictor> given, boolean others) {
        double sum = 0;
        for (String board : boards.keySet()) {
            List<LatencyPredictor> bases = new ArrayList<>(given);
            if (others) {
                boards.forEach((name, records) -> {
                    if (!name.equals(board)) {
                        bases.add(calibrated(List.of(), records));
                    }
                });
            }
            for (int draw = 0; draw < DRAWS; draw++) {
                List<LatencyRecord> order = new ArrayList<>(boards.getOrDefault(board, List.of()));
                Collections.shuffle(order, new Random(draw));
                sum += medianError(calibrated(bases, order.subList(0, count)), order.subList(count, order.size()));
            }
        }
        return sum / boards.size() / DRAWS;
    }

    @Test
    void fewRecordsOfANewBoardSufficeWithoutAnyBase() {
        assertThat(errorAfter(3, List.of(), false)).isLessThan(0.14);
        assertThat(errorAfter(5, List.of(), false)).isLessThan(0.125);
        assertThat(errorAfter(10, List.of(), false)).isLessThan(0.11);
    }

    @Test
    void networksThatOtherBoardsMeasuredArePredictedByTheirNeighbours() {
        assertThat(errorAfter(1, List.of(), true)).isLessThan(0.15);
        assertThat(errorAfter(3, List.of(), true)).isLessThan(0.1);
        assertThat(errorAfter(5, List.of(), true)).isLessThan(0.085);
        assertThat(errorAfter(10, List.of(), true)).isLessThan(0.07);
    }

    @Test
    void aPredictorOfAnotherMachineIsABase() throws IOException {
        LatencyDataset idle = LatencyDataset.of(
                LatencyDataset.read(Path.of("src/test/resources/latencies-two-cores.csv.gz")).records().stream()
                        .filter(entry -> entry.load().percent() == 0 && entry.execution() <= 3)
                        .toList());
        TrainedPredictor base = new Learner(idle.averaged().records(), TrainingOptions.EXTENDED.withTrees(20, 4, 0.1))
                .learn(0, SomeFacts.NONE);
        assertThat(errorAfter(3, List.of(base), false)).isLessThan(0.16);
        assertThat(errorAfter(5, List.of(base), false)).isLessThan(0.13);
        assertThat(errorAfter(10, List.of(base), false)).isLessThan(0.11);
        CalibratedPredictor pi = calibrated(List.of(base), boards.getOrDefault("raspberry-pi-4", List.of()));
        LatencyRecord entry = boards.getOrDefault("raspberry-pi-5", List.of()).get(0);
        assertThat(pi.predict(
                                entry.work(),
                                1,
                                entry.device().withCpuLoadPercent(90).withRunnableThreads(4))
                        .medianSeconds())
                .as("the base knows the effect of load")
                .isGreaterThanOrEqualTo(
                        pi.predict(entry.work(), 1, entry.device()).medianSeconds());
        Path file = directory.resolve("with-base.predictor");
        pi.save(file);
        assertThat(CalibratedPredictor.load(file).predict(entry.work(), 2, entry.device()))
                .isEqualTo(pi.predict(entry.work(), 2, entry.device()));
    }

    @Test
    void allNetworksButSomePredictTheOthers() {
        double sum = 0;
        for (List<LatencyRecord> records : boards.values()) {
            List<LatencyRecord> order = new ArrayList<>(records);
            Collections.shuffle(order, new Random(1));
            List<Double> errors = new ArrayList<>();
            for (int fold = 0; fold < 9; fold++) {
                List<LatencyRecord> held = new ArrayList<>();
                for (int i = fold; i < order.size(); i += 9) {
                    held.add(order.get(i));
                }
                CalibratedPredictor predictor = calibrated(
                        List.of(),
                        order.stream().filter(entry -> !held.contains(entry)).toList());
                held.forEach(entry -> errors.add(medianError(predictor, List.of(entry))));
            }
            sum += Quantiles.of(errors.stream().mapToDouble(Double::doubleValue).toArray())
                    .median();
        }
        assertThat(sum / boards.size()).isLessThan(0.1);
    }

    @Test
    void upperBoundsHoldForAboutNineOfTenNetworks() {
        for (int count : new int[] {1, 3, 10}) {
            int held = 0;
            int below = 0;
            for (List<LatencyRecord> records : boards.values()) {
                for (int draw = 0; draw < DRAWS; draw++) {
                    List<LatencyRecord> order = new ArrayList<>(records);
                    Collections.shuffle(order, new Random(draw));
                    CalibratedPredictor predictor = calibrated(List.of(), order.subList(0, count));
                    for (LatencyRecord entry : order.subList(count, order.size())) {
                        Prediction found = predictor.predict(entry.work(), entry.threads(), entry.device());
                        held++;
                        below += entry.timing().medianSeconds() <= found.p90Seconds() ? 1 : 0;
                    }
                }
            }
            assertThat(below / (double) held).as("%d records", count).isBetween(0.83, 0.98);
        }
    }

    @Test
    void moreRecordsNarrowTheBound() {
        List<LatencyRecord> records = boards.getOrDefault("raspberry-pi-5", List.of());
        LatencyRecord asked = records.get(20);
        double[] ratios = Stream.of(1, 3, 19)
                .mapToDouble(count -> {
                    Prediction found =
                            calibrated(List.of(), records.subList(0, count)).predict(asked.work(), 1, asked.device());
                    return found.p90Seconds() / found.medianSeconds();
                })
                .toArray();
        assertThat(ratios[0]).isGreaterThan(ratios[2]);
    }

    /** In the order of the source, 84 of the first 100 were measured on a busy board. */
    @Test
    void busyRecordsCountLess() throws IOException {
        List<LatencyRecord> all = BoardData.encoders("raspberry-pi-4").records();
        CalibratedPredictor predictor = calibrated(List.of(), all.subList(0, 100));
        assertThat(medianError(predictor, all.subList(100, 300))).isLessThan(0.08);
    }

    @Test
    void aMeasuredPieceIsPredictedCloseToItsMeasurement() {
        List<LatencyRecord> records = boards.getOrDefault("jetson-nano-cpu", List.of());
        assertThat(medianError(calibrated(List.of(), records), records)).isLessThan(0.03);
    }

    @Test
    void asksForWhatTellsMost() {
        List<LatencyRecord> records = boards.getOrDefault("rk3588s", List.of());
        LatencyRecord first =
                DeviceCalibration.first(records, LatencyRecord::work, List.of()).orElseThrow();
        DeviceCalibration one = DeviceCalibration.of(List.of(), LatencyDataset.of(List.of(first)));
        LatencyRecord next = one.next(records, LatencyRecord::work, List.of()).orElseThrow();
        assertThat(next.model()).as("the same again tells less").isNotEqualTo(first.model());
        LatencyRecord transformer = records.stream()
                .filter(entry -> entry.model().equals("vision_transformer"))
                .findFirst()
                .orElseThrow();
        assertThat(one.next(records, LatencyRecord::work, List.of(transformer.work())))
                .as("nothing tells more about a model than itself")
                .contains(transformer);
        assertThat(one.next(List.<LatencyRecord>of(), LatencyRecord::work, List.of()))
                .isEqualTo(Optional.empty());
        assertThat(one.heldOutError()).isEmpty();
    }

    @Test
    void refusesRecordsOfSeveralDevicesAndNone() {
        List<LatencyRecord> mixed = Stream.of("rk3588s", "visionfive2")
                .map(name -> boards.getOrDefault(name, List.of()).get(0))
                .toList();
        assertThatThrownBy(() -> calibrated(List.of(), mixed))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("several devices, 'rk3588s' and 'visionfive2'");
        List<LatencyRecord> oneIsBusy =
                List.of(mixed.get(0).toBuilder().marks(Set.of(Mark.BUSY)).build(), mixed.get(1));
        assertThatThrownBy(() -> calibrated(List.of(), oneIsBusy))
                .as("marked measurements, which are not used, tell of their device, too")
                .hasMessageContaining("several devices, 'rk3588s' and 'visionfive2'");
        assertThatThrownBy(() -> calibrated(List.of(), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no measurements of known work");
    }

    @Test
    void loadWithoutABaseIsAGuess() {
        List<LatencyRecord> records = boards.getOrDefault("raspberry-pi-4", List.of());
        CalibratedPredictor predictor = calibrated(List.of(), records);
        LatencyRecord entry = records.get(3);
        Prediction idle = predictor.predict(entry.work(), 1, entry.device());
        Prediction busy = predictor.predict(entry.work(), 1, entry.device().withCpuLoadPercent(90));
        assertThat(idle.extrapolated()).isFalse();
        assertThat(busy.extrapolated()).isTrue();
        assertThat(busy.medianSeconds()).isGreaterThan(idle.medianSeconds());
        assertThat(predictor.predict(entry.work(), 2, DeviceState.of("pi")).extrapolated())
                .as("other threads were not measured")
                .isTrue();
    }

    private static List<LatencyRecord> marked(List<LatencyRecord> records, int from) {
        List<LatencyRecord> some = new ArrayList<>(records.subList(0, from));
        records.subList(from, records.size())
                .forEach(entry ->
                        some.add(entry.toBuilder().marks(Set.of(Mark.BUSY)).build()));
        return some;
    }

    @Test
    void markedRecordsAreUsedIfTooFewOthersRemain() {
        List<LatencyRecord> pi = boards.getOrDefault("raspberry-pi-4", List.of());
        for (List<LatencyRecord> records : List.of(marked(pi, 2), marked(pi, 10), marked(pi.subList(0, 6), 4))) {
            DeviceCalibration calibration = DeviceCalibration.of(List.of(), LatencyDataset.of(records));
            assertThat(calibration.predictor().records()).isEqualTo(records.size());
            assertThat(calibration.notes()).singleElement().satisfies(note -> assertThat(note)
                    .contains("of " + records.size() + " measurements are marked (busy ", "too few would remain"));
        }
        List<LatencyRecord> all = marked(pi, 0);
        assertThat(calibrated(List.of(), all).records()).isEqualTo(all.size());
    }

    @Test
    void markedRecordsAreLeftOutIfEnoughOthersRemain() {
        List<LatencyRecord> pi = boards.getOrDefault("raspberry-pi-4", List.of());
        for (List<LatencyRecord> records : List.of(marked(pi, 20), marked(pi.subList(0, 10), 5))) {
            DeviceCalibration calibration = DeviceCalibration.of(List.of(), LatencyDataset.of(records));
            long others =
                    records.stream().filter(entry -> entry.marks().isEmpty()).count();
            assertThat(calibration.predictor().records()).isEqualTo((int) others);
            assertThat(calibration.notes()).singleElement().satisfies(note -> assertThat(note)
                    .endsWith(": they are left out"));
        }
        assertThat(DeviceCalibration.of(List.of(), LatencyDataset.of(pi)).notes())
                .isEmpty();
    }

    @Test
    void marksOfRecordsUnderLoadDoNotCount() {
        List<LatencyRecord> pi = boards.getOrDefault("raspberry-pi-4", List.of());
        List<LatencyRecord> records = new ArrayList<>(pi.subList(0, 6));
        for (LatencyRecord entry : pi) {
            records.add(entry.toBuilder()
                    .load(LoadLevel.onAllCores(50))
                    .marks(Set.of(Mark.THROTTLED))
                    .build());
        }
        DeviceCalibration calibration = DeviceCalibration.of(List.of(), LatencyDataset.of(records));
        assertThat(calibration.predictor().records()).isEqualTo(6);
        assertThat(calibration.notes()).isEmpty();
    }
}
