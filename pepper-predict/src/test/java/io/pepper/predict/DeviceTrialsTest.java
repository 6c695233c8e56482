package io.pepper.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.pepper.cluster.DeviceState;
import io.pepper.measure.OperatorSweep;
import io.pepper.model.ProgressListener;
import io.pepper.predict.DeviceTrials.Candidate;
import io.pepper.predict.DeviceTrials.Try;
import io.pepper.predict.HeldOutPredictions.Source;
import io.pepper.workload.Prediction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The experiment of choosing the fastest device at drawn loads, against brute force over all measured settings. */
class DeviceTrialsTest {
    private static final List<String> DEVICES = List.of("desktop", "nano", "pi");

    static LatencyRecord entry(String device, String model, double flops, double load, double seconds) {
        LatencyRecord like = LatencyDatasetTest.entry(model, flops, 1, load, seconds);
        return like.toBuilder()
                .piece("whole")
                .device(DeviceState.of(device).withCores(4).withCpuLoadPercent(load))
                .build();
    }

    /** Models on three devices under three loads, where load slows the fast device most, so that the best one changes. */
    private static LatencyDataset measured(int models, Random random) {
        List<LatencyRecord> records = new ArrayList<>();
        for (int model = 0; model < models; model++) {
            double flops = 1e8 * (1 + random.nextInt(50));
            for (int device = 0; device < DEVICES.size(); device++) {
                for (double load : new double[] {0, 50, 100}) {
                    double slower = 1 + load / 100 * (4 - device) * (1 + random.nextDouble());
                    records.add(
                            entry(DEVICES.get(device), "m" + model, flops, load, flops / 1e10 * (1 + device) * slower));
                }
            }
        }
        return LatencyDataset.of(records);
    }

    private static ToDoubleFunction<LatencyRecord> guesses(LatencyDataset data, Random random) {
        Map<String, Double> guessed = new HashMap<>();
        data.records()
                .forEach(entry -> guessed.put(
                        entry.key(), entry.timing().medianSeconds() * Math.exp(random.nextGaussian() * 0.4)));
        return entry -> guessed.getOrDefault(entry.key(), Double.NaN);
    }

    private static Function<LatencyRecord, OptionalDouble> known(ToDoubleFunction<LatencyRecord> seconds) {
        return entry -> OptionalDouble.of(seconds.applyAsDouble(entry));
    }

    private static LatencyRecord of(LatencyDataset data, Try drawn, Candidate candidate) {
        return data.records().stream()
                .filter(entry -> entry.model().equals(drawn.model())
                        && entry.device().device().equals(candidate.device())
                        && entry.load().equals(candidate.load()))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void everyTryComparesMeasuredSettingsOfOneModel() {
        for (int seed = 0; seed < 20; seed++) {
            LatencyDataset data = measured(5, new Random(seed));
            ToDoubleFunction<LatencyRecord> guessed = guesses(data, new Random(seed));
            DeviceTrials trials = DeviceTrials.draw(data, known(guessed), DeviceTrialOptions.DEFAULTS.withSeed(seed));
            assertThat(trials.tries()).hasSize(100);
            for (Try drawn : trials.tries()) {
                assertThat(drawn.candidates()).extracting(Candidate::device).containsExactlyElementsOf(DEVICES);
                double fastest = Double.MAX_VALUE;
                String named = "";
                double lowest = Double.MAX_VALUE;
                double lost = 0;
                for (Candidate candidate : drawn.candidates()) {
                    LatencyRecord entry = of(data, drawn, candidate);
                    double seconds = entry.timing().medianSeconds();
                    fastest = Math.min(fastest, seconds);
                    if (guessed.applyAsDouble(entry) < lowest) {
                        lowest = guessed.applyAsDouble(entry);
                        named = candidate.device();
                        lost = seconds;
                    }
                }
                assertThat(drawn.candidates().get(drawn.predicted()).device()).isEqualTo(named);
                assertThat(drawn.isRight()).isEqualTo(lost == fastest);
                assertThat(drawn.regretSeconds()).isCloseTo(lost - fastest, within(1e-12));
                assertThat(drawn.regret()).isCloseTo(lost / fastest - 1, within(1e-9));
            }
        }
    }

    @Test
    void manyTriesApproachTheSharesOverAllCombinations() {
        LatencyDataset data = measured(4, new Random(7));
        ToDoubleFunction<LatencyRecord> guessed = guesses(data, new Random(8));
        DeviceTrials trials = DeviceTrials.draw(data, known(guessed), DeviceTrialOptions.DEFAULTS.withTries(40_000));
        double right = 0;
        double lost = 0;
        int all = 0;
        for (List<LatencyRecord> model : data.group(LatencyRecord::model).values()) {
            for (LatencyRecord a : model.subList(0, 3)) {
                for (LatencyRecord b : model.subList(3, 6)) {
                    for (LatencyRecord c : model.subList(6, 9)) {
                        double fastest = Double.MAX_VALUE;
                        LatencyRecord chosen = a;
                        for (LatencyRecord each : List.of(a, b, c)) {
                            fastest = Math.min(fastest, each.timing().medianSeconds());
                            chosen = guessed.applyAsDouble(each) < guessed.applyAsDouble(chosen) ? each : chosen;
                        }
                        right += chosen.timing().medianSeconds() == fastest ? 1 : 0;
                        lost += chosen.timing().medianSeconds() / fastest - 1;
                        all++;
                    }
                }
            }
        }
        assertThat(trials.right()).isCloseTo(right / all, within(0.01));
        assertThat(trials.mean(Try::regret)).isCloseTo(lost / all, within(0.01));
        assertThat(trials.randomRight()).isCloseTo(1 / 3.0, within(0.01));
        double byModel = trials.byModel().values().stream()
                .mapToDouble(own -> own.right() * own.tries().size())
                .sum();
        assertThat(byModel / 40_000).isCloseTo(trials.right(), within(1e-9));
    }

    @Test
    void theMeasuredTimesThemselvesAreAlwaysRight() {
        LatencyDataset data = measured(3, new Random(1));
        DeviceTrials trials = DeviceTrials.draw(
                data, known(entry -> entry.timing().medianSeconds()), DeviceTrialOptions.DEFAULTS.withDevices(2));
        assertThat(trials.right()).isEqualTo(1);
        assertThat(trials.mean(Try::regretSeconds)).isZero();
        assertThat(trials.tries()).allMatch(drawn -> drawn.candidates().size() == 2);
        assertThat(trials.tries().stream()
                        .map(drawn -> drawn.candidates().stream()
                                .map(Candidate::device)
                                .toList())
                        .distinct())
                .as("all pairs of three devices are drawn")
                .hasSize(3);
    }

    @Test
    void predictorsTrainedWithoutAModelChooseItsDeviceByTheirOwnDevice() throws Exception {
        List<LatencyRecord> records = new ArrayList<>();
        for (int model = 0; model < 6; model++) {
            for (double load : new double[] {0, 50, 100}) {
                double flops = 2e8 * (1 + model);
                double factor = 1 + load / 100;
                records.add(entry("desktop", "m" + model, flops, load, flops / 4e10 * factor));
                records.add(entry("nano", "m" + model, flops, load, flops / 1e10 * factor));
                records.add(entry("pi", "m" + model, flops, load, flops / 2e9 * factor));
            }
        }
        LatencyDataset data = LatencyDataset.of(records);
        HeldOutPredictions own =
                HeldOutPredictions.of(data, TrainingOptions.EXTENDED, entry -> Optional.empty(), ProgressListener.NONE);
        assertThat(own.accuracy().keySet()).containsExactlyInAnyOrderElementsOf(DEVICES);
        assertThat(own.sources().values()).as("there are loads").containsOnly(Source.TRAINED);
        assertThat(DeviceTrials.draw(data, own::medianSeconds, DeviceTrialOptions.DEFAULTS)
                        .right())
                .as("the devices are more than twice as fast as each other, even under load")
                .isEqualTo(1);

        HeldOutPredictions reversed = HeldOutPredictions.of(
                data,
                TrainingOptions.EXTENDED,
                entry -> Optional.of((work, threads, device) -> new Prediction(
                        1.0 / (1 + DEVICES.indexOf(device.device())),
                        1.0 / (1 + DEVICES.indexOf(device.device())),
                        false)),
                ProgressListener.NONE);
        DeviceTrials wrong = DeviceTrials.draw(data, reversed::medianSeconds, DeviceTrialOptions.DEFAULTS);
        assertThat(wrong.right()).as("given predictors are used as they are").isZero();
        assertThat(wrong.mean(Try::regret)).isGreaterThan(1);
    }

    @Test
    void fewRecordsWithoutLoadCalibrateAndSayMoreThanATraining() throws Exception {
        LatencyDataset boards = BoardData.boards();
        HeldOutPredictions own = HeldOutPredictions.of(
                boards, TrainingOptions.EXTENDED, entry -> Optional.empty(), ProgressListener.NONE);
        assertThat(own.sources().values()).containsOnly(Source.CALIBRATED);
        assertThat(own.accuracy().values().stream()
                        .mapToDouble(Accuracy::medianApe)
                        .average()
                        .orElseThrow())
                .isLessThan(0.09);
        DeviceTrials three = DeviceTrials.draw(boards, own::medianSeconds, DeviceTrialOptions.DEFAULTS.withDevices(3));
        assertThat(three.right()).isGreaterThanOrEqualTo(0.98);
        assertThat(three.mean(Try::regret)).isLessThan(0.01);
    }

    @Test
    void aDeviceOfWhichOnlyTheSweepWasMeasuredIsNamed() throws Exception {
        LatencyDataset boards = BoardData.boards();
        LatencyRecord sweep = boards.records().get(0).toBuilder()
                .model(OperatorSweep.MODEL)
                .device(DeviceState.of("lab"))
                .build();
        HeldOutPredictions own = HeldOutPredictions.of(
                boards.plus(LatencyDataset.of(List.of(sweep))),
                TrainingOptions.EXTENDED,
                entry -> Optional.empty(),
                ProgressListener.NONE);
        assertThat(own.accuracy()).doesNotContainKey("lab").hasSize(8);
        assertThat(own.caveats()).containsExactly("lab takes no part: only the sweep was measured there, and no model");
    }

    @Test
    void aDeviceWithOneModelOrWithoutOthersIsRefusedByName() {
        LatencyDataset single = LatencyDataset.of(List.of(entry("pi", "a", 1e9, 0, 1), entry("pi", "a", 1e9, 50, 2)));
        assertThatThrownBy(() -> HeldOutPredictions.of(
                        single, TrainingOptions.EXTENDED, entry -> Optional.empty(), ProgressListener.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'pi'")
                .hasMessageContaining("two measured models");
        assertThatThrownBy(() -> DeviceTrials.draw(single, known(entry -> 1), DeviceTrialOptions.DEFAULTS))
                .hasMessageContaining("no model was measured on 2 devices");
        assertThatThrownBy(() -> DeviceTrialOptions.DEFAULTS.withDevices(1)).hasMessageContaining("devices 1");
        assertThatThrownBy(() -> DeviceTrialOptions.DEFAULTS.withTries(0)).hasMessageContaining("tries 0");
        assertThatThrownBy(() -> new DeviceTrials(List.of())).hasMessageContaining("at least one try");
    }

    @Test
    void settingsWithoutPredictionAreNotDrawn() {
        LatencyDataset data = measured(3, new Random(1));
        DeviceTrials trials = DeviceTrials.draw(
                data,
                entry -> entry.model().equals("m1") ? OptionalDouble.empty() : OptionalDouble.of(1),
                DeviceTrialOptions.DEFAULTS);
        assertThat(trials.tries()).extracting(Try::model).contains("m0", "m2").doesNotContain("m1");
    }

    @Test
    void aCalibratedPredictorSaysWhichPiecesItHasSeen() throws Exception {
        LatencyDataset boards = BoardData.boards();
        LatencyDataset pi = LatencyDataset.of(boards.records().stream()
                .filter(entry -> entry.device().device().equals("raspberry-pi-4"))
                .toList());
        LatencyDataset some = LatencyDataset.of(pi.records().subList(0, 3));
        CalibratedPredictor calibrated = DeviceCalibration.of(List.of(), some).predictor();
        HeldOutPredictions given = HeldOutPredictions.of(
                pi, TrainingOptions.EXTENDED, entry -> Optional.of(calibrated), ProgressListener.NONE);
        assertThat(given.caveats()).singleElement().asString().contains("raspberry-pi-4", "calibrated with 3 of these");
        assertThat(given.medianSeconds(pi.records().get(5))).isPresent();
        assertThat(given.medianSeconds(boards.records().stream()
                        .filter(entry -> !entry.device().device().equals("raspberry-pi-4"))
                        .findFirst()
                        .orElseThrow()))
                .isEmpty();
    }

    @Test
    void theFileHasTheColumnsOfTheOriginal(@TempDir Path directory) throws Exception {
        LatencyDataset data = measured(3, new Random(1));
        DeviceTrials trials =
                DeviceTrials.draw(data, known(guesses(data, new Random(2))), DeviceTrialOptions.DEFAULTS.withTries(7));
        Path file = directory.resolve("tries.csv");
        trials.write(file);
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(8);
        assertThat(lines.get(0))
                .startsWith("model,run_number,actual_fastest_device,predicted_fastest_device,random_selection_device,"
                        + "prediction_was_correct,random_was_fastest,");
        Try last = trials.tries().get(6);
        assertThat(lines.get(7))
                .startsWith(last.model() + ",7,"
                        + last.candidates().get(last.fastest()).device() + ","
                        + last.candidates().get(last.predicted()).device())
                .contains(last.isRight() ? ",True," : ",False,");
    }
}
